/** The line beside the bars: what is usual for this object at that hour, on a day, in that month. */
import { bucketsOf, mean, meanByHour, type Bucket, type Packed } from './profiles';
import { addDays, instantOf, localTime, rangeOf, type LocalDate, type Span } from './zones';

/** Share of its hours from which on a day tells what a day uses. */
const WHOLE_DAY = 0.9;

/** The past that is compared with: 28 days, 8 weeks, the year before. */
export function usualRange(span: Span, date: LocalDate, zone: string): { from: number; to: number; step: 'PT1H' | 'P1D' | 'P1M' } {
  if (span === 'year') return { ...rangeOf('year', { ...date, year: date.year - 1 }, zone), step: 'P1M' };
  const first = span === 'day' ? date : { ...date, day: 1 };
  const days = span === 'day' ? 28 : 56;
  return { from: instantOf(addDays(first, -days), zone), to: instantOf(first, zone), step: span === 'day' ? 'PT1H' : 'P1D' };
}

/** A value for each bucket; all null where the past is not known. */
export function usualValues(span: Span, buckets: readonly Bucket[], past: Packed, now: number): (number | null)[] {
  const zone = past.timezone;
  if (span === 'day') {
    const means = meanByHour(past);
    return buckets.map((bucket) => means[localTime(bucket.start, zone).hour] ?? null);
  }
  if (span === 'year') return buckets.map((_, index) => (past.coverage[index] ? (past.values[index] ?? null) : null));
  const days = bucketsOf(past, now, now).filter((bucket) => bucket.value !== null && (bucket.coverage ?? 0) >= WHOLE_DAY);
  const usual = mean(days.map((bucket) => bucket.value));
  return buckets.map(() => usual);
}
