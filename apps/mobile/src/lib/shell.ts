/** On a device the app is installed: nothing has to be kept of it. */
export function keepShell(): void {}
