/** The drawing of a profile chart by the grammar of charts, as paths with the part that each plays. */
import { bandPath, barPath, baseOf, hatchPath, heightOf, linePath, slots, yOf, type Frame, type Point, type Slot } from './chart';
import { niceMax, runningSum, type Bucket } from './profiles';

export interface DrawnSeries {
  buckets: readonly Bucket[];
}

export interface ProfileInput {
  series: readonly DrawnSeries[];
  /** What is usual, or last year: a solid line. */
  line?: readonly (number | null)[] | null;
  /** Hours to come: the middle dotted, 8 of 10 within the band. */
  ahead?: { p10: readonly (number | null)[]; p50: readonly (number | null)[]; p90: readonly (number | null)[] } | null;
  /** Draws the sum since the first bucket, on a scale of its own, up to the forecast of its end. */
  cumulative?: { soFar: number; p10: number | null; p50: number | null; p90: number | null } | null;
  /** A limit of a bucket: a red rule. */
  limit?: number | null;
}

export type Part = 'bar' | 'outline' | 'partial' | 'hatch' | 'series' | 'line' | 'ahead' | 'band' | 'sum' | 'sumAhead' | 'sumBand' | 'limit';

export interface Shape {
  part: Part;
  /** Which series, for its colour and dash. */
  series: number;
  path: string;
}

export interface ProfileDrawing {
  shapes: Shape[];
  slots: Slot[];
  /** Upper end of the scale, in the unit of the values. */
  most: number;
  /** Upper end of the scale of the sum; null when none is drawn. */
  sumMost: number | null;
  ticks: { value: number; y: number }[];
}

const TICKS = [0, 0.5, 1];

export function drawProfile(input: ProfileInput, frame: Frame): ProfileDrawing {
  const first = input.series[0]?.buckets ?? [];
  const places = slots(first.length, frame, first.length > 26 ? 0.22 : 0.3);
  const most = niceMax(highest(input));
  const shapes: Shape[] = [];
  if (input.ahead) shapes.push(...aheadShapes(input.ahead, places, most, frame));
  const sum = input.cumulative ? sumShapes(input.cumulative, first, places, frame) : null;
  if (sum) shapes.push(...sum.shapes.filter(({ part }) => part === 'sumBand'));
  if (input.series.length > 1) input.series.forEach(({ buckets }, index) => shapes.push(...lineOf(buckets, index, places, most, frame)));
  else first.forEach((bucket, index) => shapes.push(...barOf(bucket, places[index], most, frame)));
  if (input.line) {
    const path = linePath(input.line.map((value, index) => pointOf(value, places[index], most, frame)));
    if (path) shapes.push({ part: 'line', series: 0, path });
  }
  if (sum) shapes.push(...sum.shapes.filter(({ part }) => part !== 'sumBand'));
  if (input.limit != null && input.limit <= most) {
    const y = yOf(input.limit, most, frame);
    shapes.push({ part: 'limit', series: 0, path: `M${frame.left} ${y}H${frame.width - frame.right}` });
  }
  const ticks = TICKS.map((share) => ({ value: share * most, y: yOf(share * most, most, frame) }));
  return { shapes, slots: places, most, sumMost: sum?.most ?? null, ticks };
}

function highest({ series, line, ahead, limit }: ProfileInput): number {
  const values = [...series.flatMap(({ buckets }) => buckets.map(({ value }) => value)), ...(line ?? []), ...(ahead?.p90 ?? []), ...(ahead?.p50 ?? [])];
  const top = values.reduce<number>((before, value) => Math.max(before, value ?? 0), 0);
  // A limit is shown where it says something, and does not flatten everything else.
  return limit != null && limit < top * 1.6 ? Math.max(top, limit) : top;
}

function pointOf(value: number | null | undefined, slot: Slot | undefined, most: number, frame: Frame): Point | null {
  return value === null || value === undefined || !slot ? null : [slot.middle, yOf(value, most, frame)];
}

function barOf(bucket: Bucket, slot: Slot | undefined, most: number, frame: Frame): Shape[] {
  if (!slot || bucket.look === 'blank') return [];
  if (bucket.value === null) return [{ part: 'hatch', series: 0, path: hatchPath(slot, frame) }];
  // What is known to be nothing still leaves a mark: it is no gap.
  const height = Math.max(heightOf(bucket.value, most, frame), 1.5);
  const part = bucket.look === 'outline' ? 'outline' : bucket.look === 'partial' ? 'partial' : 'bar';
  return [{ part, series: 0, path: barPath(slot, height, frame) }];
}

function lineOf(buckets: readonly Bucket[], series: number, places: readonly Slot[], most: number, frame: Frame): Shape[] {
  const path = linePath(buckets.map((bucket, index) => (bucket.look === 'blank' ? null : pointOf(bucket.value, places[index], most, frame))));
  return path ? [{ part: 'series', series, path }] : [];
}

function aheadShapes(ahead: NonNullable<ProfileInput['ahead']>, places: readonly Slot[], most: number, frame: Frame): Shape[] {
  const points = (values: readonly (number | null)[]) => values.map((value, index) => pointOf(value, places[index], most, frame));
  const shapes: Shape[] = [
    { part: 'band', series: 0, path: bandPath(points(ahead.p10), points(ahead.p90)) },
    { part: 'ahead', series: 0, path: linePath(points(ahead.p50)) },
  ];
  return shapes.filter(({ path }) => path !== '');
}

function sumShapes(cumulative: NonNullable<ProfileInput['cumulative']>, buckets: readonly Bucket[], places: readonly Slot[], frame: Frame) {
  const sums = runningSum(buckets);
  const last = sums.reduce<number>((found, value, index) => (value === null ? found : index), -1);
  const most = niceMax(Math.max(cumulative.p90 ?? 0, cumulative.p50 ?? 0, cumulative.soFar, sums[last] ?? 0));
  const shapes: Shape[] = [];
  const known = sums.map((value, index) => pointOf(value, places[index], most, frame));
  if (last >= 0) shapes.push({ part: 'sum', series: 0, path: linePath(known) });
  const end = places.at(-1);
  const begin = last >= 0 ? known[last] : ([places[0]?.middle ?? 0, baseOf(frame)] as const);
  if (end && begin && last < places.length - 1) {
    const to = (value: number): Point => [end.middle, yOf(value, most, frame)];
    if (cumulative.p50 !== null) shapes.push({ part: 'sumAhead', series: 0, path: linePath([begin, to(cumulative.p50)]) });
    if (cumulative.p10 !== null && cumulative.p90 !== null) shapes.push({ part: 'sumBand', series: 0, path: bandPath([begin, to(cumulative.p10)], [begin, to(cumulative.p90)]) });
  }
  return { shapes, most };
}
