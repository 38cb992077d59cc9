import { balanceDays, bucketsOver } from '@shared/balances';
import { bucketStarts, HOUR_MS } from '@shared/zones';
import { describe, expect, it } from 'vitest';

const ZONE = 'Europe/Chisinau';
const at = (text: string) => Date.parse(text);

describe('buckets that are over', () => {
  it('leaves out the day that goes on, and what is to come', () => {
    const days = bucketStarts(at('2026-11-01T00:00:00+02:00'), 'P1D', 30, ZONE);
    expect(bucketsOver(days, 'P1D', ZONE, at('2026-11-27T04:00:00+02:00'))).toBe(26);
    expect(bucketsOver(days, 'P1D', ZONE, at('2026-11-27T00:00:00+02:00'))).toBe(26);
    expect(bucketsOver(days, 'P1D', ZONE, at('2026-11-26T23:59:59+02:00'))).toBe(25);
    expect(bucketsOver(days, 'P1D', ZONE, at('2027-01-01T00:00:00+02:00'))).toBe(30);
    expect(bucketsOver(days, 'P1D', ZONE, at('2026-10-01T00:00:00+02:00'))).toBe(0);
  });

  it('ends a day of 25 hours with its last hour', () => {
    const days = bucketStarts(at('2026-10-25T00:00:00+03:00'), 'P1D', 1, ZONE);
    expect(bucketsOver(days, 'P1D', ZONE, (days[0] ?? 0) + 24 * HOUR_MS)).toBe(0);
    expect(bucketsOver(days, 'P1D', ZONE, (days[0] ?? 0) + 25 * HOUR_MS)).toBe(1);
  });

  it('has none of nothing', () => {
    expect(bucketsOver([], 'PT1H', ZONE, Date.now())).toBe(0);
  });
});

describe('a balance by days', () => {
  it('sums the hours that are known of each local day, the longer one too', () => {
    const hours = bucketStarts(at('2026-10-25T00:00:00+03:00'), 'PT1H', 25 + 24, ZONE);
    const all = (value: number | null) => hours.map(() => value);
    const holes = hours.map((_, index) => (index < 5 || index >= 25 ? null : 1));
    const days = balanceDays(hours, { supplied: all(3), delivered: all(2), imbalance: holes, technicalLoss: all(null), nonTechnicalLoss: holes, coverage: hours.map((_, index) => (index % 2 ? 1 : 0.5)) }, ZONE);
    expect(days.starts).toEqual(bucketStarts(hours[0] ?? 0, 'P1D', 2, ZONE));
    expect(days.supplied).toEqual([75, 72]);
    expect(days.imbalance).toEqual([20, null]);
    expect(days.technicalLoss).toEqual([null, null]);
    expect(days.coverage[0]).toBeCloseTo((12 + 13 * 0.5) / 25);
    expect(days.coverage[1]).toBeCloseTo(0.75);
  });
});
