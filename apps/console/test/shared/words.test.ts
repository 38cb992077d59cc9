import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ago, hourRange } from '@shared/dates';
import { loadRest, loadTexts, translator, type Key, type Texts } from '@shared/i18n';
import { en as first } from '@shared/i18n/en';
import { rest } from '@shared/i18n/rest/en';
import { COLOURS, contrast, COMMODITIES, OVERLAY } from '@shared/tokens';
import { formatAmount, formatMoney, formatPercent, LOCALES } from '@shared/units';

const en: Texts = { ...first, ...rest };
const names = (text: string) => [...text.matchAll(/\{(\w+)/g)].map((match) => match[1]).sort();

describe('texts', () => {
  it.each(LOCALES)('%s has every key, with the same values filled in', async (locale) => {
    const texts = (await loadTexts(locale)) as Texts;
    await loadRest();
    expect(Object.keys(texts).sort()).toEqual(Object.keys(en).sort());
    for (const key of Object.keys(en) as Key[]) {
      expect(texts[key], key).not.toBe('');
      expect(new Set(names(texts[key])), key).toEqual(new Set(names(en[key])));
    }
  });

  it.each(LOCALES)('%s has every form of its plurals', async (locale) => {
    const texts = (await loadTexts(locale)) as Texts;
    await loadRest();
    const needed = { en: ['one', 'other'], ru: ['one', 'few', 'many'], ro: ['one', 'few', 'other'] }[locale];
    for (const [key, text] of Object.entries(texts)) {
      for (const [, forms] of text.matchAll(/\{\w+\|([^}]*)\}/g)) {
        const known = forms?.split('|').map((form) => form.split('=')[0]) ?? [];
        for (const form of needed) expect([...known, form === 'few' || form === 'many' ? undefined : form], `${key} ${form}`).toContain(form);
      }
    }
  });

  it('tells refusals that the documentation lists', () => {
    const listed = new Set([...readFileSync('../../docs/errors.md', 'utf8').matchAll(/^\| `(\w+)`/gm)].map(([, code]) => code));
    const told = Object.keys(rest).filter((key) => key.startsWith('refusal.')).map((key) => key.slice('refusal.'.length));
    expect(told.length).toBeGreaterThan(50);
    expect(told.filter((code) => !listed.has(code))).toEqual([]);
  });

  it('chooses the plural of the language', async () => {
    const t = translator(await loadTexts('ru'), 'ru');
    expect([1, 3, 5, 21].map((count) => t('meters.all', { count }))).toEqual(['1 счётчик', '3 счётчика', '5 счётчиков', '21 счётчик']);
  });

  it('keeps a value that was not given visible', () => {
    expect(translator({ ...en, retry: 'Wait {time}' } as Texts, 'en')('retry')).toBe('Wait {time}');
  });
});

describe('amounts', () => {
  it('localise unit and separator', () => {
    expect(formatAmount(1234.5, 'kWh', 'en')).toBe('1,235 kWh');
    expect(formatAmount(12.345, 'kWh', 'ru')).toBe('12,35 кВт·ч');
    expect(formatAmount(0.012, 'm3', 'ro')).toBe('0,012 m³');
  });

  it('show money with the separator of the language', () => {
    expect(formatMoney({ amount: '1511.08', currency: 'MDL' }, 'ro')).toBe('1.511,08 MDL');
    expect(formatMoney({ amount: '3', currency: 'EUR' }, 'en')).toBe('3.00 EUR');
  });

  it('show what is unknown as a dash', () => {
    expect(formatAmount(null, 'kWh', 'en')).toBe('–');
    expect(formatPercent(undefined, 'en')).toBe('–');
  });

  it('never round what is not whole up to whole', () => {
    expect(formatPercent(0.99999, 'en', 2)).toBe('99.99%');
    expect(formatPercent(1, 'en', 2)).toBe('100%');
    expect(formatPercent(0.29, 'en', 0)).toBe('29%');
  });
});

describe('times', () => {
  it('tell the two hours apart that the clock shows twice', () => {
    const first = Date.parse('2026-10-25T00:00:00Z');
    const [one, other] = [first, first + 3_600_000].map((at) => hourRange(at, 'Europe/Berlin', 'en', true));
    expect(one).toMatch(/^02:00–02:00 GMT\+2$/);
    expect(other).toMatch(/^02:00–03:00 GMT\+1$/);
  });

  it('are told in the largest unit that fits', () => {
    expect(ago(0, 3 * 3_600_000, 'en')).toBe('3 hours ago');
  });
});

describe('colours', () => {
  it.each(['light', 'dark'] as const)('%s can be read', (scheme) => {
    const colours = COLOURS[scheme];
    for (const text of ['text', 'quiet', 'accent', 'ok', 'warning', 'critical'] as const) {
      expect(contrast(colours[text], colours.card), text).toBeGreaterThanOrEqual(4.5);
    }
    for (const name of COMMODITIES) expect(contrast(colours[name], colours.card), name).toBeGreaterThanOrEqual(3);
    for (const one of OVERLAY) expect(contrast(one[scheme], colours.card)).toBeGreaterThanOrEqual(3);
  });
});
