// An organisation's colours are taken where they can be read, and nowhere else.
import { branded, markOf } from '@/theme/brand';
import { COLOURS, contrast } from '@shared/tokens';
import * as fc from 'fast-check';

const none = { name: null, colour: null, colourDark: null, logo: null };
const hex = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0').toUpperCase()}`);

it('takes a colour for what is pressed, and leaves everything else', () => {
  const own = { ...none, colour: '#1B6B3A', colourDark: '#6FD39A' };
  expect(branded(own, 'light')).toEqual({ ...COLOURS.light, accent: '#1B6B3A', onAccent: '#FFFFFF' });
  expect(branded(own, 'dark')).toMatchObject({ accent: '#6FD39A', onAccent: '#000000' });
  expect(branded(null, 'light')).toBe(COLOURS.light);
  expect(branded(none, 'dark')).toBe(COLOURS.dark);
});

it('never shows words in a colour that cannot be read', () => {
  fc.assert(
    fc.property(hex, fc.constantFrom('light' as const, 'dark' as const), (colour, scheme) => {
      const c = branded({ ...none, colour }, scheme);
      for (const ground of [c.card, c.ground, c.sunken]) expect(contrast(c.accent, ground)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(c.accent, c.onAccent)).toBeGreaterThanOrEqual(4.5);
      const mark = markOf({ ...none, colour }, scheme);
      expect(contrast(mark.ground, mark.ink)).toBeGreaterThanOrEqual(4.5);
    }),
  );
});
