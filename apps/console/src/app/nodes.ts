/** The place a page shows, and the address of the same page for another place. */
export interface Node {
  id: string;
  name: string;
  path: string;
}

interface Shown {
  path?: string | undefined;
  under?: string | undefined;
}

const BY_PATH = ['/sites', '/balances', '/delivery', '/acceptance'];
const BY_ID = ['/meters', '/map', '/alarms'];

/** The place in an address: by its path, or by its id. */
export function shownIn(page: string, search: Record<string, unknown>): Shown {
  const text = (value: unknown) => (typeof value === 'string' && value ? value : undefined);
  if (BY_PATH.includes(page)) return { path: text(search.path) };
  if (BY_ID.includes(page)) return { under: text(search.under) };
  return {};
}

/** Where a place is shown: on the page one is on, if it shows places, with its other filters; null for all. */
export function addressOf(page: string, search: Record<string, unknown>, node: Node | null): { to: string; search: Record<string, unknown> } {
  if (BY_PATH.includes(page)) return { to: page, search: { ...search, path: node?.path } };
  if (BY_ID.includes(page)) return { to: page, search: { ...search, under: node?.id } };
  return node ? { to: '/sites', search: { path: node.path } } : { to: '/', search: {} };
}

/** Paths from the top down to a place. */
export function wayTo(path: string): string[] {
  const names = path.split('/');
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

const NATURAL = new Intl.Collator(undefined, { numeric: true });

/** Places as people count them: house 2 before house 10. */
export function inOrder<Place extends { name: string }>(places: readonly Place[]): Place[] {
  return [...places].sort((one, other) => NATURAL.compare(one.name, other.name));
}
