/** Language and scheme of the person, kept in the browser. */
import { loadTexts, translator, type Texts, type Translate } from '@shared/i18n';
import { en } from '@shared/i18n/en';
import { LOCALES, type Locale } from '@shared/units';
import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';

interface Preferences {
  locale: Locale;
  t: Translate;
  setLocale: (locale: Locale) => void;
}

const KEPT = 'balance.locale';
const Context = createContext<Preferences>({ locale: 'en', t: translator(en, 'en'), setLocale: () => undefined });

export function preferredLocale(): Locale {
  const kept = localStorage.getItem(KEPT);
  const wanted = [kept ?? '', ...navigator.languages].map((tag) => tag.split('-')[0]);
  return wanted.find((tag): tag is Locale => LOCALES.includes(tag as Locale)) ?? 'en';
}

export function PreferencesProvider({ children }: { children: ReactNode }) {
  const [locale, choose] = useState<Locale>(preferredLocale);
  const [loaded, setLoaded] = useState<{ locale: Locale; texts: Partial<Texts> } | null>(null);
  useEffect(() => {
    let wanted = true;
    void loadTexts(locale).then((texts) => wanted && setLoaded({ locale, texts }));
    return () => {
      wanted = false;
    };
  }, [locale]);
  useEffect(() => {
    if (loaded) document.documentElement.lang = loaded.locale;
  }, [loaded]);
  const setLocale = useCallback((next: Locale) => {
    localStorage.setItem(KEPT, next);
    choose(next);
  }, []);
  const value = useMemo(
    () => loaded && { locale: loaded.locale, t: translator(loaded.texts, loaded.locale), setLocale },
    [loaded, setLocale],
  );
  return value && <Context value={value}>{children}</Context>;
}

export const usePreferences = (): Preferences => use(Context);
export const useT = (): Translate => use(Context).t;
