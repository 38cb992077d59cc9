/** An invitation by the association: what it is for, and the account that is made of it. */
import { offline, Refusal } from './refusal';
import { server } from './server';

export interface Invitation {
  tenant: string;
  premise: string;
  site: string;
  name: string | null;
  email: string | null;
}

export interface Claim {
  code: string;
  email: string;
  password: string;
  consent: true;
  locale: string;
}

interface Fault {
  code?: string;
  field?: string | null;
  message?: string;
}

async function post<Told>(path: string, body: object): Promise<Told> {
  let answer: Response;
  try {
    answer = await fetch(`${server}/bff/invitations/${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), credentials: 'same-origin' });
  } catch {
    throw offline();
  }
  const told = (await answer.json().catch(() => ({}))) as Told & Fault;
  if (!answer.ok) throw new Refusal('server', told.code ?? `HTTP_${answer.status}`, told.message ?? '', answer.headers.get('x-request-id'));
  return told;
}

export const look = (code: string) => post<Invitation>('look', { code });
export const claim = (asked: Claim) => post<object>('claim', asked);
