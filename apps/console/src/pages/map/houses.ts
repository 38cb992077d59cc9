/** Houses of the map: unpacked, judged and chosen. */
import type { Tone } from '../../ui/Panel';

export interface House {
  id: string;
  path: string;
  /** In one line; empty where it is not known. */
  address: string;
  longitude: number;
  latitude: number;
  concentrators: number;
  devices: number;
  findings: number;
}

export interface Packed {
  ids: string[];
  paths: string[];
  addresses: string[];
  latitudes: number[];
  longitudes: number[];
  concentrators: number[] | null;
  devices: number[] | null;
  findings: number[] | null;
}

export const SHOWN = ['all', 'wrong', 'silent', 'found'] as const;
export type Shown = (typeof SHOWN)[number];

export const unpacked = (packed: Packed): House[] =>
  packed.ids.map((id, at) => ({
    id,
    path: packed.paths[at] ?? '',
    address: packed.addresses[at] ?? '',
    latitude: packed.latitudes[at] ?? 0,
    longitude: packed.longitudes[at] ?? 0,
    concentrators: packed.concentrators?.[at] ?? 0,
    devices: packed.devices?.[at] ?? 0,
    findings: packed.findings?.[at] ?? 0,
  }));

/** A silent concentrator hides a whole house, a finding is money that runs away: both are critical. */
export function toneOf(house: House): Tone {
  if (house.concentrators > 0 || house.findings > 0) return 'critical';
  return house.devices > 0 ? 'warning' : 'ok';
}

export function isShown(house: House, shown: Shown): boolean {
  if (shown === 'silent') return house.concentrators > 0 || house.devices > 0;
  if (shown === 'found') return house.findings > 0;
  return shown === 'all' || toneOf(house) !== 'ok';
}

const SEVERITY: Record<Tone, number> = { critical: 2, warning: 1, ok: 0, quiet: 0 };
export const severityOf = (house: House): number => SEVERITY[toneOf(house)];
export const TONES: readonly Tone[] = ['ok', 'warning', 'critical'];

/** South-west and north-east corners around the houses, with a margin for a single one. */
export function boundsOf(houses: readonly House[]): [[number, number], [number, number]] {
  const longitudes = houses.map((house) => house.longitude);
  const latitudes = houses.map((house) => house.latitude);
  const least = (values: number[]) => values.reduce((one, other) => Math.min(one, other), Infinity);
  const most = (values: number[]) => values.reduce((one, other) => Math.max(one, other), -Infinity);
  const margin = 0.002;
  return [
    [least(longitudes) - margin, least(latitudes) - margin],
    [most(longitudes) + margin, most(latitudes) + margin],
  ];
}

export const nameOf = (house: House): string => house.path.split('/').at(-1) ?? house.path;

export interface Street {
  name: string;
  longitude: number;
  latitude: number;
}

/** Where the name of each street stands: in the middle of its houses. */
export function streetsOf(houses: readonly House[]): Street[] {
  const gathered = new Map<string, House[]>();
  for (const house of houses) {
    const above = house.path.split('/').slice(0, -1).join('/');
    gathered.set(above, [...(gathered.get(above) ?? []), house]);
  }
  const middle = (values: number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;
  return [...gathered].filter(([path]) => path).map(([path, own]) => ({
    name: path.split('/').at(-1) ?? path,
    longitude: middle(own.map((house) => house.longitude)),
    latitude: middle(own.map((house) => house.latitude)),
  }));
}

/** The houses of each street joined in their order along it: what is known of a street without a picture. */
export function joinedStreets(houses: readonly House[]): [number, number][][] {
  const gathered = new Map<string, House[]>();
  for (const house of houses) {
    const above = house.path.split('/').slice(0, -1).join('/');
    gathered.set(above, [...(gathered.get(above) ?? []), house]);
  }
  return [...gathered].filter(([path, own]) => path && own.length > 1).map(([, own]) => {
    const xs = own.map((house) => house.longitude);
    const ys = own.map((house) => house.latitude);
    const wide = Math.max(...xs) - Math.min(...xs) >= Math.max(...ys) - Math.min(...ys);
    const along = (house: House) => (wide ? house.longitude : house.latitude);
    return [...own].sort((one, other) => along(one) - along(other)).map((house) => [house.longitude, house.latitude]);
  });
}

const METRES_A_DEGREE = 111_320;
const MOST_LINES = 10;

/** Side of the squares that tell distances in a view: 1, 2 or 5 times a power of ten [m], at most ten across. */
export function squareOf(metres: number): number {
  const least = metres / MOST_LINES;
  const power = 10 ** Math.floor(Math.log10(least));
  return (([1, 2, 5, 10] as const).find((one) => one * power >= least) ?? 10) * power;
}

/** Lines of a grid of squares over a view; west, south, east, north in degrees. */
export function gridOver([west, south, east, north]: readonly [number, number, number, number]): { metres: number; lines: [number, number][][] } {
  const middle = (south + north) / 2;
  // Squares are told by their size on the ground, which a degree of longitude loses towards the poles.
  const narrow = Math.max(Math.cos((middle * Math.PI) / 180), 0.01);
  const metres = squareOf(Math.max((east - west) * narrow, north - south) * METRES_A_DEGREE);
  const stepX = metres / METRES_A_DEGREE / narrow;
  const stepY = metres / METRES_A_DEGREE;
  const lines: [number, number][][] = [];
  for (let x = Math.ceil(west / stepX) * stepX; x <= east; x += stepX) lines.push([[x, south], [x, north]]);
  for (let y = Math.ceil(south / stepY) * stepY; y <= north; y += stepY) lines.push([[west, y], [east, y]]);
  return { metres, lines };
}
