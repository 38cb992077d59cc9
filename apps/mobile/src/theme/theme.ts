/** Colours, sizes and distances of the app; colours are those of the whole product. */
import type { Colour, Scheme } from '@shared/tokens';
import { useColorScheme } from 'react-native';
import { branded, type Brand } from './brand';
import { usePreferences } from './preferences';

export const SIZE = { small: 13, body: 15, lead: 17, title: 24, figure: 34 } as const;
export const SPACE = { hair: 4, tight: 8, snug: 12, normal: 16, wide: 24 } as const;
/** Smallest target of a finger. */
export const TOUCH = 48;
export const RADIUS = { card: 20, control: 14, small: 8 } as const;
/** Wider than this the content stops growing. */
export const COLUMN = 640;

export interface Theme {
  scheme: Scheme;
  c: Record<Colour, string>;
  /** A faint ground in a colour: 10 % of it over the card. */
  tint: (colour: string) => string;
}

const TINT: Record<Scheme, string> = { light: '14', dark: '24' };
const themes = new Map<string, Theme>();

/** The theme of a scheme for an organisation; the same one each time it is asked for. */
function themeOf(scheme: Scheme, brand: Brand | null): Theme {
  const key = `${scheme} ${brand?.colour} ${brand?.colourDark}`;
  const known = themes.get(key) ?? { scheme, c: branded(brand, scheme), tint: (colour: string) => `${colour}${TINT[scheme]}` };
  themes.set(key, known);
  return known;
}

export function useTheme(): Theme {
  const system = useColorScheme();
  const { scheme, brand } = usePreferences();
  return themeOf(scheme ?? (system === 'dark' ? 'dark' : 'light'), brand);
}
