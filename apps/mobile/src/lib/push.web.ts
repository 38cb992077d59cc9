/** The web build has no push: alerts are in the inbox, and come by e-mail. */
import type { Wish } from './push';

export const pushThere = (): boolean => false;
export const pushOn = async (): Promise<boolean> => false;
export const startPush = async (_: Wish): Promise<boolean> => false;
export const stopPush = async (): Promise<void> => undefined;
export const followPush = (_wish: Wish, _open: (path: string) => void): (() => void) => () => undefined;
