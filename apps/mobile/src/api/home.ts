/** The first screen in one answer, as `GET /bff/home` tells it (docs/mobile-bff.md). */
import type { Commodity } from '@shared/tokens';
import type { AlertsData, CommandsAtData, DrEventOfData } from './operations.generated';
import { reachNews, type Tagged } from './bff';
import { asPerson } from './client';
import type { Brand } from '@/theme/brand';
import { Refusal } from './refusal';

type Alert = AlertsData['viewer']['alerts']['edges'][number]['node'];
export type DrEventState = NonNullable<DrEventOfData['viewer']['drEvent']>['state'];
type Numbers = (number | null)[];

export type SupplyBar = 'CONTROL_OFF' | 'CONTROL_STOPPED' | 'NOT_ENTITLED' | 'RESIDENTS_BARRED' | 'NO_METER' | 'NO_ACTUATOR' | 'NOT_YOUR_SWITCH';

export interface HomeMeter {
  id: string;
  name: string;
  serial: string | null;
  commodity: Commodity;
  quantity: 'ACTIVE' | 'REACTIVE';
  unit: string;
  timezone: string;
  /** Hours of the local day; what five or more other homes took, else what this home usually takes. */
  today: { start: string; values: Numbers; quality: number[]; average: Numbers; usual: Numbers | null };
  /** Hours that did not come yet. */
  ahead: { start: string; p10: Numbers; p50: Numbers; p90: Numbers } | null;
  month: { soFar: number | null; average: number | null; p10: number | null; p50: number | null; p90: number | null };
  indicators: { homes: number; byArea: boolean; consumption: number | null; temperature: number | null; efficiency: number | null; norm: number | null };
  supply: { state: CommandsAtData['viewer']['commands']['edges'][number]['node']['supply']; limitKw: number | null; bar: SupplyBar | null; limits: boolean; command: string | null };
  knownUntil: string | null;
}

export interface HomeEvent {
  id: string;
  commodity: Commodity | null;
  level: number;
  state: DrEventState;
  startsAt: string;
  endsAt: string;
  message: string | null;
  participate: boolean | null;
}

export interface HomeAnswer {
  household: boolean;
  permissions: string[];
  object: string | null;
  objects: { id: string; name: string; path: string; since: string | null; holder: boolean }[];
  meters: HomeMeter[];
  alert: Pick<Alert, 'id' | 'kind' | 'severity' | 'title' | 'text' | 'openedAt' | 'closedAt' | 'acknowledgedAt'> | null;
  unseen: number;
  /** The next event of demand response that reaches the home. */
  event: HomeEvent | null;
  /** What the organisation shows instead of the product. */
  brand: Brand | null;
}

/**
 * The screen of a home, of the first one where that is no home of the person any more.
 *
 * @throws Refusal when it cannot be told.
 */
export async function readHome(object: string | null, locale: string, known: Tagged<HomeAnswer> | undefined): Promise<Tagged<HomeAnswer>> {
  const at = (one: string | null) => `/home?locale=${locale}${one === null ? '' : `&object=${encodeURIComponent(one)}`}`;
  const read = async (one: string | null) => (await asPerson((access) => reachNews<HomeAnswer>(at(one), access, known?.tag ?? null))) ?? (known as Tagged<HomeAnswer>);
  try {
    return await read(object);
  } catch (error) {
    if (object !== null && error instanceof Refusal && error.code === 'NOT_FOUND') return read(null);
    throw error;
  }
}
