/** Whether a newer version is in the stores: asked once at the start and once an hour. */
import { compatibility, type Compatibility } from './bff';

const AGAIN_MS = 3_600_000;
/** The first screen comes first. */
const AFTER_MS = 4_000;
const listeners = new Set<() => void>();
let newer: Compatibility | null = null;

export const newerNow = (): Compatibility | null => newer;

export function onNewer(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

async function look(): Promise<void> {
  // Without an answer the version is taken for good: what is too old is refused by every request.
  const told = await compatibility().catch(() => null);
  if (told === null) return;
  newer = told.status === 'outdated' ? told : null;
  listeners.forEach((listener) => listener());
}

export function followVersions(): () => void {
  const first = setTimeout(() => void look(), AFTER_MS);
  const timer = setInterval(() => void look(), AGAIN_MS);
  return () => {
    clearTimeout(first);
    clearInterval(timer);
  };
}
