// The first screen out of the server's answer, and what is read again when something changed.
import { touches, type Changed } from '@/api/changes';
import type { HomeMeter } from '@/api/home';
import { against, drawnOf } from '@/home/today';
import * as fc from 'fast-check';

/** The day on which the clock goes back in Chișinău. */
const START = '2026-10-24T21:00:00Z';
const HOUR = 3_600_000;
const at = (hour: number) => new Date(Date.parse(START) + hour * HOUR).toISOString();

const meter = (some: Partial<HomeMeter>, values: (number | null)[] = Array.from({ length: 25 }, (_, hour) => (hour < 10 ? 1 : null))): HomeMeter => ({
  id: 'p', name: 'n', serial: 's', commodity: 'ELECTRICITY', quantity: 'ACTIVE', unit: 'kWh', timezone: 'Europe/Chisinau',
  today: { start: START, values, quality: values.map((value) => (value === null ? 5 : 0)), average: values.map(() => null), usual: values.map(() => 2) },
  ahead: { start: at(10), p10: Array<number>(15).fill(1), p50: Array<number>(15).fill(2), p90: Array<number>(15).fill(3) },
  month: { soFar: null, average: null, p10: null, p50: null, p90: null },
  indicators: { homes: 0, byArea: false, consumption: null, temperature: null, efficiency: null, norm: null },
  supply: { state: null, limitKw: null, bar: 'NO_ACTUATOR', limits: false, command: null },
  knownUntil: at(10), ...some,
});

it('draws a day of 25 hours: what came, what is still to come, and what is usual', () => {
  const drawn = drawnOf(meter({}), Date.parse(at(10)) + 1, 1);
  expect(drawn.buckets).toHaveLength(25);
  expect(drawn.totals).toMatchObject({ sum: 10, known: 10, due: 11 });
  expect(drawn.ahead?.p50.filter((value) => value !== null)).toHaveLength(14);
  expect(drawn.ahead?.p50[10]).toBeNull();
  expect(drawn.ahead?.p50[11]).toBe(2);
  expect(drawn.of).toBe('own');
  expect(against(drawn.buckets, drawn.line)).toEqual({ way: 'under', share: 0.5 });
});

it('compares with the house where five others stand behind its average', () => {
  const average = Array.from({ length: 25 }, (_, hour) => (hour < 10 ? 0.8 : null));
  const plain = meter({});
  const drawn = drawnOf({ ...plain, today: { ...plain.today, average, usual: null } }, Date.parse(at(10)), 1);
  expect(drawn.of).toBe('house');
  expect(against(drawn.buckets, drawn.line)).toMatchObject({ way: 'over' });
});

it('compares nothing with nothing', () => {
  const plain = meter({ ahead: null });
  const drawn = drawnOf({ ...plain, today: { ...plain.today, usual: null } }, Date.parse(at(10)), 1);
  expect(drawn.line).toBeNull();
  expect(drawn.ahead).toBeNull();
  expect(against(drawn.buckets, drawn.line)).toBeNull();
});

it('scales everything alike, and forecasts no hour that came', () => {
  const hours = fc.array(fc.option(fc.double({ min: 0, max: 50, noNaN: true }), { nil: null }), { minLength: 23, maxLength: 25 });
  fc.assert(
    fc.property(hours, fc.integer({ min: 0, max: 26 }), fc.double({ min: 0.1, max: 1000, noNaN: true }), (values, now, factor) => {
      const told = meter({ ahead: { start: at(now), p10: [1], p50: [1], p90: [1] } }, values);
      const moment = Date.parse(START) + now * HOUR;
      const [one, other] = [drawnOf(told, moment, 1), drawnOf(told, moment, factor)];
      one.buckets.forEach(({ value, look }, index) => {
        if (value !== null) expect(other.buckets[index]?.value).toBeCloseTo(value * factor, 6);
        if (look !== 'blank') expect(one.ahead?.p50[index] ?? null).toBeNull();
      });
    }),
  );
});

it('reads again what a change touches, and nothing else', () => {
  const hours: Changed = { type: 'readings', id: 'A' };
  expect(touches(['Profile', { id: 'A', step: 'PT1H' }], hours)).toBe(true);
  expect(touches(['Profile', { id: 'B', step: 'PT1H' }], hours)).toBe(false);
  expect(touches(['Home', { object: null }], hours)).toBe(true);
  expect(touches(['Alerts', { locale: 'en' }], hours)).toBe(false);
  expect(touches(['Alerts', { locale: 'en' }], { type: 'alert', id: 'x' })).toBe(true);
  expect(touches(['CommandsAt', { point: 'A' }], { type: 'command', id: 'x' })).toBe(true);
  expect(touches(['Changes'], { type: 'home', id: 'x' })).toBe(false);
});
