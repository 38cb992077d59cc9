/**
 * Instants and local days in the zone of an object, never in that of the browser.
 *
 * Zones have offsets of whole hours (the back end refuses others), days of 23, 24 or 25 hours.
 */

export interface LocalDate {
  year: number;
  month: number;
  day: number;
}

export interface LocalTime extends LocalDate {
  hour: number;
  minute: number;
}

export const HOUR_MS = 3_600_000;

const formats = new Map<string, Intl.DateTimeFormat>();

function partsFormat(zone: string): Intl.DateTimeFormat {
  let found = formats.get(zone);
  if (!found) {
    found = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    });
    formats.set(zone, found);
  }
  return found;
}

/** The wall clock at an instant (ms since the epoch). */
export function localTime(instant: number, zone: string): LocalTime {
  const found: Record<string, number> = {};
  for (const { type, value } of partsFormat(zone).formatToParts(instant)) found[type] = Number(value);
  return {
    year: found.year ?? 0,
    month: found.month ?? 1,
    day: found.day ?? 1,
    hour: found.hour ?? 0,
    minute: found.minute ?? 0,
  };
}

/** Offset of the zone at an instant, in ms east of UTC. */
export function offsetAt(instant: number, zone: string): number {
  const { year, month, day, hour, minute } = localTime(instant, zone);
  const whole = Math.floor(instant / 60_000) * 60_000;
  return Date.UTC(year, month - 1, day, hour, minute) - whole;
}

/**
 * The first instant at which the wall clock shows this time. An hour that the clock skips gives the
 * instant after the skip.
 */
export function instantOf(date: LocalDate, zone: string, hour = 0): number {
  const wall = Date.UTC(date.year, date.month - 1, date.day, hour);
  const candidates = [-24, 24].map((shift) => wall - offsetAt(wall + shift * HOUR_MS, zone));
  const fitting = candidates.filter((instant) => instant + offsetAt(instant, zone) === wall);
  return fitting.length > 0 ? Math.min(...fitting) : Math.max(...candidates);
}

/** A date some days later or earlier. */
export function addDays(date: LocalDate, days: number): LocalDate {
  return dateOf(Date.UTC(date.year, date.month - 1, date.day + days));
}

/** The first of a month some months later or earlier. */
export function addMonths(date: LocalDate, months: number): LocalDate {
  return dateOf(Date.UTC(date.year, date.month - 1 + months, 1));
}

function dateOf(utc: number): LocalDate {
  const at = new Date(utc);
  return { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate() };
}

/** 0 is Monday. */
export function weekday(date: LocalDate): number {
  return (new Date(Date.UTC(date.year, date.month - 1, date.day)).getUTCDay() + 6) % 7;
}

export function today(zone: string, now: number): LocalDate {
  const { year, month, day } = localTime(now, zone);
  return { year, month, day };
}

/** 2026-11-05 */
export function isoDate(date: LocalDate): string {
  const two = (number: number) => String(number).padStart(2, '0');
  return `${String(date.year).padStart(4, '0')}-${two(date.month)}-${two(date.day)}`;
}

/** A date written as 2026-11-05, 2026-11 or 2026; null if it is none. */
export function parseDate(text: string | undefined): LocalDate | null {
  const match = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(text ?? '');
  if (!match) return null;
  const date = { year: Number(match[1]), month: Number(match[2] ?? 1), day: Number(match[3] ?? 1) };
  const same = dateOf(Date.UTC(date.year, date.month - 1, date.day));
  return same.month === date.month && same.day === date.day ? date : null;
}

export type Span = 'day' | 'month' | 'year';

/** Half-open range of a local day, month or year. */
export function rangeOf(span: Span, date: LocalDate, zone: string): { from: number; to: number } {
  if (span === 'day') return { from: instantOf(date, zone), to: instantOf(addDays(date, 1), zone) };
  if (span === 'month') {
    const first = { ...date, day: 1 };
    return { from: instantOf(first, zone), to: instantOf(addMonths(first, 1), zone) };
  }
  const first = { year: date.year, month: 1, day: 1 };
  return { from: instantOf(first, zone), to: instantOf({ ...first, year: date.year + 1 }, zone) };
}

/** The same span one step later or earlier. */
export function stepBy(span: Span, date: LocalDate, steps: number): LocalDate {
  if (span === 'day') return addDays(date, steps);
  return addMonths({ ...date, day: 1 }, span === 'month' ? steps : steps * 12);
}

export const STEP_OF: Record<Span, 'PT1H' | 'P1D' | 'P1M'> = { day: 'PT1H', month: 'P1D', year: 'P1M' };

/** Start of each bucket of a series, as the back end cuts them in the calendar of the zone. */
export function bucketStarts(start: number, step: string, count: number, zone: string): number[] {
  if (step === 'PT1H') return Array.from({ length: count }, (_, index) => start + index * HOUR_MS);
  const first = today(zone, start);
  const next = (index: number): LocalDate => {
    if (step === 'P1D') return addDays(first, index);
    if (step === 'P1W') return addDays(first, index * 7 - weekday(first));
    const months = step === 'P1Y' ? index * 12 + 1 - first.month : index;
    return addMonths({ ...first, day: 1 }, months);
  };
  return Array.from({ length: count }, (_, index) => (index === 0 ? start : instantOf(next(index), zone)));
}

/** RFC 3339 in UTC, as the API takes it. */
export function iso(instant: number): string {
  return new Date(instant).toISOString();
}

const two = (part: number): string => String(part).padStart(2, '0');

/** The wall clock of a zone as a field of the browser for date and time takes it. */
export function localInput(instant: number, zone: string): string {
  const { hour, minute, ...date } = localTime(instant, zone);
  return `${isoDate(date)}T${two(hour)}:${two(minute)}`;
}

/** What such a field says, in UTC; null while it says no time. Of a time shown twice it is the first. */
export function ofLocalInput(text: string, zone: string): string | null {
  const found = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):([0-5]\d)/.exec(text);
  const date = parseDate(found?.[1]);
  if (!found || !date) return null;
  return iso(instantOf(date, zone, Number(found[2])) + Number(found[3]) * 60_000);
}
