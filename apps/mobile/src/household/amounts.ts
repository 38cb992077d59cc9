/** Amounts in the units that the person chose. */
import { formatAmount, formatNumber, type Locale } from '@shared/units';
import { usePreferences } from '@/theme/preferences';

/** kWh in a gigacalorie. */
export const KWH_PER_GCAL = 1163;

export interface Units {
  water: 'm3' | 'l';
  heat: 'kWh' | 'Gcal';
}

const WORDS: Record<string, Record<Locale, string>> = {
  kW: { en: 'kW', ru: 'кВт', ro: 'kW' },
  l: { en: 'l', ru: 'л', ro: 'l' },
  Gcal: { en: 'Gcal', ru: 'Гкал', ro: 'Gcal' },
};

/** The unit that is shown for one of the API, and how many of it are one of those. */
export function shownUnit(unit: string, commodity: string, units: Units): { unit: string; factor: number } {
  if (unit === 'm3' && commodity.startsWith('WATER') && units.water === 'l') return { unit: 'l', factor: 1000 };
  if (unit === 'kWh' && commodity === 'HEAT' && units.heat === 'Gcal') return { unit: 'Gcal', factor: 1 / KWH_PER_GCAL };
  return { unit, factor: 1 };
}

export function unitWord(unit: string, locale: Locale): string {
  return WORDS[unit]?.[locale] ?? formatAmount(1, unit, locale).replace(/^\S+\s/, '');
}

export function amountText(value: number | null | undefined, unit: string, locale: Locale): string {
  if (value === null || value === undefined) return '–';
  return WORDS[unit] ? `${formatNumber(value, locale)} ${unitWord(unit, locale)}` : formatAmount(value, unit, locale);
}

/** Writes amounts of a resource as the person reads them. */
export function useAmounts(commodity: string, unit: string) {
  const preferences = usePreferences();
  const shown = shownUnit(unit, commodity, preferences);
  const scale = (value: number | null): number | null => (value === null ? null : value * shown.factor);
  return {
    ...shown,
    scale,
    word: unitWord(shown.unit, preferences.language),
    text: (value: number | null | undefined) => amountText(value == null ? null : value * shown.factor, shown.unit, preferences.language),
  };
}
