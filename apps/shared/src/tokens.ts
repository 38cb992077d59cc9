/** The visual language: colours in both schemes, checked for contrast by a test. */

export type Scheme = 'light' | 'dark';
export type Commodity = 'ELECTRICITY' | 'WATER_COLD' | 'WATER_HOT' | 'GAS' | 'HEAT';

export const COMMODITIES: readonly Commodity[] = ['ELECTRICITY', 'WATER_COLD', 'WATER_HOT', 'GAS', 'HEAT'];

export const COLOURS = {
  light: {
    ground: '#F2F5F8', card: '#FFFFFF', sunken: '#F7F9FB', text: '#15191E', quiet: '#55606C', line: '#D5DCE3',
    field: '#7C8894', hover: '#EBF0F4', accent: '#1470B8', onAccent: '#FFFFFF',
    ok: '#1B7F46', warning: '#9A6200', critical: '#C02626', average: '#15191E',
    ELECTRICITY: '#B07800', WATER_COLD: '#1470B8', WATER_HOT: '#C2453F', GAS: '#6B4FC9', HEAT: '#C4570F',
  },
  dark: {
    ground: '#0F1418', card: '#181E24', sunken: '#12171C', text: '#EEF2F5', quiet: '#A5B0BB', line: '#303A44',
    field: '#76828E', hover: '#212932', accent: '#5AB4F5', onAccent: '#15191E',
    ok: '#4CC98A', warning: '#F0B445', critical: '#FF7A70', average: '#EEF2F5',
    ELECTRICITY: '#F2C14E', WATER_COLD: '#5AB4F5', WATER_HOT: '#FF8C82', GAS: '#AE9BFF', HEAT: '#FF9F5C',
  },
} as const;

export type Colour = keyof (typeof COLOURS)['light'];

/** Colours of meters overlaid on one chart, with the dash that tells them apart without colour. */
export const OVERLAY = [
  { light: '#1470B8', dark: '#5AB4F5', dash: 'solid' },
  { light: '#B04A00', dark: '#FF9F5C', dash: [7, 4] },
  { light: '#6B4FC9', dark: '#AE9BFF', dash: [2, 3] },
  { light: '#1B7F46', dark: '#4CC98A', dash: [10, 3, 2, 3] },
] as const;

/** Contrast of two colours (WCAG 2). */
export function contrast(one: string, other: string): number {
  const [bright, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (bright + 0.05) / (dark + 0.05);
}

/** Black or white, whichever is easier to read on a colour. */
export const inkOn = (colour: string): string => (luminance(colour) < 0.179 ? '#FFFFFF' : '#000000');

function luminance(colour: string): number {
  const channel = (start: number) => {
    const part = parseInt(colour.slice(start, start + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}
