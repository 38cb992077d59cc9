/** The one way to the server: a known operation with its variables, as the person who is signed in. */
import type { Operation } from './operations.generated';
import { offline, Refusal } from './refusal';
import { server } from './server';
import { ended, renew, token } from './session';

interface Told<Data> {
  data?: Data | null;
  errors?: { message: string; extensions?: { code?: string; requestId?: string } }[];
}

const FORBIDDEN = new Set(['FORBIDDEN', 'NOT_ALLOWED']);
const SIGNED_OUT = new Set(['UNAUTHENTICATED', 'UNAUTHORIZED', 'TOKEN_EXPIRED', 'TOKEN_INVALID']);

/**
 * Data of an operation.
 *
 * @throws Refusal when the server cannot be reached, refuses, or fails.
 */
export async function ask<Data, Variables>(operation: Operation<Data, Variables>, variables: Variables): Promise<Data> {
  let answer = await post(operation, variables, await token());
  if (answer.status === 401) {
    await renew();
    answer = await post(operation, variables, await token());
  }
  const request = answer.headers.get('x-request-id');
  const told = (await answer.json().catch(() => ({}))) as Told<Data>;
  const first = told.errors?.[0];
  if (first || !told.data) {
    const code = first?.extensions?.code ?? `HTTP_${answer.status}`;
    const id = first?.extensions?.requestId ?? request;
    if (answer.status === 401 || SIGNED_OUT.has(code)) {
      ended();
      throw new Refusal('signedOut', code, first?.message ?? code, id);
    }
    throw new Refusal(FORBIDDEN.has(code) || answer.status === 403 ? 'forbidden' : 'server', code, first?.message ?? code, id);
  }
  return told.data;
}

async function post<Data, Variables>(operation: Operation<Data, Variables>, variables: Variables, access: string): Promise<Response> {
  try {
    return await fetch(`${server}/graphql`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${access}`, 'Content-Type': 'application/json', Accept: 'application/graphql-response+json, application/json' },
      body: JSON.stringify({ query: operation.text, variables }),
      credentials: 'omit',
    });
  } catch {
    throw offline();
  }
}
