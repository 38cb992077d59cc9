/** Metering points as homes: a flat with its meters, in the order of resources. */
import type { HouseholdData } from '@/api/operations.generated';
import { COMMODITIES, type Commodity } from '@shared/tokens';

export type MeteringPoint = HouseholdData['viewer']['meteringPoints']['edges'][number]['node'];

/** What is shown of a meter wherever one is chosen. */
export interface Point {
  id: string;
  name: string;
  commodity: Commodity;
  quantity: string;
  meter: { serial: string } | null;
}

export interface Place {
  id: string;
  /** Name of the flat; null for meters of the house itself. */
  flat: string | null;
  house: string;
  path: string;
}

export interface Home extends Place {
  zone: string;
  points: MeteringPoint[];
}

const order = (point: MeteringPoint) => COMMODITIES.indexOf(point.commodity) * 2 + (point.quantity === 'REACTIVE' ? 1 : 0);

export function homesOf(points: readonly MeteringPoint[]): Home[] {
  const homes = new Map<string, Home>();
  for (const point of points) {
    const id = point.premise?.id ?? point.site.id;
    let home = homes.get(id);
    if (!home) {
      const { name: house, path, timezone: zone } = point.site;
      home = { id, flat: point.premise?.name ?? null, house, path, zone, points: [] };
      homes.set(id, home);
    }
    home.points.push(point);
  }
  for (const home of homes.values()) home.points.sort((a, b) => order(a) - order(b) || a.name.localeCompare(b.name, undefined, { numeric: true }));
  return [...homes.values()].sort((a, b) => a.path.localeCompare(b.path, undefined, { numeric: true }) || (a.flat ?? '').localeCompare(b.flat ?? '', undefined, { numeric: true }));
}

/** Resources of a home, each once. */
export function commoditiesOf(home: Home): Commodity[] {
  return COMMODITIES.filter((one) => home.points.some((point) => point.commodity === one));
}

/** What a meter is called where several of one resource stand in a home. */
export function shortName(point: Point): string {
  return point.meter?.serial ?? point.name;
}
