/** Labels and words of buckets. */
import { clock, fullDate, hourRange, monthName, spanName } from '@shared/dates';
import type { Bucket } from '@shared/profiles';
import { qualityOf } from '@shared/quality';
import { formatPercent, type Locale } from '@shared/units';
import { HOUR_MS, localTime, today, type Span } from '@shared/zones';
import type { Translate } from '@/i18n';

/** Short words below the slots. */
export function labelsOf(buckets: readonly Bucket[], span: Span, zone: string, locale: Locale): string[] {
  return buckets.map(({ start }) => {
    if (span === 'day') return clock(start, zone, locale).slice(0, 2);
    if (span === 'year') return monthName(start, zone, locale).replace('.', '').slice(0, 3);
    return String(today(zone, start).day);
  });
}

/** Full words of each bucket; an hour that the clock shows twice is told apart. */
export function titlesOf(buckets: readonly Bucket[], span: Span, zone: string, locale: Locale): string[] {
  const hours = buckets.map(({ start }) => localTime(start, zone).hour);
  return buckets.map(({ start }, index) => {
    if (span === 'day') return hourRange(start, zone, locale, hours[index] === hours[index - 1] || hours[index] === hours[index + 1]);
    if (span === 'month') return fullDate(start, zone, locale);
    return spanName('month', today(zone, start), zone, locale);
  });
}

/** What is said of a bucket besides its value; empty when it was measured and is whole. */
export function stateOf(bucket: Bucket, t: Translate, locale: Locale): string {
  if (bucket.look === 'blank') return t('quality.notYet');
  const quality = qualityOf(bucket.quality);
  const hourly = bucket.end - bucket.start <= HOUR_MS;
  const words: string[] = [];
  if (quality !== 'measured' && (hourly || bucket.value === null)) words.push(t(`quality.${quality}`));
  if (bucket.coverage !== null && bucket.coverage < 0.9995 && bucket.value !== null) words.push(t('quality.partly', { percent: formatPercent(bucket.coverage, locale, 0) }));
  return words.join(', ');
}
