/** The one way to data: as the person who is signed in. */
import { reach } from './bff';
import type { Operation } from './operations.generated';
import { Refusal } from './refusal';
import { ended, renew, token } from './session';

/**
 * Data of an operation.
 *
 * @throws Refusal when the server cannot be reached, refuses, or fails.
 */
export async function ask<Data, Variables>(operation: Operation<Data, Variables>, variables: Variables): Promise<Data> {
  return (await asPerson((access) => reach<{ data: Data }>('/graphql', { body: { id: operation.id, variables: variables as object }, access }))).data;
}

/**
 * What is answered to the person who is signed in.
 *
 * @throws Refusal when the server cannot be reached, refuses, or fails.
 */
export async function asPerson<Answer>(put: (access: string) => Promise<Answer>): Promise<Answer> {
  try {
    return await put(await token());
  } catch (error) {
    if (!(error instanceof Refusal) || error.reason !== 'signedOut') throw error;
  }
  // The token may have ended early: with a new one the answer is final.
  await renew();
  try {
    return await put(await token());
  } catch (error) {
    if (error instanceof Refusal && error.reason === 'signedOut') ended();
    throw error;
  }
}
