/** What a person chose for this device: language, scheme, units, colours of meters, the object shown. */
import AsyncStorage from '@react-native-async-storage/async-storage';
import type { Locale } from '@shared/units';
import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';
import { deviceLocale, setLanguage } from '@/i18n';
import type { Brand } from './brand';

export interface Preferences {
  locale: Locale | null;
  scheme: 'light' | 'dark' | null;
  water: 'm3' | 'l';
  heat: 'kWh' | 'Gcal';
  colours: Record<string, string>;
  object: string | null;
  /** Of the organisation whose home was shown last. */
  brand: Brand | null;
}

const KEY = 'balance.preferences';
const FIRST: Preferences = { locale: null, scheme: null, water: 'm3', heat: 'kWh', colours: {}, object: null, brand: null };

interface Held extends Preferences {
  /** The language that is shown. */
  language: Locale;
  change: (some: Partial<Preferences>) => void;
}

const Context = createContext<Held | null>(null);

export function PreferencesProvider({ children, initial }: { children: ReactNode; initial?: Preferences }) {
  const [held, setHeld] = useState<Preferences | null>(initial ?? null);
  useEffect(() => {
    if (held) return;
    AsyncStorage.getItem(KEY)
      .then((text) => setHeld({ ...FIRST, ...(text ? (JSON.parse(text) as Partial<Preferences>) : {}) }))
      .catch(() => setHeld(FIRST));
  }, [held]);
  const language = held?.locale ?? deviceLocale();
  useEffect(() => setLanguage(language), [language]);
  const change = useCallback((some: Partial<Preferences>) => {
    setHeld((before) => {
      const after = { ...(before ?? FIRST), ...some };
      void AsyncStorage.setItem(KEY, JSON.stringify(after));
      return after;
    });
  }, []);
  const value = useMemo(() => (held ? { ...held, language, change } : null), [held, language, change]);
  return value ? <Context value={value}>{children}</Context> : null;
}

export function usePreferences(): Held {
  const held = use(Context);
  if (!held) throw new Error('preferences are asked for outside of their provider');
  return held;
}

/** Forgets what belongs to a person and not to the device. */
export const personal: Partial<Preferences> = { colours: {}, object: null, brand: null };
