import { CombinedError } from '@urql/core';
import { act, renderHook } from '@testing-library/react';
import { Provider, type Client, type GraphQLRequest } from 'urql';
import { fromValue, merge, never } from 'wonka';
import { describe, expect, it } from 'vitest';
import { useRanked } from '../src/pages/balance/useRanked';

const RANGE = { from: '2026-11-01T00:00:00Z', to: '2026-11-08T00:00:00Z' };
const ROW = { groupId: 'g', name: 'House 1', path: 'A/House 1', unit: 'kWh', supplied: 4, delivered: 3, imbalance: 1, share: 0.25, coverage: 1, hours: 168, judged: 168 };
const LAST = { hasNextPage: false, endCursor: 'c9' };

type Told = object | null;
type Answer = (name: string, variables: Record<string, unknown>) => Told;

/** What a server answers by what it is asked for, and the questions that it was asked. */
function ranked(answer: Answer) {
  const asked: { name: string; variables: Record<string, unknown> }[] = [];
  const nameOf = ({ definitions: [first] }: GraphQLRequest['query']) => (first && 'name' in first ? (first.name?.value ?? '') : '');
  const tell = (name: string, variables: Record<string, unknown>) => {
    asked.push({ name, variables });
    return answer(name, variables);
  };
  const client = {
    executeQuery: ({ query, variables }: GraphQLRequest) => {
      const told = tell(nameOf(query), variables as Record<string, unknown>);
      return told === null ? never : merge([fromValue({ ...told, stale: false, hasNext: false }), never]);
    },
    query: (query: GraphQLRequest['query'], variables: Record<string, unknown>) => ({ toPromise: () => Promise.resolve(tell(nameOf(query), variables)) }),
    suspense: false,
  } as unknown as Client;
  const { result, rerender } = renderHook(({ days }) => useRanked('A', 'ELECTRICITY', { ...RANGE, from: `2026-11-0${days}T00:00:00Z` }, 5), {
    wrapper: ({ children }) => <Provider value={client}>{children}</Provider>,
    initialProps: { days: 1 },
  });
  return { result, rerender, asked };
}

const PLACE = { data: { viewer: { site: { id: 's1' } } } };
const page = (names: string[], pageInfo: object = LAST) => ({ data: { viewer: { balanceRanking: { total: 1000, pageInfo, rows: names.map((name) => ({ ...ROW, name })) } } } });
const refused = new CombinedError({ graphQLErrors: [{ message: 'no', extensions: { code: 'UNAVAILABLE' } }] });

describe('the ranking of balances', () => {
  it('asks once for those below the place', () => {
    const { result, asked } = ranked((name) => (name === 'RankedPlace' ? PLACE : page(['House 1'])));
    expect([result.current.rows, result.current.total, result.current.more]).toEqual([[ROW], 1000, false]);
    const questions = asked.filter((one) => one.name === 'BalanceRanking');
    expect(questions.length).toBeGreaterThan(0);
    expect(questions[0]?.variables).toMatchObject({ under: 's1', first: 5, after: null, commodity: 'ELECTRICITY', ...RANGE });
  });

  it('waits for the place, and has nothing where there is none', () => {
    expect(ranked(() => null).result.current.rows).toBeNull();
    const { result, asked } = ranked(() => ({ data: { viewer: { site: null } } }));
    expect(result.current.rows).toEqual([]);
    expect(asked.every((one) => one.name === 'RankedPlace')).toBe(true);
  });

  it('tells what failed, be it the place or the ranking, and asks both again', () => {
    let fails = true;
    const { result, asked } = ranked((name) => (fails ? { error: refused } : name === 'RankedPlace' ? PLACE : page(['House 1'])));
    expect(result.current.error).toBe(refused);
    expect(result.current.rows).toBeNull();
    fails = false;
    act(() => result.current.again());
    expect(result.current.error).toBeUndefined();
    expect(result.current.rows).toEqual([ROW]);
    expect(asked.filter((one) => one.name === 'RankedPlace').length).toBeGreaterThan(1);
    const later = ranked((name) => (name === 'RankedPlace' ? PLACE : { error: refused }));
    expect(later.result.current.error).toBe(refused);
    expect(later.result.current.rows).toBeNull();
  });

  it('adds page after page, keeps them when one fails, and forgets them for another question', async () => {
    let fails = false;
    const { result, rerender, asked } = ranked((name, { after }) => {
      if (name === 'RankedPlace') return PLACE;
      if (after === null) return page(['House 1'], { hasNextPage: true, endCursor: 'c1' });
      if (after === 'c1') return page(['House 2'], { hasNextPage: true, endCursor: 'c2' });
      return fails ? { error: refused } : page(['House 3']);
    });
    const names = () => result.current.rows?.map((row) => row.name);
    const next = () => act(async () => result.current.next());
    expect(result.current.more).toBe(true);
    await next();
    expect(names()).toEqual(['House 1', 'House 2']);
    fails = true;
    await next();
    expect([names(), result.current.moreError, result.current.more]).toEqual([['House 1', 'House 2'], refused, true]);
    fails = false;
    await next();
    expect([names(), result.current.moreError, result.current.more]).toEqual([['House 1', 'House 2', 'House 3'], undefined, false]);
    expect(asked.at(-1)?.variables).toMatchObject({ under: 's1', after: 'c2' });
    rerender({ days: 2 });
    expect([names(), result.current.more]).toEqual([['House 1'], true]);
  });
});
