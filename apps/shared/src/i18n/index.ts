/**
 * Texts with plurals in three languages. Those of the first page are bundled in English and fetched in
 * the others; those of all other pages are fetched with them.
 */
import { tagOf, type Locale } from '../units';
import { en } from './en';
import type { rest as englishRest } from './rest/en';

export type Key = keyof typeof en | keyof typeof englishRest;
export type Texts = Record<Key, string>;
export type Values = Record<string, string | number>;
export type Translate = (key: Key, values?: Values) => string;

const FIRST: Record<Locale, () => Promise<Partial<Texts>>> = {
  en: () => Promise.resolve(en),
  ru: async () => (await import('./ru')).ru,
  ro: async () => (await import('./ro')).ro,
};
const REST: Record<Locale, () => Promise<Partial<Texts>>> = {
  en: async () => (await import('./rest/en')).rest,
  ru: async () => (await import('./rest/ru')).rest,
  ro: async () => (await import('./rest/ro')).rest,
};

/** What was fetched of each language; a translator sees what is added later. */
const held: Record<Locale, Partial<Texts>> = { en: { ...en }, ru: {}, ro: {} };
let current: Locale = 'en';
let whole = false;

/** Texts of the first page in a language, and of the others if one of those was shown before. */
export async function loadTexts(locale: Locale): Promise<Partial<Texts>> {
  current = locale;
  const parts = [FIRST[locale](), ...(whole ? [REST[locale]()] : [])];
  return Object.assign(held[locale], ...(await Promise.all(parts))) as Partial<Texts>;
}

/** Texts of all pages, in the language that is shown. */
export async function loadRest(): Promise<void> {
  whole = true;
  const locale = current;
  Object.assign(held[locale], await REST[locale]());
}

/** Whether there are words under a key that was put together. */
export function isKey(key: string): key is Key {
  return Object.hasOwn(held.en, key) || Object.hasOwn(held[current], key);
}

/**
 * Fills `{name}`, and chooses the form of a plural written as `{count|one=# hour|other=# hours}`.
 * The forms are those of CLDR.
 */
export function translator(texts: Partial<Texts>, locale: Locale): Translate {
  const rules = new Intl.PluralRules(tagOf(locale));
  const number = new Intl.NumberFormat(tagOf(locale));
  return (key, values = {}) =>
    (texts[key] ?? key).replace(/\{(\w+)(\|[^}]*)?\}/g, (whole: string, name: string, forms?: string) => {
      const value = values[name];
      if (value === undefined) return whole;
      if (!forms) return typeof value === 'number' ? number.format(value) : value;
      const chosen = pluralForm(forms, rules.select(Number(value)));
      return chosen.replace('#', number.format(Number(value)));
    });
}

function pluralForm(forms: string, category: string): string {
  const known = new Map(
    forms
      .slice(1)
      .split('|')
      .map((form) => form.split('=', 2) as [string, string]),
  );
  return known.get(category) ?? known.get('other') ?? '#';
}
