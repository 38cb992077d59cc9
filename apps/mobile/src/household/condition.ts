/** The state of a meter and its radio module, as far as it was reported. */
import type { MeterData } from '@/api/operations.generated';
import { HOUR_MS, iso } from '@shared/zones';

type Node = NonNullable<MeterData['node']>;
export type StatusBit = Node['statusPeriods']['edges'][number]['node']['status'];

export interface Condition {
  /** End of the last hour that came; null before the first. */
  seen: number | null;
  low: boolean;
  /** What is reported now. */
  statuses: StatusBit[];
}

/** The instant that the state of meters is asked for: the running hour, so that its answer can be kept. */
export const lookedAt = (now: number): string => iso(Math.floor(now / HOUR_MS) * HOUR_MS);

/** A status goes on while it was reported up to the last hour that came. */
export function conditionOf(node: Pick<Node, 'readingAt' | 'statusPeriods'>, now: number): Condition {
  const seen = node.readingAt ? Math.min(Date.parse(node.readingAt.at), now) : null;
  const statuses = node.statusPeriods.edges.map(({ node: one }) => one).filter(({ endedAt }) => seen !== null && Date.parse(endedAt) >= seen);
  return { seen, low: statuses.some(({ status }) => status === 'LOW_BATTERY'), statuses: [...new Set(statuses.map(({ status }) => status))] };
}
