import { renderHook } from '@testing-library/react';
import { Provider, type Client, type GraphQLRequest } from 'urql';
import { fromValue, never } from 'wonka';
import { describe, expect, it } from 'vitest';
import { useRanked } from '../src/pages/balance/useRanked';

const RANGE = { from: '2026-11-01T00:00:00Z', to: '2026-11-08T00:00:00Z' };
const ROW = { groupId: 'g', name: 'House 1', path: 'A/House 1', unit: 'kWh', supplied: 4, delivered: 3, imbalance: 1, share: 0.25, coverage: 1, hours: 168, judged: 168 };

/** What a server answers by what it is asked for, and the questions that it was asked. */
function ranked(answer: (name: string) => object | null) {
  const asked: { name: string; variables: unknown }[] = [];
  const executeQuery = ({ query, variables }: GraphQLRequest) => {
    const [definition] = query.definitions;
    const name = definition && 'name' in definition ? (definition.name?.value ?? '') : '';
    asked.push({ name, variables });
    const told = answer(name);
    return told === null ? never : fromValue({ ...told, stale: false, hasNext: false });
  };
  const client = { executeQuery, suspense: false } as unknown as Client;
  const { result } = renderHook(() => useRanked('A', 'ELECTRICITY', RANGE, 5), { wrapper: ({ children }) => <Provider value={client}>{children}</Provider> });
  return { told: result.current, asked };
}

const PLACE = { data: { viewer: { site: { id: 's1' } } } };

describe('the ranking of balances', () => {
  it('asks once for those below the place', () => {
    const { told, asked } = ranked((name) => (name === 'RankedPlace' ? PLACE : { data: { viewer: { balanceRanking: { total: 1000, rows: [ROW] } } } }));
    expect([told.rows, told.total]).toEqual([[ROW], 1000]);
    const questions = asked.filter((one) => one.name === 'BalanceRanking');
    expect(questions.length).toBeGreaterThan(0);
    expect(questions[0]?.variables).toMatchObject({ under: 's1', first: 5, commodity: 'ELECTRICITY', ...RANGE });
  });

  it('waits for the place, and has nothing where there is none', () => {
    expect(ranked(() => null).told.rows).toBeNull();
    const { told, asked } = ranked(() => ({ data: { viewer: { site: null } } }));
    expect(told.rows).toEqual([]);
    expect(asked.every((one) => one.name === 'RankedPlace')).toBe(true);
  });
});
