/** Texts with plurals in three languages; English is bundled, the others are fetched when wanted. */
import { tagOf, type Locale } from '../units';
import { en } from './en';

export type Texts = Record<keyof typeof en, string>;
export type Key = keyof typeof en;
/** Whether there are words under a key that was put together. */
export function isKey(key: string): key is Key {
  return Object.hasOwn(en, key);
}

export type Values = Record<string, string | number>;
export type Translate = (key: Key, values?: Values) => string;

const LOADERS: Record<Locale, () => Promise<Texts>> = {
  en: () => Promise.resolve(en),
  ru: async () => (await import('./ru')).ru,
  ro: async () => (await import('./ro')).ro,
};

export function loadTexts(locale: Locale): Promise<Texts> {
  return LOADERS[locale]();
}

/**
 * Fills `{name}`, and chooses the form of a plural written as `{count|one=# hour|other=# hours}`.
 * The forms are those of CLDR.
 */
export function translator(texts: Texts, locale: Locale): Translate {
  const rules = new Intl.PluralRules(tagOf(locale));
  const number = new Intl.NumberFormat(tagOf(locale));
  return (key, values = {}) =>
    texts[key].replace(/\{(\w+)(\|[^}]*)?\}/g, (whole: string, name: string, forms?: string) => {
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
