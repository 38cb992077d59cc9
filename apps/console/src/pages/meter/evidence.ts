/** The figures by which a rule of validation judged, as a sentence in the units of the meter. */
import type { Translate } from '@shared/i18n';
import { formatAmount, formatNumber, formatPercent, type Locale } from '@shared/units';
import type { ResultOf } from '../../api/graphql';
import type { FLAGS } from './Flags';

type Point = Extract<NonNullable<ResultOf<typeof FLAGS>['node']>, { validation: unknown }>;
export type Flag = Pick<Point['validation']['edges'][number]['node'], 'rule' | 'evidence'>;

/** In Wh, litres and varh inside; people read thousands of them. */
const unitOf = (commodity: string, quantity: string) => (quantity === 'REACTIVE' ? 'kvarh' : quantity === 'ACTIVE' && (commodity === 'ELECTRICITY' || commodity === 'HEAT') ? 'kWh' : 'm3');

const PULSES = ['BACKWARDS', 'RESET', 'ABOVE_CAPACITY'];
const HOURS = ['hours', 'longest_before'];

export function evidenceText({ rule, evidence }: Flag, { commodity, quantity }: { commodity: string; quantity: string }, t: Translate, locale: Locale): string {
  const shown = ({ name, value }: Flag['evidence'][number]) => {
    if (HOURS.includes(name) || PULSES.includes(rule)) return formatNumber(value, locale, 0);
    if (rule === 'SIBLING' && name !== 'siblings') return formatPercent(value, locale, 0);
    return formatAmount(value / 1000, unitOf(commodity, quantity), locale);
  };
  return t(`evidence.${rule}`, Object.fromEntries(evidence.map((one) => [one.name, shown(one)])));
}
