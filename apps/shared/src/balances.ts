/** Supplied against delivered over a range; what is not known is left out and counted. */
import { dailySums } from './profiles';
import { bucketStarts } from './zones';

export interface PackedImbalance {
  supplied: readonly (number | null)[];
  delivered: readonly (number | null)[];
  imbalance: readonly (number | null)[];
  coverage: readonly (number | null)[];
}

export interface BalanceSum {
  supplied: number | null;
  delivered: number | null;
  /** Sum of the hours that can be judged. */
  imbalance: number | null;
  /** Of what was supplied in those hours. */
  share: number | null;
  coverage: number | null;
  hours: number;
  judged: number;
}

/** Sum of what is known; null where nothing is. */
export const sumOf = (values: readonly (number | null)[]): number | null =>
  values.reduce<number | null>((total, value) => (value === null ? total : (total ?? 0) + value), null);

/** `due` hours of the range are over; what is to come is neither known nor missing. */
export function sumImbalance(packed: PackedImbalance, due = packed.imbalance.length): BalanceSum {
  let judged = 0;
  let judgedSupply = 0;
  packed.imbalance.forEach((value, index) => {
    if (value === null) return;
    judged += 1;
    judgedSupply += packed.supplied[index] ?? 0;
  });
  const imbalance = sumOf(packed.imbalance);
  const known = packed.coverage.slice(0, due).filter((value) => value !== null);
  return {
    supplied: sumOf(packed.supplied),
    delivered: sumOf(packed.delivered),
    imbalance,
    share: imbalance !== null && judgedSupply > 0 ? imbalance / judgedSupply : null,
    coverage: known.length ? known.reduce((total, value) => total + value, 0) / known.length : null,
    hours: due,
    judged,
  };
}

/** Mean imbalance by hour of the day: theft at night looks otherwise than a leak all day. */
export function byHourOfDay(hours: readonly number[], values: readonly (number | null)[]): (number | null)[] {
  const sums = new Array<number>(24).fill(0);
  const counts = new Array<number>(24).fill(0);
  values.forEach((value, index) => {
    const hour = hours[index];
    if (value === null || hour === undefined) return;
    sums[hour] = (sums[hour] ?? 0) + value;
    counts[hour] = (counts[hour] ?? 0) + 1;
  });
  return sums.map((total, hour) => (counts[hour] ? total / (counts[hour] ?? 1) : null));
}

/** How many buckets of a series are over: the one that goes on would look like a fall beside whole ones. */
export function bucketsOver(starts: readonly number[], step: string, zone: string, now: number): number {
  const first = starts[0];
  if (first === undefined) return 0;
  const ends = bucketStarts(first, step, starts.length + 1, zone).slice(1);
  return ends.filter((end) => end <= now).length;
}

export interface BalanceCurves extends PackedImbalance {
  technicalLoss: readonly (number | null)[];
  nonTechnicalLoss: readonly (number | null)[];
}

/** The hours of a balance as local days, known hours only; coverage is the mean of the hours that have one. */
export function balanceDays(hours: readonly number[], curves: BalanceCurves, zone: string): BalanceCurves & { starts: number[] } {
  const sums = (values: readonly (number | null)[]) => dailySums(hours, values, zone).map((day) => day.value);
  const counts = sums(curves.coverage.map((value) => (value === null ? null : 1)));
  return {
    starts: dailySums(hours, curves.coverage, zone).map((day) => day.start),
    supplied: sums(curves.supplied),
    delivered: sums(curves.delivered),
    imbalance: sums(curves.imbalance),
    technicalLoss: sums(curves.technicalLoss),
    nonTechnicalLoss: sums(curves.nonTechnicalLoss),
    coverage: sums(curves.coverage).map((value, day) => (value === null ? null : value / (counts[day] ?? 1))),
  };
}
