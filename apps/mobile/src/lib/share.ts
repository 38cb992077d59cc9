/** Hands a text to another app. */
import { Share } from 'react-native';

export async function shareText(text: string): Promise<boolean> {
  return (await Share.share({ message: text })).action === Share.sharedAction;
}
