/** The part of a forecast that is still to come; pure. */
import type { Bucket } from '@shared/profiles';

export interface Ahead {
  p10: (number | null)[];
  p50: (number | null)[];
  p90: (number | null)[];
}

/** The forecast of what is still to come; hours that came speak for themselves. */
export function coming(buckets: readonly Bucket[], ahead: Ahead | null): Ahead | null {
  if (!ahead) return null;
  const only = (values: readonly (number | null)[]) => buckets.map(({ look }, index) => (look === 'blank' ? (values[index] ?? null) : null));
  const told = { p10: only(ahead.p10), p50: only(ahead.p50), p90: only(ahead.p90) };
  return told.p50.some((value) => value !== null) ? told : null;
}
