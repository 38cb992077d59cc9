/** In a browser the refresh token lies in a cookie that no script reads; here stands only that there is one. */

const KEY = 'balance.session';

export async function keep(_: string | null, present: boolean): Promise<void> {
  if (present) localStorage.setItem(KEY, 'cookie');
  else localStorage.removeItem(KEY);
}

export async function keptSession(): Promise<{ present: boolean; token: string | null }> {
  return { present: localStorage.getItem(KEY) !== null, token: null };
}
