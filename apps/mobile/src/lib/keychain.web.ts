let held: string | null = null;

export async function keep(token: string | null): Promise<void> {
  held = token;
}

export const kept = async (): Promise<string | null> => held;
