/** Why something could not be read or done, with the code and the request's number for support. */

export type Reason = 'offline' | 'signedOut' | 'forbidden' | 'server';

export class Refusal extends Error {
  constructor(
    readonly reason: Reason,
    readonly code: string,
    message: string,
    readonly requestId: string | null = null,
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

export const offline = () => new Refusal('offline', 'OFFLINE', 'the server does not answer');

export function reasonOf(error: unknown): Reason {
  return error instanceof Refusal ? error.reason : 'server';
}
