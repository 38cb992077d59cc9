/** How long ago, in words; Hermes has no Intl.RelativeTimeFormat. */
import type { Translate } from './index';

export function ago(t: Translate, instant: number, now: number): string {
  const minutes = Math.max(0, Math.round((now - instant) / 60_000));
  if (minutes < 1) return t('ago.now');
  if (minutes < 60) return t('ago.minutes', { count: minutes });
  const hours = Math.round(minutes / 60);
  return hours < 48 ? t('ago.hours', { count: hours }) : t('ago.days', { count: Math.round(hours / 24) });
}
