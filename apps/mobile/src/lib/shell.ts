/** On a device the app is installed: nothing has to be kept of it, and the store brings new versions. */
export const keepShell = (): (() => void) => () => undefined;
export const renewed = (): boolean => false;
export const onRenewed = (_listener: () => void): (() => void) => () => undefined;
export const takeShell = (): void => undefined;
