import { CombinedError } from '@urql/core';
import { describe, expect, it } from 'vitest';
import { inZone } from '@shared/dates';
import { sureness } from '@shared/units';
import { withoutFailed } from '../src/api/client';
import { saidOf } from '../src/pages/alarms/Queue';

const failed = (...path: (string | number)[]) => new CombinedError({ graphQLErrors: [{ message: 'no', path }] });

describe('an answer in which something failed', () => {
  it('does not tell that what it is about is absent', () => {
    expect(withoutFailed({ data: { node: null }, error: failed('node', 'heatAllocation') }).data).toBeUndefined();
  });

  it('nor what hangs below another answer', () => {
    const told = { viewer: { site: null, tenant: { id: '1' } } };
    expect(withoutFailed({ data: told, error: failed('viewer', 'site', 'balanceGroups', 0, 'missing') }).data).toBeUndefined();
    expect(withoutFailed({ data: told, error: undefined }).data).toBe(told);
    const beside = { viewer: { site: null, alarms: null } };
    expect(withoutFailed({ data: beside, error: failed('viewer', 'alarms') }).data).toBe(beside);
  });

  it('keeps what was told all the same, and what is absent', () => {
    const told = { node: { id: '1', coolant: null } };
    expect(withoutFailed({ data: told, error: failed('node', 'coolant') }).data).toBe(told);
    expect(withoutFailed({ data: { node: null }, error: undefined }).data).toEqual({ node: null });
  });
});

describe('the sentence of an alert', () => {
  const path = 'Valley/Town/Street 5';

  it('leaves out the place that stands beside it', () => {
    expect(saidOf(`${path}: the mains leak.`, path)).toBe('The mains leak.');
    expect(saidOf(`${path}/Entrance 1, Flat 4: it counts too little.`, path)).toBe('Entrance 1, Flat 4: it counts too little.');
  });

  it('stays whole elsewhere', () => {
    expect(saidOf('Other: the mains leak.', path)).toBe('Other: the mains leak.');
    expect(saidOf(`${path}: it leaks.`, undefined)).toBe(`${path}: it leaks.`);
  });
});

describe('sureness', () => {
  it('is never whole', () => {
    expect(sureness(1, 'en')).toBe('>\u00a099%');
    expect(sureness(0.9, 'en')).toBe('90%');
    expect(sureness(0, 'en')).toBe('1%');
  });
});

describe('a refusal', () => {
  it('tells the time of the place', () => {
    expect(inZone('in the hour 2026-11-20T11:00:00+00:00: no', 'Europe/Chisinau', 'en')).toBe('in the hour 20 Nov 2026, 13:00: no');
    expect(inZone('no time at all', 'Europe/Chisinau', 'en')).toBe('no time at all');
  });
});
