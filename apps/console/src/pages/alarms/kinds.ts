/** Kinds of alerts that something tells of, the most dangerous first. */
export const KINDS = [
  'LEAK', 'BURST', 'NEUTRAL_LOSS', 'PHASE_LOSS', 'VOLTAGE', 'ARCING', 'TAMPER', 'NO_DATA', 'NO_CONSUMPTION', 'DELIVERY', 'IMBALANCE', 'DAY_LIMIT', 'HOUR_LIMIT', 'MONTH_FORECAST', 'AWAY', 'DR_EVENT',
] as const;
export type AlertKind = (typeof KINDS)[number];
