import { en } from '@/i18n/en';
import { ro } from '@/i18n/ro';
import { ru } from '@/i18n/ru';
import { ago } from '@/i18n/ago';
import i18next from 'i18next';
import '@/i18n';
import type { Translate } from '@/i18n';

const FORMS = { en: ['one', 'other'], ru: ['one', 'few', 'many', 'other'], ro: ['one', 'few', 'other'] } as const;
const stem = (key: string) => key.replace(/_(one|few|many|other)$/, '');
const counted = new Set(Object.keys(en).filter((key) => /_(one|other)$/.test(key)).map(stem));
const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

describe.each([['ru', ru], ['ro', ro]] as const)('texts in %s', (locale, texts) => {
  it('say everything that English says, in all forms of their plurals', () => {
    const wanted = [...Object.keys(en).filter((key) => !counted.has(stem(key))), ...[...counted].flatMap((key) => FORMS[locale].map((form) => `${key}_${form}`))];
    expect(Object.keys(texts).sort()).toEqual(wanted.sort());
  });

  it('name the same values, and are not left in English', () => {
    const plain = Object.entries(texts).filter(([key]) => !counted.has(stem(key)));
    for (const [key, text] of plain) expect([key, names(text)]).toEqual([key, names((en as Record<string, string>)[key] ?? '')]);
    // Units, brands and words that are the same in two languages.
    const same = plain.filter(([key, text]) => text === (en as Record<string, string>)[key] && /[a-z]{4}/i.test(text)).map(([key]) => key);
    expect(same.length).toBeLessThan(16);
  });
});

it('counts in each language by its own rules', async () => {
  const hours = async (locale: string, count: number) => {
    await i18next.changeLanguage(locale);
    return ago(i18next.t as unknown as Translate, 0, count * 3_600_000);
  };
  expect(await hours('en', 1)).toBe('1 hour ago');
  expect(await hours('en', 5)).toBe('5 hours ago');
  expect(await hours('ru', 2)).toBe('2 часа назад');
  expect(await hours('ru', 5)).toBe('5 часов назад');
  expect(await hours('ru', 21)).toBe('21 час назад');
  expect(await hours('ro', 2)).toBe('acum 2 ore');
  expect(await hours('ro', 21)).toBe('acum 21 de ore');
});
