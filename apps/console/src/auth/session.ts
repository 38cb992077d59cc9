/**
 * Who is signed in: authorization code with PKCE, tokens in memory alone.
 *
 * A reload signs in again over the browser's login session, without a page to be seen. What is kept
 * for that in the tab is where the person was, and in which seat.
 */

const CLIENT = 'console';
const SCOPES = 'openid profile read metering control administration offline_access';
const ASKED = 'balance.console.asked';
const SEAT = 'balance.console.seat';
const EARLY_MS = 30_000;

export interface Claims {
  sub: string;
  tid: number;
  roles: string[];
  sites?: number[];
}

interface Held {
  access: string;
  refresh: string | null;
  until: number;
  claims: Claims;
}

interface Answer {
  access_token: string;
  refresh_token?: string;
  expires_in: number;
  error?: string;
  error_description?: string;
}

export class SignInError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

let held: Held | null = null;
let renewing: Promise<void> | null = null;

const callback = () => `${location.origin}/console/callback`;

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

export function claimsOf(token: string): Claims {
  const payload = token.split('.')[1] ?? '';
  return JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as Claims;
}

/** The name that sign-in gives a seat: tenant, roles, and whether it is all of the tenant. */
export function seatOf(claims: Claims): string {
  return `${claims.tid}:${claims.roles.join('+')}:${claims.sites === undefined ? 'all' : 'some'}`;
}

/** Makes the next sign-in ask for a seat, or for the only one in the tenant of that number. */
export function takeSeat(seat: string): void {
  sessionStorage.setItem(SEAT, seat);
}

async function ask(fields: Record<string, string>): Promise<void> {
  const answer = await fetch('/oauth/token', {
    method: 'POST',
    body: new URLSearchParams({ client_id: CLIENT, ...fields }),
    credentials: 'omit',
  });
  const told = (await answer.json().catch(() => ({}))) as Partial<Answer>;
  if (!answer.ok || !told.access_token) {
    throw new SignInError(told.error ?? `HTTP_${answer.status}`, told.error_description ?? 'No token was given');
  }
  const claims = claimsOf(told.access_token);
  held = {
    access: told.access_token,
    refresh: told.refresh_token ?? held?.refresh ?? null,
    until: Date.now() + (told.expires_in ?? 0) * 1000 - EARLY_MS,
    claims,
  };
  sessionStorage.setItem(SEAT, seatOf(claims));
}

/** Leaves for the sign-in page, and comes back to `path`. */
export async function signIn(path: string, options: { choose?: boolean } = {}): Promise<never> {
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
  const state = base64url(crypto.getRandomValues(new Uint8Array(16)));
  sessionStorage.setItem(ASKED, JSON.stringify({ verifier, state, path }));
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  const seat = sessionStorage.getItem(SEAT);
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: CLIENT,
    redirect_uri: callback(),
    scope: SCOPES,
    state,
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: 'S256',
    ui_locales: localStorage.getItem('balance.locale') ?? navigator.language,
    ...(options.choose ? { prompt: 'select_account' } : seat ? { seat } : {}),
  });
  location.assign(`/oauth/authorize?${query}`);
  return new Promise<never>(() => undefined);
}

/** Ends a sign-in that came back to this address, and says where the person was. */
export async function comeBack(): Promise<string> {
  const query = new URLSearchParams(location.search);
  const asked = JSON.parse(sessionStorage.getItem(ASKED) ?? 'null') as
    | { verifier: string; state: string; path: string }
    | null;
  sessionStorage.removeItem(ASKED);
  if (query.has('error')) {
    throw new SignInError(query.get('error') ?? '', query.get('error_description') ?? '');
  }
  if (!asked || asked.state !== query.get('state')) return '/console/';
  await ask({
    grant_type: 'authorization_code',
    code: query.get('code') ?? '',
    redirect_uri: callback(),
    code_verifier: asked.verifier,
  });
  return asked.path.startsWith('/console/') ? asked.path : '/console/';
}

export const present = (): boolean => held !== null;
export const claims = (): Claims | null => held?.claims ?? null;
export const current = (): string | null => held?.access ?? null;
export const expires = (): boolean => held === null || Date.now() >= held.until;

/** A new access token; whoever asks meanwhile waits for the same. */
export async function renew(): Promise<void> {
  renewing ??= (async () => {
    try {
      if (!held?.refresh) throw new SignInError('no_refresh', 'The session has ended');
      await ask({ grant_type: 'refresh_token', refresh_token: held.refresh });
    } catch (error) {
      // An outage is not the end of a session; a refusal is.
      if (error instanceof SignInError && !error.code.startsWith('HTTP_')) {
        held = null;
        await signIn(location.pathname + location.search);
      }
      throw error;
    } finally {
      renewing = null;
    }
  })();
  return renewing;
}

export async function token(): Promise<string> {
  if (expires()) await renew();
  return held?.access ?? '';
}

/** Ends the tokens and the browser's session. */
export async function signOut(): Promise<void> {
  const refresh = held?.refresh;
  held = null;
  sessionStorage.removeItem(SEAT);
  if (refresh) {
    const body = new URLSearchParams({ client_id: CLIENT, token: refresh });
    await fetch('/oauth/revoke', { method: 'POST', body, credentials: 'omit' }).catch(() => undefined);
  }
  const query = new URLSearchParams({
    client_id: CLIENT,
    post_logout_redirect_uri: `${location.origin}/console/`,
  });
  location.assign(`/logout?${query}`);
}
