/**
 * Who is signed in. Access tokens live in memory; what renews them lies in the keychain of a device,
 * and for the web build in a cookie that no script can read.
 */
import { keep, kept } from '@/lib/keychain';
import { offline, Refusal } from './refusal';
import { server } from './server';

interface Held {
  access: string;
  until: number;
}

interface Told {
  access_token: string;
  refresh_token?: string;
  expires_in: number;
  error?: string;
  error_description?: string;
}

export type Presence = 'unknown' | 'absent' | 'present';

const EARLY_MS = 30_000;
const listeners = new Set<() => void>();
let held: Held | null = null;
let presence: Presence = 'unknown';
let renewing: Promise<void> | null = null;

export const presenceNow = (): Presence => presence;

export function onPresence(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function become(next: Presence): void {
  if (presence === next) return;
  presence = next;
  listeners.forEach((listener) => listener());
}

async function take(fields: Record<string, string>): Promise<void> {
  let answer: Response;
  try {
    answer = await fetch(`${server}/oauth/token`, { method: 'POST', body: new URLSearchParams({ client_id: 'app', ...fields }).toString(), headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, credentials: 'omit' });
  } catch {
    throw offline();
  }
  const told = (await answer.json().catch(() => ({}))) as Partial<Told>;
  if (!answer.ok || !told.access_token) {
    throw new Refusal(answer.status >= 500 ? 'server' : 'signedOut', told.error ?? `HTTP_${answer.status}`, told.error_description ?? 'no token was given');
  }
  held = { access: told.access_token, until: Date.now() + (told.expires_in ?? 0) * 1000 - EARLY_MS };
  if (told.refresh_token) await keep(told.refresh_token);
  become('present');
}

/** Ends a sign-in with the code that came back. */
export function begin(code: string, verifier: string, redirect: string): Promise<void> {
  return take({ grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: redirect });
}

/** Goes on where the last session ended; without one there is nobody. Offline the person stays who they were. */
export async function resume(): Promise<void> {
  const refresh = await kept();
  if (!refresh) return become('absent');
  try {
    await renew();
  } catch (error) {
    become(error instanceof Refusal && error.reason === 'signedOut' ? 'absent' : 'present');
  }
}

/** A new access token; whoever asks meanwhile waits for the same. */
export function renew(): Promise<void> {
  renewing ??= (async () => {
    try {
      const refresh = await kept();
      if (!refresh) throw new Refusal('signedOut', 'NO_SESSION', 'nobody is signed in');
      await take({ grant_type: 'refresh_token', refresh_token: refresh });
    } catch (error) {
      // An outage is not the end of a session; a refusal is.
      if (error instanceof Refusal && error.reason === 'signedOut') ended();
      throw error;
    } finally {
      renewing = null;
    }
  })();
  return renewing;
}

export async function token(): Promise<string> {
  if (!held || Date.now() >= held.until) await renew();
  return held?.access ?? '';
}

/** The server knows no session any more. */
export function ended(): void {
  held = null;
  void keep(null);
  become('absent');
}

/** Signs out: the session ends on the server too, if it can be reached. */
export async function leave(): Promise<void> {
  const refresh = await kept();
  ended();
  if (!refresh) return;
  await fetch(`${server}/oauth/revoke`, { method: 'POST', body: new URLSearchParams({ client_id: 'app', token: refresh }).toString(), headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, credentials: 'omit' }).catch(() => undefined);
}
