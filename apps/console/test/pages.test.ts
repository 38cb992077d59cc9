import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inkOn, contrast } from '@shared/tokens';
import { addressOf, shownIn, wayTo } from '../src/app/nodes';
import { navigation } from '../src/app/navigation';
import type { Viewer } from '../src/app/viewer';
import { KINDS } from '../src/pages/alarms/kinds';
import { inOrder, ROLES, withMore, type Point, type Role } from '../src/pages/draw/documents';
import { aboutOf, limitOf } from '../src/pages/rules/documents';

const brand = { name: null, colour: null, colourDark: null, logoUrl: null };

function viewer(permissions: string[], partner: Viewer['partner'] = null): Viewer {
  const held = new Set(permissions);
  return { permissions: held, tenant: { id: '1', name: 'A', timezone: 'UTC', locale: 'en', brand, mapTiles: null }, partner, tops: [], may: (one) => held.has(one) };
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
    }
  });
});

describe('drawing a group', () => {
  const point = (id: string, role: Role): Point => ({ id, name: id, role, meter: null, premise: null, site: { id: 's', path: 'A/B' } });
  const points = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.constantFrom(...ROLES)).map(([id, role]) => point(id, role)));

  it('takes each meter once, with the role that was chosen first', () => {
    fc.assert(
      fc.property(points, points, (first, more) => {
        const chosen = withMore([], first.filter((one, at) => first.findIndex((each) => each.id === one.id) === at));
        const all = withMore(chosen, more.filter((one, at) => more.findIndex((each) => each.id === one.id) === at));
        expect(new Set(all.map((one) => one.id)).size).toBe(all.length);
        for (const one of chosen) expect(all).toContain(one);
      }),
    );
  });

  it('names inlets first', () => {
    const shown = inOrder([point('a', 'CONSUMER'), point('c', 'INLET'), point('b', 'INLET')]).map((one) => one.id);
    expect(shown).toEqual(['b', 'c', 'a']);
  });
});

describe('the place switcher', () => {
  const node = { id: 'n1', name: 'B', path: 'A/B' };

  it('keeps the page and its filters, and names the place as the page does', () => {
    expect(addressOf('/balances', { days: '7', path: 'X' }, node)).toEqual({ to: '/balances', search: { days: '7', path: 'A/B' } });
    expect(addressOf('/meters', { q: 'mill' }, node)).toEqual({ to: '/meters', search: { q: 'mill', under: 'n1' } });
    expect(addressOf('/meters', { q: 'mill', under: 'x' }, null)).toEqual({ to: '/meters', search: { q: 'mill', under: undefined } });
    expect(addressOf('/meters/m1', { span: 'day' }, node)).toEqual({ to: '/sites', search: { path: 'A/B' } });
  });

  it('reads from an address what it wrote into it', () => {
    for (const page of ['/sites', '/balances', '/delivery', '/acceptance', '/meters', '/map', '/alarms']) {
      const { to, search } = addressOf(page, {}, node);
      expect(shownIn(to, search)).toEqual('path' in search ? { path: 'A/B' } : { under: 'n1' });
    }
    expect(shownIn('/commands', { path: 'A' })).toEqual({});
  });

  it('knows the way', () => expect(wayTo('A/B/C')).toEqual(['A', 'A/B', 'A/B/C']));
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
