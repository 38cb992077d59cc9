// Whose token is used: from a sign-in by code and PKCE, from a client's secret, or pasted.
// It is kept for this tab alone, and a secret not even there: it is gone with the page.

const SCOPES = 'openid read metering control administration offline_access';
const EARLY_MS = 20_000;

function base64url(bytes) {
  return btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

async function ask(fields, headers = {}) {
  // Without credentials a browser does not answer a refusal with a dialog of its own.
  const answer = await fetch('/oauth/token', { method: 'POST', body: new URLSearchParams(fields), headers, credentials: 'omit' });
  const content = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(content.error_description ?? `The token endpoint answered ${answer.status}`);
  return content;
}

export class Session {
  constructor(name = 'graphiql', path = '/graphiql') {
    this.name = name;
    this.path = path;
    this.here = `${location.origin}${path}`;
    this.kept = `balance.${name}.session`;
    this.asked = `balance.${name}.sign-in`;
    this.held = JSON.parse(sessionStorage.getItem(this.kept) ?? 'null');
    this.client = null;
  }

  get present() {
    return this.held !== null;
  }

  keep(content) {
    const lives = content.expires_in ? Date.now() + content.expires_in * 1000 - EARLY_MS : null;
    this.held = { token: content.access_token, until: lives, refresh: content.refresh_token ?? this.held?.refresh };
    sessionStorage.setItem(this.kept, JSON.stringify(this.held));
  }

  forget() {
    this.held = this.client = null;
    sessionStorage.removeItem(this.kept);
  }

  // A token that still lives, renewed when there is a way to; null when there is none.
  async token() {
    if (!this.held) return null;
    if (this.held.until === null || Date.now() < this.held.until) return this.held.token;
    try {
      if (this.client) await this.useClient(...this.client);
      else if (this.held.refresh) this.keep(await ask({ grant_type: 'refresh_token', refresh_token: this.held.refresh, client_id: this.name }));
      else return this.held.token;
    } catch (error) {
      this.forget();
      throw error;
    }
    return this.held.token;
  }

  useToken(token) {
    this.forget();
    this.keep({ access_token: token.trim().replace(/^Bearer\s+/i, '') });
  }

  async useClient(client, secret) {
    const basic = btoa(`${encodeURIComponent(client)}:${encodeURIComponent(secret)}`);
    const content = await ask({ grant_type: 'client_credentials' }, { Authorization: `Basic ${basic}` });
    this.forget();
    this.keep(content);
    this.client = [client, secret];
  }

  async signIn() {
    if (!crypto.subtle) throw new Error('Browsers allow sign-in over https or on this machine only; use a client or a token.');
    const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
    const state = base64url(crypto.getRandomValues(new Uint8Array(16)));
    sessionStorage.setItem(this.asked, JSON.stringify({ verifier, state }));
    const challenge = base64url(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier)));
    const query = new URLSearchParams({ response_type: 'code', client_id: this.name, redirect_uri: this.here, scope: SCOPES, state, code_challenge: challenge, code_challenge_method: 'S256' });
    location.assign(`/oauth/authorize?${query}`);
  }

  // Ends a sign-in that came back to this page; true when it did.
  async comeBack() {
    const query = new URLSearchParams(location.search);
    if (!query.has('state')) return false;
    history.replaceState(null, '', this.path);
    const asked = JSON.parse(sessionStorage.getItem(this.asked) ?? 'null');
    sessionStorage.removeItem(this.asked);
    if (query.has('error')) throw new Error(query.get('error_description') ?? query.get('error'));
    if (asked?.state !== query.get('state')) throw new Error('This sign-in was not begun here; try again.');
    this.forget();
    this.keep(await ask({ grant_type: 'authorization_code', code: query.get('code'), redirect_uri: this.here, client_id: this.name, code_verifier: asked.verifier }));
    return true;
  }
}
