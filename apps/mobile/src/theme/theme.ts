/** Colours, sizes and distances of the app; colours are those of the whole product. */
import { COLOURS, type Colour, type Scheme } from '@shared/tokens';
import { useColorScheme } from 'react-native';
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

const THEMES: Record<Scheme, Theme> = {
  light: { scheme: 'light', c: COLOURS.light, tint: (colour) => `${colour}14` },
  dark: { scheme: 'dark', c: COLOURS.dark, tint: (colour) => `${colour}24` },
};

export function useTheme(): Theme {
  const system = useColorScheme();
  const { scheme } = usePreferences();
  return THEMES[scheme ?? (system === 'dark' ? 'dark' : 'light')];
}
