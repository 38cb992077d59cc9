import { describe, expect, it } from 'vitest';
import { loadRest, loadTexts, translator } from '@shared/i18n';
import { LOCALES } from '@shared/units';
import { evidenceText, type Flag } from '../src/pages/meter/evidence';

const ELECTRICITY = { commodity: 'ELECTRICITY', quantity: 'ACTIVE' };
const figures = (told: Record<string, number>) => Object.entries(told).map(([name, value]) => ({ name, value }));
/** What the analyses tell with each rule. */
const FLAGS: Flag[] = [
  { rule: 'SPIKE', evidence: figures({ value: 5210, third_highest: 1520, highest_before: 2290 }) },
  { rule: 'FROZEN', evidence: figures({ value: 300, hours: 9, longest_before: 3 }) },
  { rule: 'ZERO_RUN', evidence: figures({ hours: 611, longest_before: 214 }) },
  { rule: 'HIGH', evidence: figures({ value: 1470, lowest: 0, highest: 0 }) },
  { rule: 'LOW', evidence: figures({ value: 190, lowest: 740, highest: 1440 }) },
  { rule: 'SIBLING', evidence: figures({ share: 0.03, lowest: 0.39, highest: 0.97, siblings: 16950 }) },
  { rule: 'BACKWARDS', evidence: figures({ before: 500, after: 490, hours: 1, most: 40 }) },
  { rule: 'RESET', evidence: figures({ before: 490, after: 3, hours: 1, most: 40 }) },
  { rule: 'ABOVE_CAPACITY', evidence: figures({ before: 70000, after: 90000, hours: 1, most: 40 }) },
  { rule: 'PULSE_LOSS', evidence: figures({ counted: 800, dial: 1000 }) },
];

describe('why a reading is doubted', async () => {
  await loadRest();
  const texts = Object.fromEntries(await Promise.all(LOCALES.map(async (locale) => [locale, await loadTexts(locale)] as const)));
  const said = (flag: Flag, point = ELECTRICITY, locale: (typeof LOCALES)[number] = 'en') => evidenceText(flag, point, translator(texts[locale] ?? {}, locale), locale);

  it('is a sentence in every language, with each of its figures', () => {
    for (const locale of LOCALES) {
      for (const flag of FLAGS) {
        const text = said(flag, ELECTRICITY, locale);
        expect(text, `${locale} ${flag.rule}`).not.toMatch(/[{}_]|evidence\.|undefined|NaN/);
        expect(text).toMatch(/\d/);
      }
    }
  });

  it('is in the units of the meter', () => {
    const [spike, , zeros, , , sibling, backwards] = FLAGS as [Flag, Flag, Flag, Flag, Flag, Flag, Flag];
    expect(said(spike)).toBe('5.21 kWh in an hour; the third highest hour of the day 1.52 kWh, before it at most 2.29 kWh');
    expect(said(spike, { commodity: 'GAS', quantity: 'ACTIVE' })).toMatch(/^5\.21 m³/);
    expect(said(spike, { commodity: 'HEAT', quantity: 'SUPPLY_VOLUME' })).toMatch(/^5\.21 m³/);
    expect(said(spike, { commodity: 'ELECTRICITY', quantity: 'REACTIVE' })).toMatch(/^5\.21 kvarh/);
    expect(said(zeros)).toBe('zero for 611 hours; before it for at most 214');
    expect(said(sibling)).toMatch(/^3% of what its neighbours used \(16\.95 kWh\); usually 39% to 97%$/);
    expect(said(backwards)).toBe('500 → 490 pulses');
  });
});
