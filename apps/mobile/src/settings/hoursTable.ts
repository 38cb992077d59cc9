/** Hours as a table for spreadsheets: local time with its offset, then a value and its quality for each meter. */
import type { Packed } from '@shared/profiles';
import { qualityOf } from '@shared/quality';
import { HOUR_MS, localTime, offsetAt } from '@shared/zones';

export interface Column {
  name: string;
  profile: Packed;
}

const two = (value: number) => String(Math.abs(value)).padStart(2, '0');

/** 2026-11-05T14:00+02:00 */
export function localStamp(instant: number, zone: string): string {
  const { year, month, day, hour } = localTime(instant, zone);
  const offset = offsetAt(instant, zone) / HOUR_MS;
  return `${year}-${two(month)}-${two(day)}T${two(hour)}:00${offset < 0 ? '-' : '+'}${two(offset)}:00`;
}

const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

export function hoursTable(columns: readonly Column[], zone: string): string {
  const [first] = columns;
  if (!first) return '';
  const start = Date.parse(first.profile.start);
  const head = ['hour', ...columns.flatMap(({ name, profile }) => [`${name} ${profile.unit}`, `${name} quality`])];
  const lines = first.profile.values.map((_, index) => [
    localStamp(start + index * HOUR_MS, zone),
    ...columns.flatMap(({ profile }) => [profile.values[index]?.toString() ?? '', qualityOf(profile.quality[index])]),
  ]);
  return [head, ...lines].map((line) => line.map(quoted).join(',')).join('\r\n') + '\r\n';
}
