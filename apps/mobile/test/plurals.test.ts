import { RULES } from '@/i18n/plurals';
import fc from 'fast-check';

describe('plurals', () => {
  for (const language of ['en', 'ru', 'ro'] as const) {
    it(`of ${language} are those of CLDR`, () => {
      const rules = new Intl.PluralRules(language);
      fc.assert(fc.property(fc.nat(2_000_000), (count) => RULES[language]?.(count) === rules.select(count)));
    });
  }
});
