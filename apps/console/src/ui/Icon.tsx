/** Icons, always beside a word. */
import { ICONS, type IconName } from '@shared/icons';
import type { Commodity } from '@shared/tokens';

export type { IconName };

export function Icon({ name, size = 20, colour }: { name: IconName; size?: number; colour?: string }) {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke={colour ?? 'currentColor'}
      strokeWidth={1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={ICONS[name]} />
    </svg>
  );
}

export function CommodityIcon({ commodity, size = 18 }: { commodity: Commodity; size?: number }) {
  return <Icon name={commodity} size={size} colour={`var(--b-${commodity})`} />;
}
