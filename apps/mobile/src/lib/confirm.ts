/** That it is the owner of the device who orders: face, finger, or the code of the device. */
import { authenticateAsync, getEnrolledLevelAsync, SecurityLevel } from 'expo-local-authentication';

/** How a command is confirmed here. */
export const byTyping = async (): Promise<boolean> => (await getEnrolledLevelAsync()) === SecurityLevel.NONE;

export async function confirmOwner(reason: string, cancel: string): Promise<boolean> {
  const { success } = await authenticateAsync({ promptMessage: reason, cancelLabel: cancel });
  return success;
}
