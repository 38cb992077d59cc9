/** Events of demand response in words: state, place, length. */
import { clock, dateTime } from '@shared/dates';
import type { Translate } from '@shared/i18n';
import type { Locale } from '@shared/units';
import { localTime } from '@shared/zones';
import { useT } from '../../app/preferences';
import type { Tone } from '../../ui/Panel';
import { Status } from '../../ui/Status';
import type { DrState, Places } from './documents';

const TONES: Record<DrState, Tone> = { SCHEDULED: 'quiet', ACTIVE: 'warning', COMPLETED: 'ok', CANCELLED: 'quiet' };

export function EventState({ state }: { state: DrState }) {
  const t = useT();
  return <Status tone={TONES[state]} icon={state === 'COMPLETED' ? undefined : 'clock'}>{t(`dr.state.${state}`)}</Status>;
}

export const lengthText = (t: Translate, minutes: number): string =>
  [minutes >= 60 ? t('dr.hours', { hours: Math.floor(minutes / 60) }) : '', minutes % 60 ? t('dr.minutes', { minutes: minutes % 60 }) : ''].filter(Boolean).join(' ');

/** "26 Nov, 18:00 – 20:00"; an end on another day says so. */
export function whenText(startsAt: string, endsAt: string, zone: string, locale: Locale): string {
  const [begin, end] = [Date.parse(startsAt), Date.parse(endsAt)];
  const same = localTime(begin, zone).day === localTime(end, zone).day;
  return `${dateTime(begin, zone, locale)} – ${same ? clock(end, zone, locale) : dateTime(end, zone, locale)}`;
}

export const placesText = ({ sites, groups }: Places): string => [...sites.map(({ path }) => path.split('/').join(' · ')), ...groups.map(({ name }) => name)].join('; ');
