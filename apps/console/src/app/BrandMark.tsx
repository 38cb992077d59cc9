/** The mark of an organisation: its first letter on its colour, or the product's own mark. */
import { inkOn } from '@shared/tokens';

export interface Brand {
  name: string | null;
  colour: string | null;
  colourDark: string | null;
  logoUrl: string | null;
}

interface MarkProps {
  brand: Brand;
  name: string;
  size?: number;
}

export function BrandMark({ brand, name, size = 32 }: MarkProps) {
  const light = brand.colour ?? 'var(--b-accent)';
  const dark = brand.colourDark ?? brand.colour ?? 'var(--b-accent)';
  const ink = (colour: string) => (colour.startsWith('#') ? inkOn(colour) : 'var(--b-card)');
  const style = { width: size, height: size, fontSize: size * 0.5, '--mark-light': light, '--mark-dark': dark, '--ink-light': ink(light), '--ink-dark': ink(dark) };
  return <span className="brand-mark" aria-hidden="true" style={style as React.CSSProperties}>{(brand.name ?? name).trim().charAt(0).toUpperCase()}</span>;
}
