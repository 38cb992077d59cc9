import { MantineProvider } from '@mantine/core';
import { fireEvent, render, screen } from '@testing-library/react';
import { CombinedError } from '@urql/core';
import { describe, expect, it, vi } from 'vitest';
import { loadRest } from '@shared/i18n';
import { csv } from '../src/api/download';
import { parseSearch, periodSearch, spanSearch, stringifySearch } from '../src/app/addresses';
import { PreferencesProvider } from '../src/app/preferences';
import { claimsOf, seatOf } from '../src/auth/session';
import { ChartFrame } from '../src/charts/ChartFrame';
import { pathsTo, visibleRows } from '../src/pages/sites/SiteTree';
import { Answer } from '../src/ui/Answer';
import { Rows } from '../src/ui/Rows';
import { UserErrors } from '../src/ui/UserErrors';

const shown = (node: React.ReactNode) => render(<MantineProvider>{node}</MantineProvider>);

describe('Answer', () => {
  it('shows a failure with its code and request, and a way on', () => {
    const retry = vi.fn();
    const error = new CombinedError({ graphQLErrors: [{ message: 'Broken', extensions: { code: 'INTERNAL', id: 'r-17' } }] });
    shown(<Answer result={{ error, fetching: false, stale: false }} retry={retry}>{() => null}</Answer>);
    expect(screen.getByRole('alert').textContent).toContain('INTERNAL');
    expect(screen.getByRole('alert').textContent).toContain('r-17');
    fireEvent.click(screen.getByRole('button'));
    expect(retry).toHaveBeenCalledOnce();
  });

  it('asks for less where asking again would come to the same', () => {
    const error = new CombinedError({ graphQLErrors: [{ message: 'at most 200', extensions: { code: 'COST_LIMIT', id: 'r-18' } }] });
    shown(<Answer result={{ error, fetching: false, stale: false }} retry={() => undefined}>{() => null}</Answer>);
    expect(screen.getByRole('status').textContent).toContain('part of the tree');
    expect(screen.getByRole('status').textContent).toContain('r-18');
    expect(screen.queryByRole('button')).toBeNull();
  });

  it('keeps showing what it has when reading again fails', () => {
    const error = new CombinedError({ networkError: new Error('gone') });
    shown(<Answer result={{ data: 'old', error, fetching: false, stale: false }} retry={() => undefined}>{(data) => <p>{data}</p>}</Answer>);
    expect(screen.getByText('old')).toBeTruthy();
    expect(screen.getByRole('alert').textContent).toContain('OFFLINE');
  });
});

describe('ChartFrame', () => {
  it('says the same as a table', () => {
    shown(<ChartFrame title="T" summary="In words." columns={['Hour', 'kWh']} rows={() => [['01:00', '2.5']]}><i>chart</i></ChartFrame>);
    expect(screen.getByText('In words.')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { pressed: false }));
    expect(screen.getByRole('cell', { name: '2.5' })).toBeTruthy();
    expect(screen.queryByText('chart')).toBeNull();
  });
});

describe('UserErrors', () => {
  it('names code and field', () => {
    shown(<UserErrors errors={[{ code: 'BAD_INDEX', message: 'No number', field: 'line 4' }]} />);
    expect(screen.getByRole('alert').textContent).toBe('No number BAD_INDEX · line 4');
  });

  it('says by its code what is wrong, in the language of the person', async () => {
    localStorage.setItem('balance.locale', 'ru');
    await loadRest();
    shown(<PreferencesProvider><UserErrors errors={[{ code: 'SITE_EXISTS', message: 'A/B is there already', field: 'name' }]} /></PreferencesProvider>);
    const told = (await screen.findByRole('alert')).textContent;
    localStorage.removeItem('balance.locale');
    expect(told).toBe('Место с таким названием там уже есть. SITE_EXISTS · name');
    expect(screen.getByTitle('A/B is there already')).toBeTruthy();
  });
});

describe('tables', () => {
  it('name the column beside each cell, for where rows are cards', () => {
    shown(<Rows label="Houses" columns={[{ title: 'House' }, { title: 'kWh', number: true }]} rows={[['Mill Street 2', 41]]} />);
    expect(screen.getByRole('cell', { name: '41' }).dataset.label).toBe('kWh');
    expect(screen.getAllByRole('row')).toHaveLength(2);
  });
});

describe('tree', () => {
  const site = (path: string) => ({ id: path, name: path, kind: 'CITY', path });

  it('lists the opened parts alone, each with its level', () => {
    const children = new Map([['A', [site('A/B')]], ['A/B', [site('A/B/C')]]]);
    const rows = visibleRows([site('A'), site('Z')], children, new Set(['A']));
    expect(rows.map((row) => [row.path, row.level])).toEqual([['A', 1], ['A/B', 2], ['Z', 1]]);
  });

  it('knows the way to a place', () => {
    expect(pathsTo('A/B/C')).toEqual(['A', 'A/B', 'A/B/C']);
  });
});

describe('addresses', () => {
  it('survive the way into the address and back', () => {
    const search = { path: 'A/B c', days: '7', commodity: 'GAS' } as const;
    expect(periodSearch(parseSearch(stringifySearch({ ...search })))).toEqual(search);
  });

  it('drop what is not a view', () => {
    expect(spanSearch({ span: 'decade', date: '2026-02-31' })).toEqual({ span: undefined, date: undefined });
  });
});

describe('session', () => {
  it('names the seat as sign-in does', () => {
    const token = `x.${btoa(JSON.stringify({ sub: 'user:1', tid: 3, roles: ['manager', 'operator'] }))}.y`;
    expect(seatOf(claimsOf(token))).toBe('3:manager+operator:all');
    expect(seatOf({ sub: '', tid: 3, roles: ['resident'], sites: [4] })).toBe('3:resident:some');
  });
});

describe('csv', () => {
  it('quotes what needs it and runs no formula', () => {
    const rows = [['1,5', '=SUM(A1)'], ['say "so"', null]];
    expect(csv(['a', 'b'], rows)).toBe('\uFEFFa,b\r\n"1,5",\'=SUM(A1)\r\n"say ""so""",\r\n');
  });
});
