/** Hermes has no Intl.PluralRules: the cardinal rules of CLDR for the languages of the app. */

type Category = 'one' | 'few' | 'many' | 'other';

const whole = (count: number) => Number.isInteger(count);

export const RULES: Record<string, (count: number) => Category> = {
  en: (count) => (count === 1 ? 'one' : 'other'),
  ru: (count) => {
    if (!whole(count)) return 'other';
    const [ten, hundred] = [Math.abs(count) % 10, Math.abs(count) % 100];
    if (ten === 1 && hundred !== 11) return 'one';
    return ten >= 2 && ten <= 4 && (hundred < 12 || hundred > 14) ? 'few' : 'many';
  },
  ro: (count) => {
    if (count === 1) return 'one';
    const hundred = Math.abs(count) % 100;
    return !whole(count) || count === 0 || (hundred >= 1 && hundred <= 19) ? 'few' : 'other';
  },
};

const CATEGORIES: Record<string, Category[]> = {
  en: ['one', 'other'],
  ru: ['one', 'few', 'many', 'other'],
  ro: ['one', 'few', 'other'],
};

class Rules {
  readonly #language: string;

  constructor(tag?: string | string[]) {
    const language = String(tag ?? 'en').split('-')[0] ?? 'en';
    this.#language = language in RULES ? language : 'en';
  }

  select(count: number): Category {
    return RULES[this.#language]?.(count) ?? 'other';
  }

  resolvedOptions() {
    return { locale: this.#language, pluralCategories: CATEGORIES[this.#language] ?? [] };
  }
}

export function providePlurals(): void {
  if (typeof Intl.PluralRules === 'undefined') (Intl as { PluralRules: unknown }).PluralRules = Rules;
}
