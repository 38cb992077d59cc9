/**
 * Who is signed in. Access tokens live in memory; what renews them lies in the keychain of a device,
 * and for the web build in a cookie that no script can read.
 */
import { keep, keptSession } from '@/lib/keychain';
import { reach } from './bff';
import { Refusal } from './refusal';
import { web } from './server';

interface Held {
  access: string;
  until: number;
}

interface Told {
  accessToken: string;
  expiresIn: number;
  /** On a device alone; a browser has it in a cookie. */
  refreshToken?: string;
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

const client = web ? 'web' : 'native';

function take(told: Told): void {
  held = { access: told.accessToken, until: Date.now() + told.expiresIn * 1000 - EARLY_MS };
}

/** Ends a sign-in with the code that came back. */
export async function begin(code: string, verifier: string, redirectUri: string): Promise<void> {
  const told = await reach<Told>('/session', { body: { client, code, verifier, redirectUri } });
  take(told);
  await keep(told.refreshToken ?? null, true);
  become('present');
}

/** Goes on where the last session ended; without one there is nobody. Offline the person stays who they were. */
export async function resume(): Promise<void> {
  if (!(await keptSession()).present) return become('absent');
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
      const kept = await keptSession();
      if (!kept.present) throw new Refusal('signedOut', 'NO_SESSION', 'nobody is signed in');
      const told = await reach<Told>('/session/refresh', { body: { client, ...(kept.token ? { refreshToken: kept.token } : {}) } });
      take(told);
      if (told.refreshToken) await keep(told.refreshToken, true);
      become('present');
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
  void keep(null, false);
  become('absent');
}

/** Signs out: the session ends on the server too, if it can be reached. */
export async function leave(): Promise<void> {
  const { token: refreshToken } = await keptSession();
  await reach('/session', { method: 'DELETE', body: { client, ...(refreshToken ? { refreshToken } : {}) } }).catch(() => undefined);
  ended();
}
