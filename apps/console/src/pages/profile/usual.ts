/** The line beside the bars: what is usual for this object at that hour, on that weekday, in that month. */
import { bucketsOf, meanByHour, type Bucket, type Packed } from '@shared/profiles';
import { addDays, instantOf, localTime, rangeOf, today, weekday, type LocalDate, type Span } from '@shared/zones';

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
  const sums = new Map<number, { sum: number; count: number }>();
  for (const bucket of bucketsOf(past, now, now)) {
    if (bucket.value === null || (bucket.coverage ?? 0) < 0.9) continue;
    const day = weekday(today(zone, bucket.start));
    const known = sums.get(day) ?? { sum: 0, count: 0 };
    sums.set(day, { sum: known.sum + bucket.value, count: known.count + 1 });
  }
  return buckets.map((bucket) => {
    const found = sums.get(weekday(today(zone, bucket.start)));
    return found ? found.sum / found.count : null;
  });
}
