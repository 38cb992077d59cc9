import { bandPath, barPath, heightOf, hatchPath, labelled, linePath, slotAt, slots, yBetween, yOf, type Frame, type Point } from '@shared/chart';
import { drawProfile } from '@shared/profileDrawing';
import type { Bucket, } from '@shared/profiles';
import fc from 'fast-check';

const frames = fc.record({
  width: fc.integer({ min: 120, max: 900 }), height: fc.integer({ min: 80, max: 400 }),
  left: fc.integer({ min: 0, max: 40 }), right: fc.integer({ min: 0, max: 40 }), top: fc.integer({ min: 0, max: 20 }), bottom: fc.integer({ min: 0, max: 30 }),
});
const numbers = (path: string) => [...path.matchAll(/-?\d+(\.\d+)?/g)].map(([text]) => Number(text));
const bucket = (value: number | null, look: Bucket['look']): Bucket => ({ start: 0, end: 3_600_000, value, quality: value === null ? 5 : 0, coverage: 1, look });

describe('geometry of charts', () => {
  it('lays slots side by side within the frame, and finds each by its middle', () => {
    fc.assert(fc.property(frames, fc.integer({ min: 1, max: 62 }), (frame: Frame, count) => {
      const places = slots(count, frame);
      places.forEach((place, index) => {
        expect(place.x).toBeGreaterThanOrEqual(frame.left - 1e-9);
        expect(place.x + place.width).toBeLessThanOrEqual(frame.width - frame.right + 1e-6);
        expect(slotAt(place.middle, count, frame)).toBe(index);
        const next = places[index + 1];
        if (next) expect(place.x + place.width).toBeLessThanOrEqual(next.x + 1e-9);
      });
    }));
  });

  it('draws every known value within the frame, larger ones higher', () => {
    fc.assert(fc.property(frames, fc.double({ min: 0, max: 1e6, noNaN: true }), fc.double({ min: 0, max: 1e6, noNaN: true }), (frame: Frame, one, other) => {
      const most = Math.max(one, other, 1);
      const [a, b] = [yOf(one, most, frame), yOf(other, most, frame)];
      for (const y of [a, b]) {
        expect(y).toBeGreaterThanOrEqual(frame.top - 1e-6);
        expect(y).toBeLessThanOrEqual(frame.height - frame.bottom + 1e-6);
      }
      if (one > other) expect(a).toBeLessThanOrEqual(b);
      expect(heightOf(-one, most, frame)).toBeCloseTo(0);
    }));
  });

  it('breaks lines where nothing is known, and shows a lone point', () => {
    const points: (Point | null)[] = [[0, 1], [1, 2], null, [3, 3], null, [5, 5], [6, 6]];
    expect(linePath(points)).toBe('M0 1L1 2M3 3h0.01M5 5L6 6');
    expect(linePath([null, null])).toBe('');
  });

  it('closes bands over stretches that are known on both sides', () => {
    const low: (Point | null)[] = [[0, 9], [1, 9], null, [3, 9]];
    const high: (Point | null)[] = [[0, 1], [1, 1], [2, 1], [3, 1]];
    expect(bandPath(low, high)).toBe('M0 1L1 1L1 9L0 9Z');
  });

  it('keeps bars and hatches within their slots', () => {
    fc.assert(fc.property(frames, fc.integer({ min: 1, max: 40 }), fc.double({ min: 0, max: 1, noNaN: true }), (frame: Frame, count, share) => {
      const [place] = slots(count, frame);
      if (!place) return;
      const height = share * (frame.height - frame.top - frame.bottom);
      const values = numbers(barPath(place, height, frame));
      expect(values.every(Number.isFinite)).toBe(true);
      expect(numbers(hatchPath(place, frame)).every(Number.isFinite)).toBe(true);
    }));
  });

  it('labels so that words do not touch', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 62 }), fc.integer({ min: 60, max: 800 }), fc.integer({ min: 8, max: 60 }), (count, inner, wide) => {
      const shown = labelled(count, inner, wide, [1, 2, 3, 4, 6, 7, 12, 14]);
      expect(shown[0]).toBe(0);
      for (let index = 1; index < shown.length; index++) expect(((shown[index]! - shown[index - 1]!) * inner) / count).toBeGreaterThanOrEqual(wide - 1e-9);
    }));
  });

  it('draws temperatures between the ends of their scale', () => {
    const frame = { width: 100, height: 100, left: 0, right: 0, top: 10, bottom: 10 };
    expect(yBetween(40, 40, 60, frame)).toBe(90);
    expect(yBetween(60, 40, 60, frame)).toBe(10);
  });
});

describe('the drawing of a profile', () => {
  const frame = { width: 300, height: 200, left: 30, right: 30, top: 10, bottom: 20 };

  it('never draws what is missing as zero, nor what is to come at all', () => {
    const buckets = [bucket(2, 'solid'), bucket(null, 'hatch'), bucket(0, 'solid'), bucket(1, 'outline'), bucket(null, 'blank')];
    const parts = drawProfile({ series: [{ buckets }] }, frame).shapes.map(({ part }) => part);
    expect(parts).toEqual(['bar', 'hatch', 'bar', 'outline']);
  });

  it('begins every scale at zero and holds the largest value', () => {
    fc.assert(fc.property(fc.array(fc.option(fc.double({ min: 0, max: 1e5, noNaN: true })), { minLength: 1, maxLength: 40 }), (values) => {
      const buckets = values.map((value) => bucket(value, value === null ? 'hatch' : 'solid'));
      const { most, ticks } = drawProfile({ series: [{ buckets }] }, frame);
      expect(ticks[0]?.value).toBe(0);
      expect(most).toBeGreaterThanOrEqual(Math.max(0, ...values.map((value) => value ?? 0)));
    }));
  });

  it('overlays several meters as lines', () => {
    const series = [{ buckets: [bucket(1, 'solid'), bucket(2, 'solid')] }, { buckets: [bucket(3, 'solid'), bucket(null, 'hatch')] }];
    const { shapes } = drawProfile({ series }, frame);
    expect(shapes.map(({ part, series: of }) => [part, of])).toEqual([['series', 0], ['series', 1]]);
  });

  it('goes on from the month so far to its forecast, within the band', () => {
    const buckets = [bucket(5, 'solid'), bucket(5, 'solid'), bucket(null, 'blank'), bucket(null, 'blank')];
    const { shapes, sumMost } = drawProfile({ series: [{ buckets }], cumulative: { soFar: 10, p10: 15, p50: 20, p90: 25 } }, frame);
    expect(shapes.map(({ part }) => part).sort()).toEqual(['bar', 'bar', 'sum', 'sumAhead', 'sumBand']);
    expect(sumMost).toBeGreaterThanOrEqual(25);
  });

  it('shows a limit where it says something', () => {
    const buckets = [bucket(5, 'solid')];
    expect(drawProfile({ series: [{ buckets }], limit: 6 }, frame).shapes.some(({ part }) => part === 'limit')).toBe(true);
    expect(drawProfile({ series: [{ buckets }], limit: 500 }, frame).shapes.some(({ part }) => part === 'limit')).toBe(false);
  });
});
