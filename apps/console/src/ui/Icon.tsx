/** The icons of the product: one weight, drawn on a grid of 24; always beside a word. */
import type { Commodity } from '@shared/tokens';

const PATHS = {
  overview: 'M4 13h6V4H4zM14 20h6v-9h-6zM14 4v3h6V4zM4 17v3h6v-3z',
  tree: 'M6 3v18M6 7h6M6 13h6M6 19h6M12 5h7v4h-7zM12 11h7v4h-7zM12 17h7v4h-7z',
  meter: 'M4 5h16v14H4zM7 9h10v4H7zM8 16h.01M12 16h.01M16 16h.01',
  balance: 'M12 3v18M7 21h10M5 7h14M5 7l-3 7a3.2 3.2 0 0 0 6 0zM19 7l-3 7a3.2 3.2 0 0 0 6 0z',
  network: 'M12 12h.01M8.5 15.5a5 5 0 0 1 0-7M15.5 8.5a5 5 0 0 1 0 7M5.6 18.4a9 9 0 0 1 0-12.8M18.4 5.6a9 9 0 0 1 0 12.8',
  delivery: 'M4 12h3l3-8 4 16 3-8h3',
  edit: 'M4 20h4L19 9l-4-4L4 16zM13 7l4 4',
  import: 'M12 4v11M8 11l4 4 4-4M4 16v4h16v-4',
  command: 'M12 3v8M7.5 6.5a8 8 0 1 0 9 0',
  people: 'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20c0-3.3 2.7-5.5 6-5.5s6 2.2 6 5.5M16 4.3a3.5 3.5 0 0 1 0 6.4M17.5 15c2.1.6 3.5 2.5 3.5 5',
  alarm: 'M12 4a6 6 0 0 0-6 6v4l-2 3h16l-2-3v-4a6 6 0 0 0-6-6zM10 20a2 2 0 0 0 4 0',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM20 20l-4.8-4.8',
  map: 'M9 4 3 6.5V20l6-2.5 6 2.5 6-2.5V4l-6 2.5zM9 4v13.5M15 6.5V20',
  finding: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM20 20l-4.8-4.8M10.5 7.5v3.5M10.5 13.5h.01',
  certificate: 'M6 3h12v13H6zM9 7h6M9 11h4M10 16v5l2-1.5 2 1.5v-5',
  chevron: 'M9 6l6 6-6 6',
  left: 'M15 6l-6 6 6 6',
  down: 'M6 9l6 6 6-6',
  close: 'M6 6l12 12M18 6 6 18',
  menu: 'M4 7h16M4 12h16M4 17h16',
  ok: 'M5 12.5l4.5 4.5L19 7.5',
  warning: 'M12 4 2.5 20h19zM12 10v4.5M12 17.5h.01',
  critical: 'M8 3h8l5 5v8l-5 5H8l-5-5V8zM12 8v5M12 16h.01',
  info: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5M12 8h.01',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 2',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M5 19l1.4-1.4M17.6 6.4 19 5',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-4 3.6-6.5 8-6.5s8 2.5 8 6.5',
  out: 'M10 4H5v16h5M14 8l4 4-4 4M18 12H9',
  table: 'M4 5h16v14H4zM4 10h16M4 15h16M10 5v14',
  chart: 'M4 20h16M7 16v-5M12 16V6M17 16v-8',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  home: 'M4 11l8-7 8 7v9H4zM10 20v-6h4v6',
  house: 'M5 21V8l7-5 7 5v13zM9 12h2M13 12h2M9 16h2M13 16h2',
  battery: 'M3 8h15v8H3zM21 11v2M6 11v2M9 11v2',
  filter: 'M4 5h16l-6 8v6l-4-2v-4z',
  plus: 'M12 5v14M5 12h14',
  refresh: 'M20 11a8 8 0 1 0-2 6M20 5v6h-6',
  ELECTRICITY: 'M13 2 5 14h6l-1 8 8-12h-6z',
  WATER_COLD: 'M12 3s-6 6.6-6 11a6 6 0 0 0 12 0c0-4.400-6-11-6-11z',
  WATER_HOT: 'M12 3s-6 6.600-6 11a6 6 0 0 0 12 0c0-4.400-6-11-6-11zM9.500 14c1.200-1.200 1.200-2.300 0-3.500M13.500 15.500c1.200-1.200 1.200-2.300 0-3.500',
  GAS: 'M12 3c1 4 5 5.500 5 10.500a5 5 0 0 1-10 0c0-2 1-3.500 2-4.500 0 2 1 3 2 3 .800-2.500-.500-5.500 1-9z',
  HEAT: 'M6 4v16M10 4v16M14 4v16M18 4v16M4 8h16M4 16h16',
} as const;

export type IconName = keyof typeof PATHS;

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
      <path d={PATHS[name]} />
    </svg>
  );
}

export function CommodityIcon({ commodity, size = 18 }: { commodity: Commodity; size?: number }) {
  return <Icon name={commodity} size={size} colour={`var(--b-${commodity})`} />;
}
