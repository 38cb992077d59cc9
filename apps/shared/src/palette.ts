/** Twelve colours that people choose from for their meters; each is checked on cards of both schemes. */
import type { Scheme } from './tokens';

export const PALETTE = [
  { name: 'amber', light: '#B07800', dark: '#F2C14E' },
  { name: 'orange', light: '#C4570F', dark: '#FF9F5C' },
  { name: 'red', light: '#C2453F', dark: '#FF8C82' },
  { name: 'rose', light: '#B83280', dark: '#FF8CC6' },
  { name: 'purple', light: '#8A3FBF', dark: '#D69BFF' },
  { name: 'violet', light: '#6B4FC9', dark: '#AE9BFF' },
  { name: 'blue', light: '#1470B8', dark: '#5AB4F5' },
  { name: 'cyan', light: '#0B7C8C', dark: '#4FD0DE' },
  { name: 'teal', light: '#0E7A66', dark: '#4FD6B8' },
  { name: 'green', light: '#1B7F46', dark: '#4CC98A' },
  { name: 'olive', light: '#6B7A0F', dark: '#BFD052' },
  { name: 'slate', light: '#55606C', dark: '#A5B0BB' },
] as const satisfies readonly ({ name: string } & Record<Scheme, string>)[];

export type PaletteName = (typeof PALETTE)[number]['name'];

/** Dashes that tell meters on one chart apart without colour. */
export const DASHES = ['', '7 4', '2 3', '10 3 2 3'] as const;

export function paletteColour(name: string | undefined, scheme: Scheme): string | null {
  return PALETTE.find((one) => one.name === name)?.[scheme] ?? null;
}
