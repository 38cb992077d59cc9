/** A file for the person: in a browser it is a download. */
export async function saveText(name: string, type: string, text: string): Promise<boolean> {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  return true;
}
