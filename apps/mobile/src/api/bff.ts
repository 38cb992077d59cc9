/** The addresses of the app's own back end, and what goes wrong there. */
import { Platform } from 'react-native';
import { offline, Refusal } from './refusal';
import { server, version, web } from './server';

export const APP = `${Platform.OS}/${version}`;

interface Told {
  errors?: { message: string; extensions?: { code?: string; id?: string } }[];
  compatibility?: Compatibility;
}

export interface Compatibility {
  status: 'current' | 'outdated' | 'blocked';
  oldest: string;
  newest: string;
  store: string | null;
}

const FORBIDDEN = new Set(['FORBIDDEN', 'NOT_ALLOWED']);
const listeners = new Set<() => void>();
let upgrade: Compatibility | null = null;

/** Set once the server has refused this version of the app. */
export const upgradeNow = (): Compatibility | null => upgrade;

export function onUpgrade(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const reachListeners = new Set<(reached: boolean) => void>();

/** Hears of every request whether the server answered: a device that is connected may still reach nothing. */
export function onReach(listener: (reached: boolean) => void): () => void {
  reachListeners.add(listener);
  return () => reachListeners.delete(listener);
}

const reached = (answered: boolean) => reachListeners.forEach((listener) => listener(answered));

interface Asked {
  method?: 'GET' | 'POST' | 'DELETE';
  body?: object;
  access?: string;
  /** Name of what is known already. */
  known?: string;
  /** Aborted when nobody waits for the answer any more. */
  signal?: AbortSignal;
}

/**
 * The answer of the back end.
 *
 * @throws Refusal when it cannot be reached, refuses, or fails.
 */
export async function reach<Answer>(path: string, asked: Asked): Promise<Answer> {
  const answer = await send(path, asked);
  if (answer.status === 204) return undefined as Answer;
  const told = (await answer.json().catch(() => null)) as (Answer & Told) | null;
  if (answer.ok && told && !told.errors) return told;
  throw refused(answer, told);
}

export interface Tagged<Answer> {
  /** Names the content: what has the same name is the same. */
  tag: string | null;
  content: Answer;
}

/**
 * An answer that the server names; null while it is still the one that is known here.
 *
 * @throws Refusal as {@link reach} does.
 */
export async function reachNews<Answer>(path: string, access: string, known: string | null): Promise<Tagged<Answer> | null> {
  const answer = await send(path, { method: 'GET', access, ...(known ? { known } : {}) });
  if (answer.status === 304) return null;
  const content = (await answer.json().catch(() => null)) as (Answer & Told) | null;
  if (answer.ok && content) return { tag: answer.headers.get('etag'), content };
  throw refused(answer, content);
}

/** A file of the person's, as text. */
export async function fileOf(path: string, access: string): Promise<string> {
  const answer = await send(path, { method: 'GET', access });
  if (answer.ok) return answer.text();
  throw refused(answer, (await answer.json().catch(() => null)) as Told | null);
}

async function send(path: string, { method = 'POST', body, access, known, signal }: Asked): Promise<Response> {
  try {
    const answer = await fetch(`${server}/bff${path}`, {
      method,
      headers: {
        'X-Balance-App': APP,
        ...(body ? { 'Content-Type': 'application/json' } : {}),
        ...(access ? { Authorization: `Bearer ${access}` } : {}),
        ...(known ? { 'If-None-Match': known } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      ...(signal ? { signal } : {}),
      // The cookie of the web build goes nowhere else; on a device there is none.
      credentials: web ? 'same-origin' : 'omit',
    });
    reached(true);
    return answer;
  } catch {
    // Whom nobody waits for any more tells nothing of the connection.
    if (!signal?.aborted) reached(false);
    throw offline();
  }
}

function refused(answer: Response, told: Told | null): Refusal {
  const first = told?.errors?.[0];
  if (answer.status === 426 && told?.compatibility) {
    upgrade = told.compatibility;
    listeners.forEach((listener) => listener());
  }
  const code = first?.extensions?.code ?? `HTTP_${answer.status}`;
  const reason = answer.status === 401 ? 'signedOut' : answer.status === 403 || FORBIDDEN.has(code) ? 'forbidden' : 'server';
  return new Refusal(reason, code, first?.message ?? code, first?.extensions?.id ?? answer.headers.get('x-request-id'));
}

/** What the server thinks of this version, asked before it refuses. */
export const compatibility = () => reach<Compatibility>(`/compatibility?platform=${Platform.OS}&version=${version}`, { method: 'GET' });
