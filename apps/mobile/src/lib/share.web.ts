/** In a browser the text goes to the clipboard. */
export async function shareText(text: string): Promise<boolean> {
  await navigator.clipboard.writeText(text);
  return true;
}
