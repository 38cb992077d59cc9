/** What changed at the server since the app looked last, and what of it must be read again. */
import type { QueryClient, QueryKey } from '@tanstack/react-query';
import { reach } from './bff';
import { asPerson } from './client';
import { Refusal } from './refusal';

export interface Changed {
  type: 'home' | 'meter' | 'readings' | 'alert' | 'command' | 'event';
  id: string;
}

export interface Changes {
  created: Changed[];
  updated: Changed[];
  deleted: Changed[];
  cursor: string;
}

export const CHANGES = 'Changes';
export const HOME = 'Home';

/** Names of what is read again with a thing of each kind; those of one thing alone name it by its id. */
const OF_ALL: Record<Changed['type'], readonly string[]> = {
  home: [HOME, 'Household', 'Homes'],
  meter: [HOME, 'Household'],
  readings: [HOME],
  alert: [HOME, 'Alerts'],
  command: [HOME],
  event: [HOME],
};
const OF_ONE: Record<Changed['type'], readonly string[]> = {
  home: [],
  meter: ['Meter', 'SupplyOf'],
  readings: ['Profile', 'Month', 'DayAhead', 'Reading', 'Meter', 'Temperatures'],
  alert: ['AlertOf'],
  command: ['CommandOf', 'CommandsAt', 'SupplyOf'],
  event: ['DrEventOf'],
};

/** Whether a question asks for a thing, or for a list with such things in it. */
export function touches([name, variables]: QueryKey, { type, id }: Changed): boolean {
  if (typeof name !== 'string') return false;
  if (OF_ALL[type].includes(name)) return true;
  if (!OF_ONE[type].includes(name)) return false;
  // A command is of a point, whose id the change does not tell.
  if (type === 'command' && name !== 'CommandOf') return true;
  return typeof variables === 'object' && variables !== null && Object.values(variables).includes(id);
}

/** How long the server may wait for something to tell. */
export const WAIT_S = 25;
const SOON_MS = 500;
const LATER_MS = 30_000;

export interface Looked {
  cursor: string;
  /** Whether the server waited, or had something to tell: then it is asked again at once. */
  waited: boolean;
}

/** When to look again: a server that has no room to wait is asked twice a minute, and so is one that fails. */
export const lookAgainMs = (looked: Looked | undefined, failed: boolean): number => (looked?.waited && !failed ? SOON_MS : LATER_MS);

/** Looks what changed, as soon as something does; what is not shown any more is forgotten here, too. */
export async function look(queries: QueryClient, signal?: AbortSignal): Promise<Looked> {
  const since = queries.getQueryData<Looked>([CHANGES])?.cursor ?? null;
  const began = Date.now();
  const told = await readChanges(since, signal);
  // Without a cursor everything is new, and was read a moment ago.
  if (since === null) return { cursor: told.cursor, waited: true };
  for (const gone of told.deleted) {
    if (gone.type === 'home' || gone.type === 'meter') queries.removeQueries({ predicate: ({ queryKey: [, variables] }) => named(variables, gone.id) });
  }
  const changed = [...told.created, ...told.updated, ...told.deleted];
  void queries.invalidateQueries({ predicate: ({ queryKey }) => changed.some((one) => touches(queryKey, one)) });
  return { cursor: told.cursor, waited: changed.length > 0 || Date.now() - began > (WAIT_S * 1000) / 2 };
}

const named = (variables: unknown, id: string): boolean => typeof variables === 'object' && variables !== null && Object.values(variables).includes(id);

async function readChanges(since: string | null, signal?: AbortSignal): Promise<Changes> {
  const at = (cursor: string | null) => `/changes${cursor === null ? '' : `?since=${encodeURIComponent(cursor)}&wait=${WAIT_S}`}`;
  const read = (cursor: string | null) => asPerson((access) => reach<Changes>(at(cursor), { method: 'GET', access, ...(signal ? { signal } : {}) }));
  try {
    return await read(since);
  } catch (error) {
    if (since !== null && error instanceof Refusal && error.code === 'BAD_CURSOR') return read(null);
    throw error;
  }
}
