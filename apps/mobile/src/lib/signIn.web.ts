/** Sign-in in a browser: leaves for the server's page and comes back to /app/callback. */
import { Refusal } from '@/api/refusal';
import { begin } from '@/api/session';

const SCOPES = 'openid profile read metering control offline_access';
const ASKED = 'balance.app.asked';
const callback = () => `${location.origin}/app/callback`;

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

export async function signIn(locale: string): Promise<boolean> {
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
  const state = base64url(crypto.getRandomValues(new Uint8Array(16)));
  sessionStorage.setItem(ASKED, JSON.stringify({ verifier, state }));
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: 'app',
    redirect_uri: callback(),
    scope: SCOPES,
    state,
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: 'S256',
    ui_locales: locale,
  });
  location.assign(`/oauth/authorize?${query}`);
  return new Promise<never>(() => undefined);
}

/** Ends a sign-in that came back to this address. */
export async function comeBack(): Promise<void> {
  const query = new URLSearchParams(location.search);
  const asked = JSON.parse(sessionStorage.getItem(ASKED) ?? 'null') as { verifier: string; state: string } | null;
  sessionStorage.removeItem(ASKED);
  if (query.has('error')) throw new Refusal('signedOut', query.get('error') ?? '', query.get('error_description') ?? '');
  if (!asked || asked.state !== query.get('state')) throw new Refusal('signedOut', 'STATE', 'this sign-in was not begun here');
  await begin(query.get('code') ?? '', asked.verifier, callback());
}

/** Ends the browser's login session too. */
export async function signOutOfBrowser(): Promise<void> {
  const query = new URLSearchParams({ client_id: 'app', post_logout_redirect_uri: `${location.origin}/app/` });
  location.assign(`/logout?${query}`);
  return new Promise<never>(() => undefined);
}
