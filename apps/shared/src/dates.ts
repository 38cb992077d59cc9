/** Dates and times in words, in the zone of the object. */
import { tagOf, type Locale } from './units';
import { HOUR_MS, instantOf, type LocalDate, type Span } from './zones';

const formats = new Map<string, Intl.DateTimeFormat>();

function format(locale: Locale, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale}|${zone}|${JSON.stringify(options)}`;
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(tagOf(locale), { timeZone: zone, hourCycle: 'h23', ...options });
    formats.set(key, found);
  }
  return found;
}

export function dateTime(instant: number, zone: string, locale: Locale): string {
  return format(locale, zone, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  }).format(instant);
}

export function clock(instant: number, zone: string, locale: Locale): string {
  return format(locale, zone, { hour: '2-digit', minute: '2-digit' }).format(instant);
}

export function dayAndMonth(instant: number, zone: string, locale: Locale): string {
  return format(locale, zone, { day: 'numeric', month: 'short' }).format(instant);
}

export function fullDate(instant: number, zone: string, locale: Locale): string {
  return format(locale, zone, { weekday: 'short', day: 'numeric', month: 'long', year: 'numeric' }).format(instant);
}

export function shortDate(instant: number, zone: string, locale: Locale): string {
  return format(locale, zone, { day: 'numeric', month: 'short', year: 'numeric' }).format(instant);
}

export function monthName(instant: number, zone: string, locale: Locale): string {
  return format(locale, zone, { month: 'short' }).format(instant);
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Title of a day, month or year: it begins a line, so with a capital. */
export const spanTitle = (span: Span, date: LocalDate, zone: string, locale: Locale): string => capital(spanName(span, date, zone, locale));

/** A day, month or year within a sentence. */
export function spanName(span: Span, date: LocalDate, zone: string, locale: Locale): string {
  const instant = instantOf(date, zone) + 12 * HOUR_MS;
  if (span === 'day') return fullDate(instant, zone, locale);
  if (span === 'month') return format(locale, zone, { month: 'long', year: 'numeric' }).format(instant);
  return String(date.year);
}

/** "14:00–15:00", with the offset where the clock shows that hour twice. */
export function hourRange(instant: number, zone: string, locale: Locale, twice = false): string {
  const text = `${clock(instant, zone, locale)}–${clock(instant + HOUR_MS, zone, locale)}`;
  if (!twice) return text;
  const parts = format(locale, zone, { hour: '2-digit', timeZoneName: 'shortOffset' }).formatToParts(instant);
  return `${text} ${parts.find((part) => part.type === 'timeZoneName')?.value ?? ''}`;
}

/** How long ago, in the largest unit that fits. */
export function ago(instant: number, now: number, locale: Locale): string {
  const relative = new Intl.RelativeTimeFormat(tagOf(locale), { numeric: 'auto' });
  const minutes = Math.round((instant - now) / 60_000);
  if (Math.abs(minutes) < 60) return relative.format(minutes, 'minute');
  const hours = Math.round(minutes / 60);
  if (Math.abs(hours) < 48) return relative.format(hours, 'hour');
  return relative.format(Math.round(hours / 24), 'day');
}

/** A sentence with its instants, which the API tells in UTC, in the time of a zone. */
export function inZone(text: string, zone: string, locale: Locale): string {
  return text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00)/g, (instant) => dateTime(Date.parse(instant), zone, locale));
}
