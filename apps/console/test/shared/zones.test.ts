import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, addMonths, bucketStarts, HOUR_MS, instantOf, isoDate, localInput, localTime, ofLocalInput, parseDate, rangeOf, today, weekday } from '@shared/zones';

const ZONES = ['Europe/Chisinau', 'America/New_York', 'UTC', 'Asia/Almaty', 'Australia/Sydney'];
const zone = fc.constantFrom(...ZONES);
const date = fc.record({ year: fc.integer({ min: 2001, max: 2040 }), month: fc.integer({ min: 1, max: 12 }), day: fc.integer({ min: 1, max: 28 }) });

describe('local days', () => {
  it('begin at the first instant that shows their date', () => {
    fc.assert(
      fc.property(date, zone, (day, where) => {
        const start = instantOf(day, where);
        expect(isoDate(today(where, start))).toBe(isoDate(day));
        expect(isoDate(today(where, start - 1))).toBe(isoDate(addDays(day, -1)));
      }),
    );
  });

  it('have 23 hours in spring and 25 in autumn', () => {
    const hours = (text: string) => {
      const { from, to } = rangeOf('day', parseDate(text)!, 'Europe/Chisinau');
      return (to - from) / HOUR_MS;
    };
    expect(hours('2026-03-29')).toBe(23);
    expect(hours('2026-10-25')).toBe(25);
    expect(hours('2026-06-01')).toBe(24);
  });

  it('are those of the object and not of the browser', () => {
    // 22:30 UTC on the 24th is half past midnight of the 25th in Chisinau.
    expect(isoDate(today('Europe/Chisinau', Date.parse('2026-11-24T22:30:00Z')))).toBe('2026-11-25');
    expect(isoDate(today('America/New_York', Date.parse('2026-11-24T22:30:00Z')))).toBe('2026-11-24');
  });
});

describe('fields of date and time', () => {
  it('say the time of the object, and give it back', () => {
    fc.assert(
      fc.property(date, zone, fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }), (day, where, hour, minute) => {
        const instant = instantOf(day, where, hour) + minute * 60_000;
        expect(ofLocalInput(localInput(instant, where), where)).toBe(new Date(instant).toISOString());
      }),
    );
    expect(localInput(Date.parse('2026-11-24T22:30:00Z'), 'Europe/Chisinau')).toBe('2026-11-25T00:30');
  });

  it('say nothing while no time is typed', () => {
    for (const text of ['', '2026-02-31T10:00', '2026-01-01', '2026-01-01T25:00']) expect(ofLocalInput(text, 'UTC')).toBeNull();
  });
});

describe('bucketStarts', () => {
  it('follows the calendar over the change of the clock', () => {
    const start = instantOf(parseDate('2026-10-01')!, 'Europe/Chisinau');
    const days = bucketStarts(start, 'P1D', 31, 'Europe/Chisinau');
    for (const [index, day] of days.entries()) expect(localTime(day, 'Europe/Chisinau')).toMatchObject({ day: index + 1, hour: 0 });
    expect(days[25]! - days[24]!).toBe(25 * HOUR_MS);
  });

  it('keeps a first bucket that was cut, and begins weeks on Monday and months on the first', () => {
    const start = Date.parse('2026-11-25T10:00:00Z');
    const weeks = bucketStarts(start, 'P1W', 3, 'Europe/Chisinau');
    expect(weeks[0]).toBe(start);
    expect(weeks.slice(1).map((week) => weekday(today('Europe/Chisinau', week)))).toEqual([0, 0]);
    const months = bucketStarts(start, 'P1M', 3, 'Europe/Chisinau').map((month) => isoDate(today('Europe/Chisinau', month)));
    expect(months).toEqual(['2026-11-25', '2026-12-01', '2027-01-01']);
    expect(isoDate(today('UTC', bucketStarts(start, 'P1Y', 2, 'UTC')[1]!))).toBe('2027-01-01');
  });
});

describe('dates', () => {
  it('are read back as they were written', () => {
    fc.assert(
      fc.property(date, (day) => {
        expect(parseDate(isoDate(day))).toEqual(day);
      }),
    );
  });

  it('refuses what is no date', () => {
    for (const text of ['2026-13-01', '2026-02-30', 'yesterday', '', undefined]) expect(parseDate(text)).toBeNull();
  });

  it('go to the first of another month', () => {
    expect(isoDate(addMonths({ year: 2026, month: 1, day: 31 }, 1))).toBe('2026-02-01');
    expect(isoDate(addMonths({ year: 2026, month: 1, day: 31 }, -1))).toBe('2025-12-01');
  });
});
