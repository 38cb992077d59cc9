/** The mark of an organisation: its logo, or its first letter on its colour. */
import { useState } from 'react';
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
  /** Whether the logo may be fetched: the page's policy allows that of its own organisation. */
  own?: boolean;
}

export function BrandMark({ brand, name, size = 32, own = false }: MarkProps) {
  const [lost, setLost] = useState(false);
  if (own && brand.logoUrl && !lost) {
    return <img className="brand-logo" src={brand.logoUrl} height={size} alt="" referrerPolicy="no-referrer" onError={() => setLost(true)} />;
  }
  const light = brand.colour ?? 'var(--b-accent)';
  const dark = brand.colourDark ?? brand.colour ?? 'var(--b-accent)';
  const ink = (colour: string) => (colour.startsWith('#') ? inkOn(colour) : 'var(--b-card)');
  const style = { width: size, height: size, fontSize: size * 0.5, '--mark-light': light, '--mark-dark': dark, '--ink-light': ink(light), '--ink-dark': ink(dark) };
  return <span className="brand-mark" aria-hidden="true" style={style as React.CSSProperties}>{(brand.name ?? name).trim().charAt(0).toUpperCase()}</span>;
}
