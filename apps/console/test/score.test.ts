import { describe, expect, it } from 'vitest';
import type { Translate } from '@shared/i18n';
import { scoreOf } from '../src/pages/profile/ProfileSection';

const t: Translate = (key, values) => `${key} ${Object.entries(values ?? {}).map((pair) => pair.join(' ')).sort().join(', ')}`;

describe('how good forecasts were', () => {
  it('is told beside the day before, where that is known', () => {
    const score = { wape: 0.123, wapeLag24: 0.181, covered: 0.806 };
    expect(scoreOf(score, t, 'en')).toBe('forecast.scoreBeside before 18.1%, covered 80.6%, wape 12.3%');
    expect(scoreOf({ ...score, wapeLag24: null }, t, 'en')).toBe('forecast.score covered 80.6%, wape 12.3%');
  });

  it('is nothing while nothing was scored', () => {
    expect(scoreOf({ wape: null, wapeLag24: null, covered: null }, t, 'en')).toBe('');
  });
});
