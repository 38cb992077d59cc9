/** The client of the API: typed cache, tokens, live streams, and failures with their request id. */
import { Client, CombinedError, fetchExchange, mapExchange, subscriptionExchange, type OperationResult } from '@urql/core';
import { authExchange } from '@urql/exchange-auth';
import { cacheExchange } from '@urql/exchange-graphcache';
import { createClient as createSockets } from 'graphql-ws';
import * as session from '../auth/session';
import { live } from './live';

export const NOT_ENTITIES = [
  'DrAnswer', 'DrCounts', 'DrEstimate', 'DrEventStep', 'DrMessage', 'DrParticipant',
  'AuditCheck', 'AuditLogEntry', 'Brand', 'DayOfReadings', 'MapTiles', 'Partner', 'Seat', 'Supply', 'TenantLimits', 'TenantUsage',
  'CoolantBalance', 'GroupDifference', 'GroupTotals', 'HeatFlow', 'MainsLoss', 'RiserRadiators',
  'Acceptance', 'AcceptanceException', 'Amount', 'CommodityPrice', 'DayForecast', 'FindingCandidate', 'FindingCurve', 'FindingExperience',
  'FindingFigure', 'FindingTransition', 'ForecastModel', 'ForecastScore', 'HeatAllocation', 'HeatPart', 'MeterVerification',
  'Money', 'Verifications', 'CommonHouseNeeds', 'GroupCheck', 'GroupSimultaneity', 'HomeIndicators', 'AcceptanceSite', 'BatteryForecast', 'Channel', 'CollectorRoute',
  'CommandEvent', 'CommandPolicy', 'Control', 'Correction', 'DeliveryLedger', 'DeliverySeries', 'Difference', 'DocumentCheck', 'Event',
  'Evidence', 'FirmwareStage', 'FoundChannel', 'HouseNetwork', 'Imbalance', 'Installation', 'LogicalNetwork',
  'LossShare', 'MeshLevel', 'MissingPeriod', 'ModuleReport', 'MonthForecast', 'MonthToDate', 'NetworkAlarmLimits',
  'NetworkConsumer', 'NetworkHealth', 'NetworkSection', 'NewDevice', 'PageInfo', 'PhaseLossReport', 'PhaseMove',
  'PhaseSplit', 'Profile', 'RadioModule', 'RateLimit', 'ReadingsFolded', 'RefusedFrame', 'RegisterReading',
  'RouteStop', 'SectionLoss', 'SkippedPoint', 'SpotReading', 'StatusPeriod', 'Temperatures', 'UserError',
  'AlertKindTerms', 'BalanceRanking', 'ChannelOffer', 'DoubtfulReading', 'RankedBalance', 'PostalAddress', 'AlertTerms', 'AlertTransition', 'AuditCheck', 'AuditLogEntry', 'Comparison', 'Home', 'IssuedInvitation', 'KindPreference', 'NotificationPreferences', 'Publication', 'SiteMap', 'Viewer', 'WeakHop',
];

export const POSSIBLE_TYPES = {
  Metered: ['BalanceGroup', 'MeteringPoint'],
  Node: ['Alert', 'BalanceGroup', 'Command', 'Concentrator', 'DrEvent', 'Finding', 'Meter', 'MeteringPoint', 'Premise', 'Site'],
};

const sockets = createSockets({
  url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
  lazy: true,
  lazyCloseTimeout: 5_000,
  keepAlive: 20_000,
  retryAttempts: Number.POSITIVE_INFINITY,
  // After an interruption: quickly first, then at most twice a minute.
  retryWait: (retries) => new Promise((done) => setTimeout(done, Math.min(30_000, 500 * 2 ** retries) * (0.7 + Math.random() * 0.6))),
  shouldRetry: () => true,
  connectionParams: async () => ({ authorization: `Bearer ${await session.token()}` }),
  on: {
    connected: () => live.connected(),
    closed: () => live.closed(),
  },
});

/**
 * What could not be told, because something within it failed, is left out of the data. As a null it
 * would be kept as absent, and every other question about the same thing answered so.
 */
export function withoutFailed<Result extends Pick<OperationResult, 'data' | 'error'>>(result: Result): Result {
  const failed = (result.error?.graphQLErrors ?? []).some(({ path }) => path !== undefined && isCutOff(result.data, path));
  return result.data && failed ? { ...result, data: undefined } : result;
}

/** Whether something above the field that failed became null with it. */
function isCutOff(data: unknown, path: readonly (string | number)[]): boolean {
  let at = data;
  for (const step of path.slice(0, -1)) {
    if (typeof at !== 'object' || at === null) return false;
    at = (at as Record<string | number, unknown>)[step];
    if (at === null) return true;
  }
  return false;
}

export function createClient(): Client {
  return new Client({
    url: '/graphql',
    preferGetMethod: false,
    exchanges: [
      cacheExchange({
        keys: Object.fromEntries(NOT_ENTITIES.map((name) => [name, () => null])),
        // Without it a fragment on an interface is only guessed to fit, and may be skipped.
        possibleTypes: POSSIBLE_TYPES,
      }),
      mapExchange({ onResult: withoutFailed }),
      authExchange(async (utils) => ({
        addAuthToOperation: (operation) =>
          utils.appendHeaders(operation, { Authorization: `Bearer ${session.current() ?? ''}` }),
        willAuthError: () => session.expires(),
        didAuthError: (error) => error.response?.status === 401,
        refreshAuth: () => session.renew(),
      })),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query, variables }) => ({
          subscribe: (sink) => ({
            unsubscribe: sockets.subscribe({ query: query ?? '', variables }, sink),
          }),
        }),
      }),
    ],
  });
}

export interface Failure {
  message: string;
  code: string;
  requestId: string | null;
  offline: boolean;
}

/** What went wrong, in the terms that support asks for. */
export function failureOf(error: CombinedError): Failure {
  const first = error.graphQLErrors[0];
  const extensions = (first?.extensions ?? {}) as { code?: string; id?: string };
  const response = error.response as Response | undefined;
  const offline = !!error.networkError && !response;
  return {
    message: first?.message ?? error.networkError?.message ?? error.message,
    code: extensions.code ?? (offline ? 'OFFLINE' : `HTTP_${response?.status ?? 0}`),
    requestId: extensions.id ?? response?.headers?.get('x-request-id') ?? null,
    offline,
  };
}
