/** The hours of today as the first screen draws them, out of what the server told; pure. */
import type { HomeMeter } from '@/api/home';
import { coming, type Ahead } from '@/charts/ahead';
import { bucketsOf, totalsOf, type Bucket, type Totals } from '@shared/profiles';
import { HOUR_MS } from '@shared/zones';

export interface Drawn {
  buckets: Bucket[];
  totals: Totals;
  /** What five or more other homes took, or what is usual here; null where neither is known. */
  line: (number | null)[] | null;
  of: 'house' | 'own';
  ahead: Ahead | null;
  /** End of the last hour that is known, of this day or the one before. */
  seen: number | null;
}

type Numbers = readonly (number | null)[];

export function drawnOf({ today, ahead, timezone, unit, knownUntil }: HomeMeter, now: number, factor: number): Drawn {
  const scale = (values: Numbers) => values.map((value) => (value === null ? null : value * factor));
  const start = Date.parse(today.start);
  const packed = { start: today.start, step: 'PT1H', timezone, unit, values: scale(today.values), quality: today.quality, coverage: today.values.map((value) => (value === null ? 0 : 1)) };
  const buckets = bucketsOf(packed, start + today.values.length * HOUR_MS, now);
  const house = today.average.some((value) => value !== null);
  const line = scale(house ? today.average : (today.usual ?? []));
  return {
    buckets,
    totals: totalsOf(buckets),
    line: line.some((value) => value !== null) ? line : null,
    of: house ? 'house' : 'own',
    ahead: coming(buckets, ahead && whole(start, buckets.length, ahead, scale)),
    seen: knownUntil === null ? null : Date.parse(knownUntil),
  };
}

/** A forecast from some hour on as one of the whole day. */
function whole(start: number, size: number, ahead: NonNullable<HomeMeter['ahead']>, scale: (values: Numbers) => (number | null)[]): Ahead {
  const first = Math.round((Date.parse(ahead.start) - start) / HOUR_MS);
  const shifted = (values: Numbers) => {
    const told = scale(values);
    return Array.from({ length: size }, (_, index) => told[index - first] ?? null);
  };
  return { p10: shifted(ahead.p10), p50: shifted(ahead.p50), p90: shifted(ahead.p90) };
}

const CLOSE = 0.05;

/** The known hours against the same hours of the line: by how much, and which way; null where nothing can be compared. */
export function against(buckets: readonly Bucket[], line: Numbers | null): { way: 'over' | 'under' | 'same'; share: number } | null {
  let [sum, usual] = [0, 0];
  buckets.forEach(({ value, look }, index) => {
    const typical = line?.[index];
    if (look === 'blank' || value === null || typical == null) return;
    sum += value;
    usual += typical;
  });
  if (usual <= 0) return null;
  const share = sum / usual - 1;
  return { way: Math.abs(share) < CLOSE ? 'same' : share > 0 ? 'over' : 'under', share: Math.abs(share) };
}
