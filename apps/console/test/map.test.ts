import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gridOver, joinedStreets, squareOf, type House } from '../src/pages/map/houses';

const house = (path: string, longitude: number, latitude: number): House => ({ id: path, path, address: '', longitude, latitude, concentrators: 0, devices: 0, findings: 0 });

describe('streets without a picture', () => {
  it('join their houses in the order along them, whatever order they come in', () => {
    const houses = [house('T/A/3', 28.83, 47.02), house('T/A/1', 28.81, 47.021), house('T/A/2', 28.82, 47.0205), house('T/B/1', 28.9, 47.1)];
    expect(joinedStreets(houses)).toEqual([[[28.81, 47.021], [28.82, 47.0205], [28.83, 47.02]]]);
    expect(joinedStreets([house('T/C/2', 28, 48), house('T/C/1', 28.001, 47)])).toEqual([[[28.001, 47], [28, 48]]]);
  });
});

describe('the grid', () => {
  it('has squares of 1, 2 or 5, at most ten across', () => {
    fc.assert(fc.property(fc.double({ min: 10, max: 1e6, noNaN: true }), (metres) => {
      const side = squareOf(metres);
      expect(metres / side).toBeLessThanOrEqual(10.000001);
      expect(metres / side).toBeGreaterThan(3.9);
      expect([1, 2, 5]).toContain(Math.round(side / 10 ** Math.floor(Math.log10(side) + 1e-9)));
    }));
  });

  it('lies in the view, and stays on the ground when the view moves', () => {
    const view = [28.8, 47, 28.9, 47.05] as const;
    const { metres, lines } = gridOver(view);
    expect(metres).toBe(1000);
    expect(lines.length).toBeGreaterThan(6);
    for (const [from] of lines) {
      expect(from?.[0]).toBeGreaterThanOrEqual(28.8);
      expect(from?.[1]).toBeGreaterThanOrEqual(47);
    }
    const moved = gridOver([28.8, 47.01, 28.9, 47.06]).lines;
    const rows = (all: [number, number][][]) => all.filter(([a, b]) => a?.[1] === b?.[1]).map(([a]) => a?.[1].toFixed(6));
    expect(rows(moved).filter((row) => rows(lines).includes(row)).length).toBeGreaterThan(2);
  });
});
