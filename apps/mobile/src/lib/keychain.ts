/** The refresh token in the keychain of the device. */
import * as SecureStore from 'expo-secure-store';

const KEY = 'balance.session';

export interface KeptSession {
  present: boolean;
  token: string | null;
}

export async function keep(token: string | null, present: boolean): Promise<void> {
  if (!present || token === null) await SecureStore.deleteItemAsync(KEY);
  else await SecureStore.setItemAsync(KEY, token, { keychainAccessible: SecureStore.AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY });
}

export async function keptSession(): Promise<KeptSession> {
  const token = await SecureStore.getItemAsync(KEY);
  return { present: token !== null, token };
}
