import { bucketsOf } from '@shared/profiles';
import { describe, expect, it } from 'vitest';
import { forecastLines, profileOption } from '../src/charts/profileOption';
import { usualRange, usualValues } from '@shared/usual';

const ZONE = 'Europe/Chisinau';
const NOW = Date.parse('2026-11-05T22:00:00Z');
const month = {
  start: '2026-10-31T22:00:00Z', step: 'P1D', timezone: ZONE, unit: 'kWh',
  values: [10, 12, null, 11, 9, ...Array.from({ length: 25 }, () => null)],
  quality: [0, 0, 5, 4, 0, ...Array.from({ length: 25 }, () => 8)],
  coverage: [1, 1, 0, 1, 0.5, ...Array.from({ length: 25 }, () => null)],
};
const buckets = bucketsOf(month, Date.parse('2026-11-30T22:00:00Z'), NOW);

describe('forecast', () => {
  it('leaves from what was used so far and ends at the quantiles', () => {
    const { p10, p50, p90 } = forecastLines(buckets, { soFar: 42, p10: 200, p50: 250, p90: 300 });
    expect([p50[3], p50[4], p50.at(-1), p10.at(-1), p90.at(-1)]).toEqual([null, 42, 250, 200, 300]);
  });

  it('has no band where there is none', () => {
    expect(forecastLines(buckets, { soFar: 42, p10: null, p50: 250, p90: null }).p10.every((value) => value === null)).toBe(true);
  });
});

describe('usual', () => {
  it('compares a day with 28 days, a month with 8 weeks, a year with the year before', () => {
    const day = usualRange('day', { year: 2026, month: 11, day: 5 }, ZONE);
    // A change of the clock lies between: 28 local days are an hour more.
    expect((day.to - day.from) / 3_600_000).toBe(28 * 24 + 1);
    expect(usualRange('month', { year: 2026, month: 11, day: 5 }, ZONE).to).toBe(Date.parse(month.start));
    expect(new Date(usualRange('year', { year: 2026, month: 11, day: 5 }, ZONE).from).toISOString()).toBe('2024-12-31T22:00:00.000Z');
  });

  it('takes whole days alone into the average of a month', () => {
    const values = usualValues('month', buckets, month, NOW);
    expect(values[0]).toBe(11);
  });
});

describe('profileOption', () => {
  const option = profileOption({
    series: [{ name: 'A', colour: '#B07800', buckets }],
    labels: buckets.map(String), titles: [], unit: 'kWh', locale: 'en', scheme: 'light', qualityWord: () => '',
  });
  const series = option.series as { data: { value: number | null; itemStyle?: { color?: string; opacity?: number; borderWidth?: number } }[] }[];

  it('draws pale bars for partly known days, nothing for missing ones, and no outline for one estimated hour', () => {
    const bars = series[0]?.data ?? [];
    expect(bars[2]?.value).toBeNull();
    expect(bars[3]?.itemStyle?.borderWidth).toBeUndefined();
    expect(bars[4]?.itemStyle?.opacity).toBeLessThan(1);
  });

  it('hatches what is missing, and not what is to come', () => {
    const hatched = series[1]?.data as unknown as (number | null)[];
    expect(hatched[2]).toBeGreaterThan(0);
    expect(hatched.filter((value) => value !== null)).toHaveLength(1);
  });

  it('starts its axis at zero', () => {
    expect((option.yAxis as { min: number }[])[0]?.min).toBe(0);
  });
});
