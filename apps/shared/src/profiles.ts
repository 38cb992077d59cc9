/** Geometry of profile charts: buckets, averages, running sums; pure, for console and app alike. */
import { lookOf, type Look } from './quality';
import { bucketStarts, HOUR_MS, localTime } from './zones';

export interface Packed {
  start: string;
  step: string;
  timezone: string;
  unit: string;
  values: readonly (number | null)[];
  quality: readonly (number | null)[];
  coverage: readonly (number | null)[];
}

export interface Bucket {
  start: number;
  end: number;
  value: number | null;
  quality: number | null;
  coverage: number | null;
  look: Look;
}

/** Buckets with their instants and looks. `to` ends the last one. */
export function bucketsOf(packed: Packed, to: number, now: number): Bucket[] {
  const starts = bucketStarts(Date.parse(packed.start), packed.step, packed.values.length, packed.timezone);
  return starts.map((start, index) => {
    const value = packed.values[index] ?? null;
    const quality = packed.quality[index] ?? null;
    const coverage = packed.coverage[index] ?? null;
    const look = lookOf(value, quality, coverage, { start, now, hourly: packed.step === 'PT1H' });
    return { start, end: starts[index + 1] ?? to, value, quality, coverage, look };
  });
}

export interface Totals {
  sum: number | null;
  known: number;
  due: number;
  peak: Bucket | null;
}

/** The sum of what is known, and of how many buckets that are over it is the sum. */
export function totalsOf(buckets: readonly Bucket[]): Totals {
  let sum: number | null = null;
  let known = 0;
  let due = 0;
  let peak: Bucket | null = null;
  for (const bucket of buckets) {
    if (bucket.look === 'blank') continue;
    due += 1;
    if (bucket.value === null) continue;
    known += 1;
    sum = (sum ?? 0) + bucket.value;
    if (peak === null || bucket.value > (peak.value ?? 0)) peak = bucket;
  }
  return { sum, known, due, peak };
}

/** Running sum; stops at the first bucket that is not over, and goes on over what is missing. */
export function runningSum(buckets: readonly Bucket[]): (number | null)[] {
  let sum = 0;
  return buckets.map((bucket) => {
    if (bucket.look === 'blank') return null;
    sum += bucket.value ?? 0;
    return sum;
  });
}

/** What a curve of hours comes to in a day, on average, before an instant and from it on; known hours only. */
export function levelsAround(hours: readonly number[], values: readonly (number | null)[], since: number): { before: number | null; after: number | null } {
  const level = (wanted: (start: number) => boolean) => {
    const known = values.filter((value, index): value is number => value !== null && wanted(hours[index] ?? 0));
    return known.length ? (24 * known.reduce((sum, value) => sum + value, 0)) / known.length : null;
  };
  return { before: level((start) => start < since), after: level((start) => start >= since) };
}

/** Mean by local hour over past days: what this object usually uses at that hour. */
export function meanByHour(packed: Packed): (number | null)[] {
  const sums = new Array<number>(24).fill(0);
  const counts = new Array<number>(24).fill(0);
  const start = Date.parse(packed.start);
  packed.values.forEach((value, index) => {
    if (value === null) return;
    const { hour } = localTime(start + index * 3_600_000, packed.timezone);
    sums[hour] = (sums[hour] ?? 0) + value;
    counts[hour] = (counts[hour] ?? 0) + 1;
  });
  return sums.map((sum, hour) => (counts[hour] ? sum / (counts[hour] ?? 1) : null));
}

/** Mean of what is known; null without anything. */
export function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value): value is number => value !== null);
  return known.length ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
}

export interface DayBand {
  start: number;
  low: number | null;
  high: number | null;
  mean: number | null;
}

/** Smallest, mean and largest hour of each local day: how a long series is drawn. */
export function dailyBand(start: number, values: readonly (number | null)[], zone: string): DayBand[] {
  const end = start + values.length * HOUR_MS;
  const days = bucketStarts(start, 'P1D', Math.ceil(values.length / 23) + 1, zone).filter((day) => day < end);
  return days.map((day, index) => {
    const until = days[index + 1] ?? end;
    const known = values.slice((day - start) / HOUR_MS, (until - start) / HOUR_MS).filter((value) => value !== null);
    if (known.length === 0) return { start: day, low: null, high: null, mean: null };
    return { start: day, low: Math.min(...known), high: Math.max(...known), mean: mean(known) };
  });
}

/** Finer than any unit here is told; smaller values are drawn as nothing. */
const LEAST = 1e-9;

/** A round upper end of an axis that starts at zero; never below the value. */
export function niceMax(value: number): number {
  if (!(value > LEAST)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const scaled = value / power;
  return Math.max(value, ([1, 1.2, 1.6, 2, 2.4, 3.2, 4, 5, 6, 8, 10].find((step) => scaled <= step) ?? 10) * power);
}

/** Sums of local days, known hours only; null where no hour of the day is known. */
export function dailySums(starts: readonly number[], values: readonly (number | null)[], zone: string) {
  const days: { start: number; value: number | null }[] = [];
  let day = -1;
  values.forEach((value, index) => {
    const start = starts[index] ?? 0;
    const local = localTime(start, zone);
    if (local.day !== day) {
      day = local.day;
      days.push({ start, value: null });
    }
    const last = days.at(-1);
    if (last && value !== null) last.value = (last.value ?? 0) + value;
  });
  return days;
}
