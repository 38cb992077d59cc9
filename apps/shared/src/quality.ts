/** What the code of a bucket says of its value (docs/glossary.md). */

export const QUALITIES = [
  'measured',
  'backfilled',
  'manual',
  'corrected',
  'estimated',
  'missing',
  'suspect',
  'late',
  'notExpected',
  'quarantined',
] as const;

export type Quality = (typeof QUALITIES)[number];

export function qualityOf(code: number | null | undefined): Quality {
  return QUALITIES[code ?? 5] ?? 'missing';
}

/** How a bucket is drawn: as a solid bar, an outline, a hatch where nothing is known, or not at all. */
export type Look = 'solid' | 'outline' | 'partial' | 'hatch' | 'blank';

export function lookOf(
  value: number | null,
  quality: number | null,
  coverage: number | null,
  bucket: { start: number; now: number; hourly?: boolean },
): Look {
  if (bucket.start >= bucket.now || qualityOf(quality) === 'notExpected') return value === null ? 'blank' : 'solid';
  if (value === null) return 'hatch';
  // The code of a longer bucket is that of its worst hour: one estimated hour makes no estimated month.
  if (bucket.hourly !== false && qualityOf(quality) === 'estimated') return 'outline';
  return coverage !== null && coverage < 0.9995 ? 'partial' : 'solid';
}
