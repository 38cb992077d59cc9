/** When an event is, how long, and how far off: in the zone of the home. */
import type { Translate } from '@/i18n';
import { clock, dayAndMonth } from '@shared/dates';
import type { Locale } from '@shared/units';

export interface Held {
  startsAt: string;
  endsAt: string;
}

const HOUR_MIN = 60;
const DAY_MIN = 24 * HOUR_MIN;

/** "26 Nov, 18:00–20:00"; an end on another day says so. */
export function whenText(t: Translate, { startsAt, endsAt }: Held, zone: string, locale: Locale): string {
  const [begin, end] = [Date.parse(startsAt), Date.parse(endsAt)];
  const [first, last] = [dayAndMonth(begin, zone, locale), dayAndMonth(end, zone, locale)];
  const time = clock(end, zone, locale);
  return t('event.when', { day: first, begin: clock(begin, zone, locale), end: first === last ? time : `${last} ${time}` });
}

/** "1 h 30 min". */
export function lengthText(t: Translate, { startsAt, endsAt }: Held): string {
  const minutes = Math.round((Date.parse(endsAt) - Date.parse(startsAt)) / 60_000);
  const [hours, rest] = [Math.floor(minutes / HOUR_MIN), minutes % HOUR_MIN];
  const parts = [hours > 0 ? t('event.length.hours', { hours }) : '', rest > 0 || hours === 0 ? t('event.length.minutes', { minutes: rest }) : ''];
  return parts.filter(Boolean).join(' ');
}

/** How long until it begins, or until it is over; null once it is. */
export function countdown(t: Translate, { startsAt, endsAt }: Held, now: number): string | null {
  const until = (text: string) => Math.ceil((Date.parse(text) - now) / 60_000);
  const [begins, ends] = [until(startsAt), until(endsAt)];
  if (begins > 0) {
    if (begins < HOUR_MIN) return t('event.begins.minutes', { count: begins });
    return begins < 2 * DAY_MIN ? t('event.begins.hours', { count: Math.round(begins / HOUR_MIN) }) : t('event.begins.days', { count: Math.round(begins / DAY_MIN) });
  }
  if (ends <= 0) return null;
  return ends < 2 * HOUR_MIN ? t('event.ends.minutes', { count: ends }) : t('event.ends.hours', { count: Math.round(ends / HOUR_MIN) });
}
