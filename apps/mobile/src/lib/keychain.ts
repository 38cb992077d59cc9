/** The refresh token in the keychain of the device. */
import * as SecureStore from 'expo-secure-store';

const KEY = 'balance.session';

export async function keep(token: string | null): Promise<void> {
  if (token === null) await SecureStore.deleteItemAsync(KEY);
  else await SecureStore.setItemAsync(KEY, token, { keychainAccessible: SecureStore.AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY });
}

export const kept = (): Promise<string | null> => SecureStore.getItemAsync(KEY);
