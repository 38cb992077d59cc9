/** More points than bars can show: uPlot lines over time, in the zone of the object. */
import { clock, dayAndMonth } from '@shared/dates';
import { formatNumber, unitText, type Locale } from '@shared/units';
import { offsetAt } from '@shared/zones';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useColours } from './useColours';

export interface LongLine {
  name: string;
  values: readonly (number | null)[];
  colour: string;
  fill?: boolean;
  dash?: number[];
  width?: number;
  /** Fills down to the line before this one. */
  band?: boolean;
  /** Bounds a band only: neither drawn nor told at the cursor. */
  bare?: boolean;
}

interface LongProps {
  starts: readonly number[];
  lines: LongLine[];
  unit: string;
  zone: string;
  locale: Locale;
  height?: number;
  /** A moment that stands out: a line from top to bottom. */
  mark?: number | undefined;
}

/** Wall time of the zone as if it were UTC: what uPlot lays its axis over. */
function wallDate(seconds: number, zone: string): Date {
  const wall = new Date(seconds * 1000 + offsetAt(seconds * 1000, zone));
  return new Date(wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate(), wall.getUTCHours(), wall.getUTCMinutes());
}

/** From zero, or from what lies below it, up to a little above the largest. */
function rangeOf(least: number | null, most: number | null, unit: string): [number, number] {
  if (least === null || most === null) return [0, 1];
  const room = (most - least || Math.abs(most) || 1) * 0.06;
  if (unit === 'degC') return [least - room, most + room];
  return [least < 0 ? least - room : 0, most > 0 ? most + room : 0];
}

function drawMark({ ctx, bbox, valToPos }: uPlot, at: number, colour: string): void {
  const x = Math.round(valToPos(at, 'x', true));
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

/** What the longest date of the three languages needs beside the next one. */
const DATE_PX = 72;

export function LongChart({ starts, lines, unit, zone, locale, height = 300, mark }: LongProps) {
  const place = useRef<HTMLDivElement>(null);
  const { colours } = useColours();
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    performance.mark('long-start');
    const axis = { stroke: colours.quiet, font: '13px system-ui', grid: { stroke: colours.line, width: 1 }, ticks: { show: false } };
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height,
        tzDate: (seconds) => wallDate(seconds, zone),
        cursor: { drag: { x: true, y: false }, points: { size: 6 } },
        // Amounts begin at zero, so that heights compare; temperatures have no zero of their own.
        scales: { x: { time: true }, y: { range: (_, least, most) => rangeOf(least, most, unit) } },
        axes: [
          {
            ...axis,
            space: DATE_PX,
            size: 32,
            values: (_, ticks) => ticks.map((tick, index) => {
              const previous = ticks[index - 1];
              const day = dayAndMonth(tick * 1000, zone, locale);
              return previous !== undefined && tick - previous < 86_400 ? clock(tick * 1000, zone, locale) : day;
            }),
          },
          { ...axis, size: 64, values: (_, ticks) => ticks.map((tick) => formatNumber(tick, locale)) },
        ],
        series: [
          { label: '', value: (_, at) => (at === null ? '–' : `${dayAndMonth(at * 1000, zone, locale)} ${clock(at * 1000, zone, locale)}`) },
          ...lines.map((line) => ({
            label: line.name,
            stroke: line.bare ? 'transparent' : line.colour,
            ...(line.bare ? { class: 'u-bare' } : {}),
            width: line.width ?? 1.5,
            spanGaps: false,
            points: { show: false },
            ...(line.dash ? { dash: line.dash } : {}),
            ...(line.fill ? { fill: `${line.colour}33` } : {}),
            value: (_: uPlot, value: number | null) => (value === null ? '–' : `${formatNumber(value, locale)} ${unitText(unit, locale)}`),
          })),
        ],
        hooks: { draw: [(plot) => mark !== undefined && drawMark(plot, mark / 1000, colours.text)] },
        bands: lines.flatMap((line, index) => (line.band ? [{ series: [index + 1, index] as [number, number], fill: `${line.colour}38` }] : [])),
      },
      [starts.map((start) => start / 1000), ...lines.map((line) => [...line.values])],
      element,
    );
    performance.measure('long', 'long-start');
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [starts, lines, unit, zone, locale, height, mark, colours]);
  return <div ref={place} className="chart-body long-chart" style={{ minHeight: height }} aria-hidden="true" />;
}
