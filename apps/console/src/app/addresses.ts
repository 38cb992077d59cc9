/** What stands behind the question mark of each address: read strictly, kept as plain words. */
import { COMMODITIES, type Commodity } from '@shared/tokens';
import { parseDate, type Span } from '@shared/zones';
import { KINDS, type AlertKind } from '../pages/alarms/kinds';

export type Raw = Record<string, unknown>;

const text = (value: unknown): string | undefined => (typeof value === 'string' && value ? value : undefined);
const oneOf = <Word extends string>(words: readonly Word[], value: unknown): Word | undefined =>
  words.find((word) => word === value);
const dateText = (value: unknown): string | undefined => {
  const found = text(value);
  return parseDate(found) ? found : undefined;
};

export const POINT_ROLES = ['CONSUMER', 'INLET', 'COMMON', 'EXPORT'] as const;
export const PERIODS = ['1', '7', '30'] as const;
export const FILE_KINDS = ['metering', 'corrections', 'manual'] as const;

export interface AlarmSearch {
  /** Whether devices that were heard again are shown, too. */
  all?: 'true' | undefined;
  state?: 'NEW' | 'ALL' | undefined;
  kind?: AlertKind | undefined;
  under?: string | undefined;
  alert?: string | undefined;
}

export interface SpanSearch {
  span?: Span | undefined;
  date?: string | undefined;
}

export interface MeterSearch extends SpanSearch {
  /** An hour of the day that somebody was sent to look at, counted from local midnight. */
  hour?: string | undefined;
  compare?: string | undefined;
}

export interface MetersSearch {
  q?: string | undefined;
  commodity?: Commodity | undefined;
  role?: (typeof POINT_ROLES)[number] | undefined;
  under?: string | undefined;
}

export interface PlaceSearch {
  path?: string | undefined;
}

export interface PeriodSearch extends PlaceSearch {
  days?: (typeof PERIODS)[number] | undefined;
  commodity?: Commodity | undefined;
}

export interface AcceptanceSearch extends PlaceSearch {
  from?: string | undefined;
  days?: string | undefined;
}

export const spanSearch = (raw: Raw): SpanSearch => ({
  span: oneOf(['day', 'month', 'year'], raw.span),
  date: dateText(raw.date),
});
/** Hours of the day up to one: 0 to 24. */
const hourOf = (raw: unknown): string | undefined => (/^(1?\d|2[0-4])$/.test(String(raw)) ? String(raw) : undefined);

export const meterSearch = (raw: Raw): MeterSearch => ({ ...spanSearch(raw), compare: text(raw.compare), hour: hourOf(raw.hour) });
export const metersSearch = (raw: Raw): MetersSearch => ({
  q: text(raw.q),
  commodity: oneOf(COMMODITIES, raw.commodity),
  role: oneOf(POINT_ROLES, raw.role),
  under: text(raw.under),
});
export const placeSearch = (raw: Raw): PlaceSearch => ({ path: text(raw.path) });
export const periodSearch = (raw: Raw): PeriodSearch => ({
  path: text(raw.path),
  days: oneOf(PERIODS, raw.days),
  commodity: oneOf(COMMODITIES, raw.commodity),
});
export const webhookSearch = (raw: Raw): { hook?: string | undefined } => ({ hook: text(raw.hook) });
export const alarmSearch = (raw: Raw): AlarmSearch => ({
  all: oneOf(['true'], raw.all),
  state: oneOf(['NEW', 'ALL'], raw.state),
  kind: oneOf(KINDS, raw.kind),
  under: text(raw.under),
  alert: text(raw.alert),
});
export const daySearch = (raw: Raw): { on?: string | undefined } => ({ on: dateText(raw.on) });
export const stateSearch = (raw: Raw): { state?: string | undefined } => ({ state: text(raw.state) });
export const findingSearch = (raw: Raw): { state?: string | undefined; commodity?: Commodity | undefined; order?: 'LARGEST' | undefined } => ({
  state: oneOf(['NEW', 'ACKNOWLEDGED', 'INSPECTED', 'CLOSED', 'ALL'], raw.state),
  commodity: oneOf(COMMODITIES, raw.commodity),
  order: oneOf(['LARGEST'], raw.order),
});
export const fileSearch = (raw: Raw): { kind?: (typeof FILE_KINDS)[number] | undefined } => ({ kind: oneOf(FILE_KINDS, raw.kind) });
export const acceptanceSearch = (raw: Raw): AcceptanceSearch => ({
  path: text(raw.path),
  from: dateText(raw.from),
  days: text(raw.days),
});

export interface PriceSearch {
  unit?: string | undefined;
  verify?: string | undefined;
  replace?: string | undefined;
}

export interface HeatSearch extends SpanSearch {
  scheme?: 'HEAT_METERS' | 'FLOW_METERS' | 'HOT_WATER' | 'RISER_SENSORS' | 'RISER_METERS' | undefined;
  basic?: string | undefined;
}

const amountText = (value: unknown): string | undefined => (Number(text(value)) > 0 ? text(value) : undefined);

export const priceSearch = (raw: Raw): PriceSearch => ({
  unit: amountText(raw.unit),
  verify: amountText(raw.verify),
  replace: amountText(raw.replace),
});
export const heatSearch = (raw: Raw): HeatSearch => ({
  ...spanSearch(raw),
  scheme: oneOf(['HEAT_METERS', 'FLOW_METERS', 'HOT_WATER', 'RISER_SENSORS', 'RISER_METERS'], raw.scheme),
  basic: oneOf(['0', '10', '20', '30', '40', '50', '60', '100'], raw.basic),
});

export interface MapSearch {
  show?: 'all' | 'wrong' | 'silent' | 'found' | undefined;
  under?: string | undefined;
}

export const mapSearch = (raw: Raw): MapSearch => ({ show: oneOf(['all', 'wrong', 'silent', 'found'], raw.show), under: text(raw.under) });

export const REPORTS = ['consumption', 'balances', 'common-needs', 'delivery', 'findings'] as const;

export interface ReportSearch {
  kind?: (typeof REPORTS)[number] | undefined;
  commodity?: Commodity | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

export const reportSearch = (raw: Raw): ReportSearch => ({
  kind: oneOf(REPORTS, raw.kind),
  commodity: oneOf(COMMODITIES, raw.commodity),
  from: dateText(raw.from),
  to: dateText(raw.to),
});

export const wordSearch = (raw: Raw): { q?: string | undefined } => ({ q: text(raw.q) });

/** `about`: id of a meter, group or site for which a rule is to be made. */
export const ruleSearch = (raw: Raw): { about?: string | undefined } => ({ about: text(raw.about) });

export const actuatorSearch = (raw: Raw): { show?: 'off' | 'critical' | 'missing' | undefined } => ({ show: oneOf(['off', 'critical', 'missing'], raw.show) });

/** `group`: one that was drawn, to be changed. */
export const drawSearch = (raw: Raw): { group?: string | undefined; commodity?: Commodity | undefined } => ({ group: text(raw.group), commodity: oneOf(COMMODITIES, raw.commodity) });

export const routeSearch = (raw: Raw): { from?: string | undefined; under?: string | undefined } => ({ from: text(raw.from), under: text(raw.under) });

export const parseSearch = (query: string): Raw => Object.fromEntries(new URLSearchParams(query));

export function stringifySearch(search: Raw): string {
  const known = Object.entries(search).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const query = new URLSearchParams(known.map(([key, value]) => [key, String(value)])).toString();
  return query ? `?${query}` : '';
}
