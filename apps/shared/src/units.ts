/** Units and numbers as people of each language read them. */

export type Locale = 'en' | 'ru' | 'ro';
export const LOCALES: readonly Locale[] = ['en', 'ru', 'ro'];

const TAGS: Record<Locale, string> = { en: 'en-GB', ru: 'ru-RU', ro: 'ro-RO' };
export const tagOf = (locale: Locale): string => TAGS[locale];

const UNITS: Record<string, Record<Locale, string>> = {
  kWh: { en: 'kWh', ru: 'кВт·ч', ro: 'kWh' },
  MWh: { en: 'MWh', ru: 'МВт·ч', ro: 'MWh' },
  kvarh: { en: 'kvarh', ru: 'квар·ч', ro: 'kvarh' },
  m3: { en: 'm³', ru: 'м³', ro: 'm³' },
  m2: { en: 'm²', ru: 'м²', ro: 'm²' },
  m: { en: 'm', ru: 'м', ro: 'm' },
  km: { en: 'km', ru: 'км', ro: 'km' },
  h: { en: 'h', ru: 'ч', ro: 'h' },
  V: { en: 'V', ru: 'В', ro: 'V' },
  mV: { en: 'mV', ru: 'мВ', ro: 'mV' },
  A: { en: 'A', ru: 'А', ro: 'A' },
  dBm: { en: 'dBm', ru: 'дБм', ro: 'dBm' },
  degC: { en: '°C', ru: '°C', ro: '°C' },
  kW: { en: 'kW', ru: 'кВт', ro: 'kW' },
  'm3/h': { en: 'm³/h', ru: 'м³/ч', ro: 'm³/h' },
};

export function unitText(unit: string, locale: Locale): string {
  return UNITS[unit]?.[locale] ?? unit;
}

const numbers = new Map<string, Intl.NumberFormat>();

export function numberFormat(locale: Locale, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale}${JSON.stringify(options)}`;
  let found = numbers.get(key);
  if (!found) {
    found = new Intl.NumberFormat(TAGS[locale], options);
    numbers.set(key, found);
  }
  return found;
}

/** Fraction digits at which a figure of this size is still read at a glance. */
export function digitsFor(value: number): number {
  const size = Math.abs(value);
  if (size >= 1000 || size === 0) return 0;
  if (size >= 100) return 1;
  if (size >= 1) return 2;
  return 3;
}

export function formatNumber(value: number, locale: Locale, digits = digitsFor(value)): string {
  return numberFormat(locale, { maximumFractionDigits: digits }).format(value);
}

/** A figure with its unit; what is not known is a dash, never a zero. */
export function formatAmount(value: number | null | undefined, unit: string, locale: Locale): string {
  if (value === null || value === undefined) return '–';
  const [scaled, scaledUnit] =
    unit === 'kWh' && Math.abs(value) >= 100_000 ? [value / 1000, 'MWh'] : [value, unit];
  return `${formatNumber(scaled, locale)} ${unitText(scaledUnit, locale)}`;
}

/** An amount of money, as the API tells it: a decimal text and the code of its currency. */
export function formatMoney(money: { amount: string; currency: string }, locale: Locale): string {
  return `${numberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(Number(money.amount))} ${money.currency}`;
}

export function formatPercent(share: number | null | undefined, locale: Locale, digits = 1): string {
  if (share === null || share === undefined) return '–';
  // What is nearly whole must not read as whole.
  const factor = 100 * 10 ** digits;
  const shown = share < 1 && share > 0 ? Math.floor(share * factor + 1e-9) / factor : share;
  return numberFormat(locale, { style: 'percent', maximumFractionDigits: digits }).format(shown);
}

/** How sure something is, in percent; nothing is wholly certain, nor wholly excluded. */
export function sureness(share: number, locale: Locale): string {
  const bounded = Math.min(0.99, Math.max(0.01, share));
  const text = formatPercent(Math.round(bounded * 100) / 100, locale, 0);
  return share > 0.995 ? `>\u00a0${text}` : text;
}
