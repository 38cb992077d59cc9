import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inkOn, contrast } from '@shared/tokens';
import { navigation } from '../src/app/navigation';
import type { Viewer } from '../src/app/viewer';
import { KINDS } from '../src/pages/alarms/kinds';
import { aboutOf, limitOf, usualLimit } from '../src/pages/rules/documents';

const brand = { name: null, colour: null, colourDark: null, logoUrl: null };

function viewer(permissions: string[], partner: Viewer['partner'] = null): Viewer {
  const held = new Set(permissions);
  return { permissions: held, tenant: { id: '1', name: 'A', timezone: 'UTC', locale: 'en', brand }, partner, tops: [], may: (one) => held.has(one) };
}

describe('navigation', () => {
  const administers = ['partner:admin', 'members:write', 'clients:write', 'audit:read', 'health:read'];
  const places = (one: Viewer) => navigation(one).flatMap((section) => section.places.map((place) => place.to));

  it('shows a partner its organisations in its office alone', () => {
    expect(places(viewer(administers, { name: 'P' }))).toEqual(['/tenants', '/members', '/audit']);
    expect(places(viewer(administers))).not.toContain('/tenants');
    expect(places(viewer(administers))).toContain('/alarms');
  });

  it('shows nothing of meters to who may not see them', () => {
    expect(places(viewer(['alerts:read']))).toEqual(['/alarms', '/rules']);
    expect(places(viewer([]))).toEqual([]);
  });
});

describe('rules', () => {
  it('of limits name whose they are, and those of balances are of no meter', () => {
    for (const kind of KINDS) {
      const about = aboutOf(kind);
      expect(about.length, kind).toBeGreaterThan(0);
      const own = ['hour', 'day', 'month', 'away'].includes(limitOf(kind) ?? '');
      expect(about.includes('all'), kind).toBe(!own);
      if (['less', 'more'].includes(limitOf(kind) ?? '')) expect(about).not.toContain('meter');
      if (usualLimit(kind) !== null) expect(limitOf(kind), kind).not.toBeNull();
    }
  });
});

describe('inkOn', () => {
  it('is the easier of black and white to read', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffff }), (number) => {
        const colour = `#${number.toString(16).padStart(6, '0')}`;
        expect(contrast(inkOn(colour), colour)).toBeGreaterThanOrEqual(4.5);
      }),
    );
  });
});
