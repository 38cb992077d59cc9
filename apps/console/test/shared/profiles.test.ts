import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byHourOfDay, sumImbalance } from '@shared/balances';
import { meshLayout, type MeshModule } from '@shared/mesh';
import { bucketsOf, dailyBand, dailySums, levelsAround, meanByHour, niceMax, runningSum, totalsOf } from '@shared/profiles';
import { lookOf } from '@shared/quality';

const NOW = Date.parse('2026-11-25T12:00:00Z');
const packed = (values: (number | null)[], quality: number[], coverage: (number | null)[]) => ({
  start: '2026-11-25T00:00:00Z', step: 'PT1H', timezone: 'UTC', unit: 'kWh', values, quality, coverage,
});

describe('buckets', () => {
  const buckets = bucketsOf(packed([1, null, 2.5, null], [0, 5, 4, 8], [1, 0, 1, null]), NOW, NOW);

  it('tell measured, missing, estimated and not expected apart', () => {
    expect(buckets.map((bucket) => bucket.look)).toEqual(['solid', 'hatch', 'outline', 'blank']);
  });

  it('are summed with how many are known, never as a silent zero', () => {
    expect(totalsOf(buckets)).toMatchObject({ sum: 3.5, known: 2, due: 3 });
    const none = bucketsOf(packed([null, null], [5, 5], [0, 0]), NOW, NOW);
    expect(totalsOf(none)).toMatchObject({ sum: null, known: 0, due: 2, peak: null });
  });

  it('draw the future blank and not as missing', () => {
    expect(lookOf(null, 5, 0, { start: NOW, now: NOW })).toBe('blank');
    expect(lookOf(null, 5, 0, { start: NOW - 1, now: NOW })).toBe('hatch');
  });

  it('have a running sum that never falls where nothing flows back', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })), { maxLength: 48 }), (values) => {
        const made = bucketsOf(packed(values, values.map(() => 0), values.map(() => 1)), NOW, NOW + 1e12);
        const sums = runningSum(made).filter((sum): sum is number => sum !== null);
        for (let index = 1; index < sums.length; index++) expect(sums[index]).toBeGreaterThanOrEqual(sums[index - 1]!);
      }),
    );
  });
});

describe('means and bands', () => {
  it('mean by local hour leaves out what is not known', () => {
    const values = [...Array.from({ length: 24 }, () => 1), ...Array.from({ length: 24 }, (_, hour) => (hour === 3 ? null : 3))];
    const means = meanByHour(packed(values, [], []));
    expect(means[3]).toBe(1);
    expect(means[4]).toBe(2);
  });

  it('a day of 25 hours stays one day of the band', () => {
    const start = Date.parse('2026-10-24T21:00:00Z');
    const days = dailyBand(start, Array.from({ length: 25 + 24 }, (_, index) => index), 'Europe/Chisinau');
    expect(days.map((day) => [day.low, day.high])).toEqual([[0, 24], [25, 48]]);
  });

  it('an axis ends at or above the largest value, in four round steps', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (value) => {
        const most = niceMax(value);
        expect(most).toBeGreaterThanOrEqual(value);
        expect(most).toBeLessThanOrEqual(value * 2);
      }),
    );
  });

  it.each([0, 5e-324, 1e-12, Number.NaN])('an axis of nothing but %s ends at one', (value) => {
    expect(niceMax(value)).toBe(1);
  });
});

describe('balances', () => {
  it('judge the share by the hours that can be judged alone', () => {
    const sums = sumImbalance({ supplied: [10, 10, null], delivered: [9, 4, 5], imbalance: [1, null, null], coverage: [1, 0.5, 1] });
    expect(sums).toMatchObject({ imbalance: 1, share: 0.1, judged: 1, hours: 3, supplied: 20 });
  });

  it('say nothing where nothing is known', () => {
    expect(sumImbalance({ supplied: [null], delivered: [null], imbalance: [null], coverage: [null] })).toMatchObject({ imbalance: null, share: null, coverage: null });
  });

  it('leave what is to come out of the coverage', () => {
    const sums = sumImbalance({ supplied: [10, null], delivered: [9, null], imbalance: [1, null], coverage: [1, 0] }, 1);
    expect(sums).toMatchObject({ coverage: 1, hours: 1 });
  });

  it('are averaged by hour of the day', () => {
    const means = byHourOfDay([0, 1, 0], [2, null, 4]);
    expect([means[0], means[1]]).toEqual([3, null]);
  });
});

describe('mesh', () => {
  const module = fc.record({ module: fc.integer({ min: 0, max: 30 }).map(String), parent: fc.option(fc.integer({ min: 0, max: 30 }).map(String)) });

  it('places every module once, whatever parents were reported', () => {
    fc.assert(
      fc.property(fc.uniqueArray(module, { selector: (one) => one.module, maxLength: 30 }), (found) => {
        const modules: MeshModule[] = found.map((one) => ({ ...one, network: 1, level: 1, rssi: null }));
        const { nodes, links } = meshLayout(modules);
        expect(nodes.map((node) => node.id).sort()).toEqual(['', ...modules.map((one) => one.module)].sort());
        expect(links).toHaveLength(modules.length);
      }),
    );
  });
});

describe('daily sums', () => {
  it('cut days by the zone of the object, and keep what is unknown unknown', () => {
    const first = Date.parse('2026-10-24T21:00:00Z');
    const starts = Array.from({ length: 25 + 24 }, (_, index) => first + index * 3_600_000);
    const days = dailySums(starts, starts.map((_, index) => (index < 25 ? 1 : null)), 'Europe/Chisinau');
    expect(days.map((day) => day.value)).toEqual([25, null]);
  });
});

describe('the level around an instant', () => {
  it('is of a day, of the hours that are known', () => {
    const hours = [0, 1, 2, 3, 4, 5];
    expect(levelsAround(hours, [1, null, 3, 0.5, 0.5, null], 3)).toEqual({ before: 48, after: 12 });
    expect(levelsAround(hours, [null, null, null, 1, 1, 1], 3)).toEqual({ before: null, after: 24 });
    expect(levelsAround(hours, [1, 1, 1, 1, 1, 1], 0)).toEqual({ before: null, after: 24 });
    expect(levelsAround([], [], 0)).toEqual({ before: null, after: null });
  });
});
