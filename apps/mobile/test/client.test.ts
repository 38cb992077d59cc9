// The client and its session against a server of its own: tokens, renewals, refusals, upgrades.
import { createServer, request as ask, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Seen {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: Record<string, unknown>;
}

interface Reply {
  status?: number;
  body?: object;
}

const mockAt = { server: '', version: '1.0.0', web: false };
jest.mock('@/api/server', () => mockAt);
const mockKeys = new Map<string, string>();
jest.mock('expo-secure-store', () => ({
  AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY: 0,
  getItemAsync: async (key: string) => mockKeys.get(key) ?? null,
  setItemAsync: async (key: string, value: string) => void mockKeys.set(key, value),
  deleteItemAsync: async (key: string) => void mockKeys.delete(key),
}));

/** The test environment has no network of its own: fetch over the sockets of Node. */
function fetched(url: string, { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string } = {}): Promise<Pick<Response, 'status' | 'ok' | 'json' | 'text'> & { headers: { get: (name: string) => string | null } }> {
  return new Promise((resolve, reject) => {
    const sent = ask(url, { method, headers }, (answer) => {
      let text = '';
      answer.on('data', (piece: Buffer) => (text += piece.toString()));
      answer.on('end', () => {
        const status = answer.statusCode ?? 0;
        resolve({ status, ok: status >= 200 && status < 300, headers: { get: (name) => (answer.headers[name] as string | undefined) ?? null }, text: async () => text, json: async () => JSON.parse(text) as unknown });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

let listening: Server;
let seen: Seen[] = [];
let replies: ((asked: Seen) => Reply) = () => ({});

beforeAll(async () => {
  global.fetch = fetched as unknown as typeof fetch;
  listening = createServer((request, response) => {
    let text = '';
    request.on('data', (piece: Buffer) => (text += piece.toString()));
    request.on('end', () => {
      const asked = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body: text ? (JSON.parse(text) as Record<string, unknown>) : {} };
      seen.push(asked);
      const { status = 200, body } = replies(asked);
      response.writeHead(status, { 'Content-Type': 'application/json', Connection: 'close' });
      response.end(body ? JSON.stringify(body) : undefined);
    });
  });
  await new Promise<void>((done) => listening.listen(0, '127.0.0.1', done));
  mockAt.server = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((done) => listening.close(done)));

const operation = { name: 'Household', id: 'a'.repeat(64) };
const data = { data: { viewer: { permissions: [] } } };
const fault = (code: string, id = '7-1') => ({ errors: [{ message: code, extensions: { code, id } }] });
const tokens = (access: string, refresh: string) => ({ accessToken: access, expiresIn: 600, refreshToken: refresh });

/** Each test has modules of its own: a session is one for an app. */
function fresh() {
  jest.resetModules();
  seen = [];
  mockKeys.clear();
  return { ...(require('@/api/client') as typeof import('@/api/client')), ...(require('@/api/session') as typeof import('@/api/session')), ...(require('@/api/bff') as typeof import('@/api/bff')) };
}

it('sends the name of an operation, never its text, with the version of the app', async () => {
  const { begin, ask: asks } = fresh();
  replies = ({ path }) => ({ body: path === '/bff/session' ? tokens('access-1', 'refresh-1') : data });
  await begin('code', 'verifier', 'balance://callback');
  expect(await asks(operation, { after: null })).toEqual(data.data);
  expect(seen[0]?.body).toEqual({ client: 'native', code: 'code', verifier: 'verifier', redirectUri: 'balance://callback' });
  expect(seen[1]).toMatchObject({ path: '/bff/graphql', body: { id: operation.id, variables: { after: null } } });
  expect(seen[1]?.headers.authorization).toBe('Bearer access-1');
  expect(seen[1]?.headers['x-balance-app']).toBe('ios/1.0.0');
  expect(mockKeys.get('balance.session')).toBe('refresh-1');
});

it('renews a token that was refused, once for all who wait, and asks again', async () => {
  const { begin, ask: asks } = fresh();
  let renewals = 0;
  replies = ({ path, headers }) => {
    if (path === '/bff/session') return { body: tokens('old', 'refresh-1') };
    if (path === '/bff/session/refresh') return { body: tokens(`new-${++renewals}`, 'refresh-2') };
    return headers.authorization === 'Bearer old' ? { status: 401, body: fault('TOKEN_INVALID') } : { body: data };
  };
  await begin('code', 'verifier', 'balance://callback');
  await Promise.all([asks(operation, {}), asks(operation, {}), asks(operation, {})]);
  expect(renewals).toBe(1);
  expect(mockKeys.get('balance.session')).toBe('refresh-2');
});

it('ends when the household lives there no more, and forgets the token', async () => {
  const { begin, ask: asks, presenceNow } = fresh();
  replies = ({ path }) => {
    if (path === '/bff/session') return { body: tokens('old', 'refresh-1') };
    return { status: 401, body: fault(path === '/bff/graphql' ? 'ACCESS_ENDED' : 'SESSION_ENDED') };
  };
  await begin('code', 'verifier', 'balance://callback');
  expect(presenceNow()).toBe('present');
  await expect(asks(operation, {})).rejects.toMatchObject({ reason: 'signedOut' });
  expect(presenceNow()).toBe('absent');
  expect(mockKeys.size).toBe(0);
});

it('stays signed in through an outage', async () => {
  const { resume, presenceNow } = fresh();
  mockKeys.set('balance.session', 'refresh-1');
  replies = () => ({ status: 503, body: fault('UNAVAILABLE') });
  await resume();
  expect(presenceNow()).toBe('present');
  expect(mockKeys.get('balance.session')).toBe('refresh-1');
});

it('tells failures apart, with the number of the request', async () => {
  const { begin, ask: asks } = fresh();
  replies = ({ path }) => ({ body: path === '/bff/session' ? tokens('a', 'r') : {} });
  await begin('code', 'verifier', 'balance://callback');
  replies = () => ({ body: fault('FORBIDDEN', '9-2') });
  await expect(asks(operation, {})).rejects.toMatchObject({ reason: 'forbidden', requestId: '9-2' });
  replies = () => ({ status: 500, body: fault('INTERNAL', '9-3') });
  await expect(asks(operation, {})).rejects.toMatchObject({ reason: 'server', code: 'INTERNAL', requestId: '9-3' });
  const there = mockAt.server;
  mockAt.server = 'http://127.0.0.1:1';
  await expect(asks(operation, {})).rejects.toMatchObject({ reason: 'offline' });
  mockAt.server = there;
});

it('hears whether the server answers, whatever the device says of its connection', async () => {
  const { begin, ask: asks, onReach } = fresh();
  const heard: boolean[] = [];
  const forget = onReach((answered) => heard.push(answered));
  replies = ({ path }) => ({ body: path === '/bff/session' ? tokens('a', 'r') : data });
  await begin('code', 'verifier', 'balance://callback');
  const there = mockAt.server;
  mockAt.server = 'http://127.0.0.1:1';
  await expect(asks(operation, {})).rejects.toMatchObject({ reason: 'offline' });
  mockAt.server = there;
  replies = () => ({ status: 500, body: fault('INTERNAL') });
  await expect(asks(operation, {})).rejects.toMatchObject({ reason: 'server' });
  forget();
  replies = () => ({ body: data });
  await asks(operation, {});
  expect(heard).toEqual([true, false, true]);
});

it('waits at the server for what changes, asks again at once when it did, and leaves a full server alone', async () => {
  const { begin } = fresh();
  const { CHANGES, look, lookAgainMs, WAIT_S } = require('@/api/changes') as typeof import('@/api/changes');
  const { QueryClient } = require('@tanstack/react-query') as typeof import('@tanstack/react-query');
  const queries = new QueryClient({ defaultOptions: { queries: { gcTime: Infinity } } });
  queries.setQueryData(['Home', {}], 'old');
  const quiet = { created: [], updated: [], deleted: [] };
  replies = ({ path }) => ({ body: path === '/bff/session' ? tokens('a', 'r') : { ...quiet, created: [{ type: 'alert', id: '7' }], cursor: 'c1' } });
  await begin('code', 'verifier', 'balance://callback');
  const first = await look(queries);
  expect(seen[1]?.path).toBe('/bff/changes');
  expect(queries.getQueryState(['Home', {}])?.isInvalidated).toBe(false);
  queries.setQueryData([CHANGES], first);
  replies = () => ({ body: { ...quiet, updated: [{ type: 'alert', id: '7' }], cursor: 'c2' } });
  const second = await look(queries);
  expect(seen[2]?.path).toBe(`/bff/changes?since=c1&wait=${WAIT_S}`);
  expect(queries.getQueryState(['Home', {}])?.isInvalidated).toBe(true);
  expect(lookAgainMs(second, false)).toBeLessThan(1_000);
  queries.setQueryData([CHANGES], second);
  replies = () => ({ body: { ...quiet, cursor: 'c2' } });
  const full = await look(queries);
  expect(lookAgainMs(full, false)).toBe(30_000);
  expect(lookAgainMs(second, true)).toBe(30_000);
  expect(lookAgainMs(undefined, false)).toBe(30_000);
});

it('stops when its version is served no more', async () => {
  const { begin, ask: asks, upgradeNow } = fresh();
  replies = ({ path }) => ({ body: path === '/bff/session' ? tokens('a', 'r') : {} });
  await begin('code', 'verifier', 'balance://callback');
  const compatibility = { status: 'blocked', oldest: '2.0.0', newest: '2.1.0', store: null };
  replies = () => ({ status: 426, body: { ...fault('APP_TOO_OLD'), compatibility } });
  await expect(asks(operation, {})).rejects.toMatchObject({ code: 'APP_TOO_OLD' });
  expect(upgradeNow()).toEqual(compatibility);
});

it('tells expected outcomes of a mutation apart from its success', async () => {
  const { begin } = fresh();
  const { act } = require('@/api/acts') as typeof import('@/api/acts');
  replies = ({ path }) => ({ body: path === '/bff/session' ? tokens('a', 'r') : { data: { switchSupply: { command: null, errors: [{ code: 'CONTROL_OFF', field: null, message: 'off' }] } } } });
  await begin('code', 'verifier', 'balance://callback');
  await expect(act(operation, {})).rejects.toMatchObject({ name: 'Fault', code: 'CONTROL_OFF' });
});
