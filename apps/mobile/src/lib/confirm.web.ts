/** A browser has no owner to ask for: commands are confirmed by typing. */
export const byTyping = async (): Promise<boolean> => true;

export const confirmOwner = async (_reason: string, _cancel: string): Promise<boolean> => true;
