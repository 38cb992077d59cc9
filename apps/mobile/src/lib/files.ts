/** A file for the person: on a device it is handed to the sheet for sharing. */
import { File, Paths } from 'expo-file-system';
import { isAvailableAsync, shareAsync } from 'expo-sharing';

export async function saveText(name: string, type: string, text: string): Promise<boolean> {
  const file = new File(Paths.cache, name);
  file.create({ overwrite: true });
  file.write(text);
  if (!(await isAvailableAsync())) return false;
  await shareAsync(file.uri, { mimeType: type, dialogTitle: name });
  return true;
}
