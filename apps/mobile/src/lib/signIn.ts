/** Sign-in on a device: the system's browser, authorization code with PKCE. */
import { AuthRequest, makeRedirectUri, ResponseType } from 'expo-auth-session';
import { maybeCompleteAuthSession } from 'expo-web-browser';
import { Refusal } from '@/api/refusal';
import { server } from '@/api/server';
import { begin } from '@/api/session';

maybeCompleteAuthSession();

export const SCOPES = ['openid', 'profile', 'read', 'metering', 'control', 'offline_access'];

/** Resolves to whether somebody is signed in now; false when the person changed their mind. */
export async function signIn(locale: string): Promise<boolean> {
  const redirectUri = makeRedirectUri({ scheme: 'balance', path: 'callback' });
  const request = new AuthRequest({
    clientId: 'app',
    redirectUri,
    scopes: SCOPES,
    responseType: ResponseType.Code,
    usePKCE: true,
    extraParams: { ui_locales: locale },
  });
  const result = await request.promptAsync({ authorizationEndpoint: `${server}/oauth/authorize` });
  if (result.type === 'success') {
    await begin(result.params.code ?? '', request.codeVerifier ?? '', redirectUri);
    return true;
  }
  if (result.type === 'error') throw new Refusal('signedOut', result.params.error ?? 'SIGN_IN', result.params.error_description ?? '');
  return false;
}

/** Nothing comes back to an address of the app itself on a device. */
export async function comeBack(): Promise<void> {
  return Promise.resolve();
}

export async function signOutOfBrowser(): Promise<void> {
  return Promise.resolve();
}
