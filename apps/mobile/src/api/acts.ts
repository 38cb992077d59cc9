/** What a person does: done now or refused, never kept for later. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ask } from './client';
import type { Operation } from './operations.generated';
import { Refusal } from './refusal';

export interface UserFault {
  code: string;
  field: string | null;
  message: string;
}

/** An expected outcome that is no success, told by the mutation itself. */
export class Fault extends Error {
  constructor(readonly faults: readonly UserFault[]) {
    super(faults.map(({ message }) => message).join('; '));
    this.name = 'Fault';
  }

  get code(): string {
    return this.faults[0]?.code ?? 'UNKNOWN';
  }
}

export interface Payload {
  errors: readonly UserFault[];
}

/** The payload of a mutation of one field.
 *
 * @throws Fault when it tells errors, Refusal when it was not answered.
 */
export async function act<Data, Variables>(operation: Operation<Data, Variables>, variables: Variables): Promise<Data> {
  const data = await ask(operation, variables);
  for (const payload of Object.values(data as Record<string, Payload>)) if (payload.errors?.length) throw new Fault(payload.errors);
  return data;
}

/** An act with its state; afterwards the named operations are read again. */
export function useAct<Data, Variables>(operation: Operation<Data, Variables>, ...changed: { name: string }[]) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (variables: Variables) => act(operation, variables),
    onSuccess: () => Promise.all(changed.map(({ name }) => queries.invalidateQueries({ queryKey: [name] }))),
  });
}

/** The stable code of whatever went wrong. */
export function codeOf(error: unknown): string {
  if (error instanceof Fault || error instanceof Refusal) return error.code;
  return 'UNKNOWN';
}
