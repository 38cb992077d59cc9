/** Kinds of alerts in the order of how much they matter, with their icons. */
import type { AlertsData } from '@/api/operations.generated';
import type { IconName } from '@/ui/Icon';
import type { Tone } from '@/ui/Status';

export type Alert = AlertsData['viewer']['alerts']['edges'][number]['node'];
export type AlertKind = Alert['kind'];

export const ICONS: Record<AlertKind, IconName> = {
  LEAK: 'WATER_COLD', BURST: 'WATER_COLD', NEUTRAL_LOSS: 'ELECTRICITY', PHASE_LOSS: 'ELECTRICITY', VOLTAGE: 'ELECTRICITY', ARCING: 'ELECTRICITY',
  AWAY: 'away', DAY_LIMIT: 'gauge', HOUR_LIMIT: 'gauge', MONTH_FORECAST: 'chart', NO_DATA: 'offline', NO_CONSUMPTION: 'meter', TAMPER: 'shield',
  DELIVERY: 'delivery', IMBALANCE: 'balance', DR_EVENT: 'clock',
};

export const TONES: Record<Alert['severity'], Tone> = { INFO: 'accent', WARNING: 'warning', CRITICAL: 'critical' };

/** What a person of a household sets a limit of their own for. */
export const LIMITS = ['DAY_LIMIT', 'HOUR_LIMIT', 'MONTH_FORECAST'] as const;
export type LimitKind = (typeof LIMITS)[number];
export const isLimit = (kind: AlertKind): kind is LimitKind => (LIMITS as readonly string[]).includes(kind);

/** Kinds that a household is told of without naming a limit, and can have or not. */
export const WATCHES = ['LEAK', 'BURST', 'NO_DATA', 'NO_CONSUMPTION', 'TAMPER', 'NEUTRAL_LOSS', 'PHASE_LOSS', 'VOLTAGE', 'ARCING', 'DR_EVENT'] as const;

/** Kinds of which a person is told, as preferences list them. */
export const TOLD: readonly AlertKind[] = [...WATCHES.slice(0, 2), 'AWAY', ...LIMITS, ...WATCHES.slice(2)];
