/** Texts in three languages over i18next, with the plural forms of CLDR. */
import type { Locale } from '@shared/units';
import { getLocales } from 'expo-localization';
import i18next from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import { en } from './en';
import { providePlurals } from './plurals';
import { ro } from './ro';
import { ru } from './ru';

export type { Texts } from './texts';
export type Key = keyof typeof en extends infer Name ? (Name extends `${infer Stem}_${'one' | 'few' | 'many' | 'other'}` ? Stem : Name) : never;
export type Values = Record<string, string | number>;
export type Translate = (key: Key, values?: Values) => string;

providePlurals();
void i18next.use(initReactI18next).init({
  lng: 'en',
  fallbackLng: 'en',
  keySeparator: false,
  nsSeparator: false,
  resources: { en: { translation: en }, ru: { translation: ru }, ro: { translation: ro } },
  interpolation: { escapeValue: false, prefix: '{', suffix: '}' },
  showSupportNotice: false,
} as Parameters<typeof i18next.init>[0]);

/** The first language of the device that the app speaks. */
export function deviceLocale(): Locale {
  const spoken = getLocales().map(({ languageCode }) => languageCode);
  return (spoken.find((code) => code === 'en' || code === 'ru' || code === 'ro') as Locale | undefined) ?? 'en';
}

export function setLanguage(locale: Locale): void {
  if (i18next.language !== locale) void i18next.changeLanguage(locale);
  if (typeof document !== 'undefined') document.documentElement.lang = locale;
}

export function useT(): Translate {
  const { t } = useTranslation();
  return t as unknown as Translate;
}
