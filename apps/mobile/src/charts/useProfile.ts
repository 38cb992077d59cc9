/** A profile over a local day, month or year, with the past that it is compared with. */
import { DayAhead, Month, Profile } from '@/api/operations.generated';
import { useAnswer } from '@/api/queries';
import { useAmounts } from '@/household/amounts';
import { bucketsOf, totalsOf, type Packed } from '@shared/profiles';
import { usualRange, usualValues } from '@shared/usual';
import { iso, isoDate, rangeOf, STEP_OF, today, type LocalDate, type Span } from '@shared/zones';
import { useMemo } from 'react';

export interface Asked {
  id: string;
  commodity: string;
  zone: string;
  span: Span;
  date: LocalDate;
  now: number;
}

const OLD_MS = 6 * 3_600_000;

/** Whether the range of a span still runs. */
export function runs(span: Span, date: LocalDate, zone: string, now: number): boolean {
  const { from, to } = rangeOf(span, date, zone);
  return from <= now && now < to;
}

export function useProfile({ id, commodity, zone, span, date, now }: Asked) {
  const range = useMemo(() => rangeOf(span, date, zone), [span, date.year, date.month, date.day, zone]);
  const past = useMemo(() => usualRange(span, date, zone), [span, date.year, date.month, date.day, zone]);
  const running = runs(span, date, zone, now);
  const query = useAnswer(Profile, { id, from: iso(range.from), to: iso(range.to), step: STEP_OF[span] }, running ? { everyMs: 120_000 } : { freshMs: OLD_MS });
  const usual = useAnswer(Profile, { id, from: iso(past.from), to: iso(past.to), step: past.step }, { freshMs: OLD_MS });
  const packed = query.data?.node?.profile ?? null;
  const amounts = useAmounts(commodity, packed?.unit ?? '');
  const { factor } = amounts;
  const drawn = useMemo(() => {
    if (!packed) return null;
    const buckets = bucketsOf(scaled(packed, factor), range.to, now);
    return { buckets, totals: totalsOf(buckets) };
  }, [packed, factor, range.to, now]);
  const before = usual.data?.node?.profile ?? null;
  const line = useMemo(() => {
    if (!before || !drawn) return null;
    const values = usualValues(span, drawn.buckets, scaled(before, factor), now);
    return values.some((value) => value !== null) ? values : null;
  }, [before, drawn, span, factor, now]);
  return { query, range, running, unit: packed?.unit ?? '', amounts, drawn, line };
}

function scaled(packed: Packed, factor: number): Packed {
  return factor === 1 ? packed : { ...packed, values: packed.values.map((value) => (value === null ? null : value * factor)) };
}

/** The hours of today that are still to come, where they are forecast. */
export function useAhead({ id, zone, date, now, span }: Asked, factor: number) {
  const asked = span === 'day' && isoDate(date) === isoDate(today(zone, now));
  const { data } = useAnswer(DayAhead, { id, day: isoDate(date) }, { enabled: asked, freshMs: 1_800_000 });
  const forecast = asked ? (data?.node?.forecast ?? null) : null;
  return useMemo(() => {
    if (!forecast) return null;
    const times = (values: readonly (number | null)[]) => values.map((value) => (value === null ? null : value * factor));
    return { p10: times(forecast.p10), p50: times(forecast.p50), p90: times(forecast.p90) };
  }, [forecast, factor]);
}

/** The running month of a point: so far, and expected. */
export function useMonth(id: string, enabled = true) {
  return useAnswer(Month, { id }, { enabled, freshMs: 600_000, sticky: true });
}
