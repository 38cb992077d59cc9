/** What an organisation shows instead of the product: a name, two colours, a logo. */
import { COLOURS, contrast, inkOn, type Colour, type Scheme } from '@shared/tokens';

export interface Brand {
  name: string | null;
  /** On light ground. */
  colour: string | null;
  colourDark: string | null;
  logo: string | null;
}

/** Least contrast of words in a colour (WCAG 2, AA). */
const READABLE = 4.5;

const onGround = (brand: Brand, scheme: Scheme): string | null => (scheme === 'dark' ? (brand.colourDark ?? brand.colour) : brand.colour);

/** Colours of a scheme with the organisation's for what is pressed, where it can be read on every ground. */
export function branded(brand: Brand | null, scheme: Scheme): Record<Colour, string> {
  const plain = COLOURS[scheme];
  const accent = brand && onGround(brand, scheme);
  if (!accent || [plain.card, plain.ground, plain.sunken].some((ground) => contrast(accent, ground) < READABLE)) return plain;
  return { ...plain, accent, onAccent: inkOn(accent) };
}

/** Ground and ink of the mark of an organisation without a logo. */
export function markOf(brand: Brand, scheme: Scheme): { ground: string; ink: string } {
  const ground = onGround(brand, scheme) ?? COLOURS[scheme].accent;
  return { ground, ink: inkOn(ground) };
}
