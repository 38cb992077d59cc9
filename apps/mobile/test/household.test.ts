import { codeIn } from '@/api/invitations';
import { supplyOf, stepsDone, failed } from '@/control/steps';
import { amountText, KWH_PER_GCAL, shownUnit } from '@/household/amounts';
import { conditionOf } from '@/household/condition';
import { homesOf, type MeteringPoint } from '@/household/homes';
import { worth } from '@/home/IndicatorsCard';
import { numberIn } from '@/ui/Field';
import { COLOURS, contrast } from '@shared/tokens';
import { PALETTE } from '@shared/palette';

const point = (id: string, commodity: MeteringPoint['commodity'], premise: string | null, path = 'Town/Mill Street 2'): MeteringPoint => ({
  id, name: id, commodity, role: 'CONSUMER', quantity: 'ACTIVE', meter: { id: `m${id}`, serial: id },
  premise: premise === null ? null : { id: premise, name: `Flat ${premise}`, areaM2: null, persons: null },
  site: { id: path, name: 'Mill Street 2', path, timezone: 'Europe/Chisinau' },
});

describe('homes', () => {
  it('are flats with their meters in the order of resources', () => {
    const homes = homesOf([point('3', 'GAS', '2'), point('2', 'WATER_COLD', '2'), point('1', 'ELECTRICITY', '2'), point('4', 'ELECTRICITY', '10')]);
    expect(homes.map(({ flat }) => flat)).toEqual(['Flat 2', 'Flat 10']);
    expect(homes[0]?.points.map(({ commodity }) => commodity)).toEqual(['ELECTRICITY', 'WATER_COLD', 'GAS']);
    expect(homes[0]?.zone).toBe('Europe/Chisinau');
  });
});

describe('amounts', () => {
  it('are shown in the units that were chosen, and unknown ones as a dash', () => {
    expect(shownUnit('m3', 'WATER_HOT', { water: 'l', heat: 'kWh' })).toEqual({ unit: 'l', factor: 1000 });
    expect(shownUnit('m3', 'GAS', { water: 'l', heat: 'kWh' })).toEqual({ unit: 'm3', factor: 1 });
    expect(shownUnit('kWh', 'HEAT', { water: 'm3', heat: 'Gcal' }).factor * KWH_PER_GCAL).toBeCloseTo(1);
    expect(shownUnit('kWh', 'ELECTRICITY', { water: 'm3', heat: 'Gcal' }).unit).toBe('kWh');
    expect(amountText(1234.5, 'l', 'ru')).toMatch(/^1\s?23[45] л$/);
    expect(amountText(null, 'kWh', 'en')).toBe('–');
  });

  it('are read as people of each language write them', () => {
    expect(numberIn('2,5')).toBe(2.5);
    expect(numberIn('1 234.5')).toBe(1234.5);
    for (const wrong of ['', 'a', '-1', '1e3', '1.2.3']) expect(numberIn(wrong)).toBeNull();
  });
});

describe('the state of a meter', () => {
  const status = (bit: 'LOW_BATTERY' | 'MAGNET', endedAt: string) => ({ node: { status: bit, beganAt: '2026-11-01T00:00:00Z', endedAt } });
  const readingAt = { at: '2026-11-05T10:00:00Z', value: 1, unit: 'm3', meterSerial: '1' };
  const now = Date.parse('2026-11-05T10:30:00Z');

  it('is what was reported up to the last hour that came', () => {
    const told = conditionOf({ readingAt, statusPeriods: { edges: [status('LOW_BATTERY', '2026-11-05T10:00:00Z'), status('MAGNET', '2026-11-03T00:00:00Z')] } }, now);
    expect(told).toEqual({ seen: Date.parse(readingAt.at), low: true, statuses: ['LOW_BATTERY'] });
  });

  it('is unknown before the first hour', () => {
    expect(conditionOf({ readingAt: null, statusPeriods: { edges: [status('MAGNET', '2026-11-05T10:00:00Z')] } }, now)).toEqual({ seen: null, low: false, statuses: [] });
  });
});

describe('a command', () => {
  it('is told by the steps that are behind it', () => {
    expect((['DRAFT', 'QUEUED', 'LEASED', 'DELIVERED', 'EXECUTED', 'VERIFIED'] as const).map(stepsDone)).toEqual([0, 1, 2, 2, 3, 3]);
    expect((['FAILED', 'EXPIRED', 'REJECTED', 'CANCELLED'] as const).every(failed)).toBe(true);
    expect(failed('EXECUTED')).toBe(false);
  });

  it('leaves the supply as the newest switch that was done', () => {
    const one = (state: 'EXECUTED' | 'FAILED' | 'QUEUED', supply: 'ON' | 'OFF') => ({ kind: 'SWITCH_SUPPLY' as const, state, supply });
    expect(supplyOf([one('QUEUED', 'ON'), one('FAILED', 'ON'), one('EXECUTED', 'OFF'), one('EXECUTED', 'ON')])).toBe('OFF');
    expect(supplyOf([one('QUEUED', 'OFF')])).toBeNull();
  });
});

describe('an invitation', () => {
  it('is found in a link as in a code that is typed', () => {
    for (const text of ['42-K7WD-M2XP-9FQH-TZ4C', ' 42-k7wd m2xp-9fqh-tz4c ', 'https://balance.example/app/invite/42-K7WD-M2XP-9FQH-TZ4C']) {
      expect(codeIn(text)?.replaceAll('-', '')).toBe('42K7WDM2XP9FQHTZ4C');
    }
    for (const text of ['', 'nothing', 'https://balance.example/app/', '<script>']) expect(codeIn(text)).toBeNull();
  });
});

describe('indicators', () => {
  it('have a good direction each', () => {
    expect([worth(0.8, 'low'), worth(1, 'low'), worth(1.3, 'low')]).toEqual(['good', 'plain', 'watch']);
    expect([worth(0.8, 'none'), worth(1.05, 'none'), worth(1.3, 'none')]).toEqual(['watch', 'plain', 'watch']);
  });
});

it.each(['light', 'dark'] as const)('colours of meters stand out on cards, %s', (scheme) => {
  for (const one of PALETTE) expect([one.name, contrast(one[scheme], COLOURS[scheme].card) >= 3]).toEqual([one.name, true]);
  expect(new Set(PALETTE.map((one) => one[scheme])).size).toBe(12);
});
