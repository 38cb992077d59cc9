/** Geometry of charts in plain numbers and SVG paths: the same drawing on every face. Y grows downwards. */

export interface Frame {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface Slot {
  x: number;
  width: number;
  /** Middle of the slot, where lines pass. */
  middle: number;
}

/** Slots of one width for `count` buckets, side by side over the inner width. */
export function slots(count: number, frame: Frame, gap = 0.28): Slot[] {
  const inner = Math.max(frame.width - frame.left - frame.right, 0);
  const step = count > 0 ? inner / count : 0;
  const width = Math.max(step * (1 - gap), Math.min(step, 1));
  return Array.from({ length: count }, (_, index) => {
    const middle = frame.left + step * (index + 0.5);
    return { x: middle - width / 2, width, middle };
  });
}

/** The slot under a point, clamped to the ends; -1 without any. */
export function slotAt(x: number, count: number, frame: Frame): number {
  const inner = frame.width - frame.left - frame.right;
  if (count <= 0 || inner <= 0) return -1;
  return Math.min(count - 1, Math.max(0, Math.floor(((x - frame.left) / inner) * count)));
}

/** Height of a value above the base line at `most` = the inner height. */
export function heightOf(value: number, most: number, frame: Frame): number {
  const inner = frame.height - frame.top - frame.bottom;
  return most > 0 ? (Math.min(Math.max(value, 0), most) / most) * inner : 0;
}

export const baseOf = (frame: Frame): number => frame.height - frame.bottom;

export function yOf(value: number, most: number, frame: Frame): number {
  return baseOf(frame) - heightOf(value, most, frame);
}

/** A y within a scale that does not begin at zero, as of temperatures. */
export function yBetween(value: number, low: number, high: number, frame: Frame): number {
  const inner = frame.height - frame.top - frame.bottom;
  const share = high > low ? (value - low) / (high - low) : 0.5;
  return baseOf(frame) - Math.min(Math.max(share, 0), 1) * inner;
}

export type Point = readonly [x: number, y: number];

const at = ([x, y]: Point) => `${round(x)} ${round(y)}`;
const round = (value: number) => Math.round(value * 100) / 100;

/** A line that breaks where nothing is known; a lone point is a dot of the line's width. */
export function linePath(points: readonly (Point | null)[]): string {
  let path = '';
  let open = false;
  points.forEach((point, index) => {
    if (point === null) {
      open = false;
      return;
    }
    const alone = !open && (points[index + 1] ?? null) === null;
    path += `${open ? 'L' : 'M'}${at(point)}${alone ? `h0.01` : ''}`;
    open = true;
  });
  return path;
}

/** The area between two lines of one length; each stretch where both are known is closed. */
export function bandPath(low: readonly (Point | null)[], high: readonly (Point | null)[]): string {
  let path = '';
  let from = -1;
  for (let index = 0; index <= low.length; index++) {
    const both = index < low.length && low[index] != null && high[index] != null;
    if (both && from < 0) from = index;
    if (!both && from >= 0) {
      const up = high.slice(from, index) as Point[];
      const down = (low.slice(from, index) as Point[]).reverse();
      if (up.length > 1) path += `M${up.map(at).join('L')}L${down.map(at).join('L')}Z`;
      from = -1;
    }
  }
  return path;
}

/** A bar that stands on the base, with its upper corners rounded. */
export function barPath(slot: Slot, height: number, frame: Frame, radius = 4): string {
  const r = Math.max(0, Math.min(radius, slot.width / 2, height));
  const base = baseOf(frame);
  const top = base - height;
  const right = slot.x + slot.width;
  return `M${round(slot.x)} ${round(base)}V${round(top + r)}Q${round(slot.x)} ${round(top)} ${round(slot.x + r)} ${round(top)}H${round(right - r)}Q${round(right)} ${round(top)} ${round(right)} ${round(top + r)}V${round(base)}Z`;
}

/** Oblique strokes over the whole height of a slot: nothing is known there. */
export function hatchPath(slot: Slot, frame: Frame, gap = 6): string {
  const base = baseOf(frame);
  let path = '';
  for (let y = base; y > frame.top; y -= gap) {
    const rise = Math.min(slot.width, y - frame.top);
    path += `M${round(slot.x)} ${round(y)}l${round(rise)} ${round(-rise)}`;
  }
  return path;
}

/** Which labels fit below the slots without touching: the first, then every n-th of a pleasant n. */
export function labelled(count: number, innerWidth: number, labelWidth: number, pleasant: readonly number[]): number[] {
  if (count === 0 || innerWidth <= 0) return [];
  const step = innerWidth / count;
  const every = pleasant.find((one) => one * step >= labelWidth) ?? count;
  return Array.from({ length: Math.ceil(count / every) }, (_, index) => index * every);
}
