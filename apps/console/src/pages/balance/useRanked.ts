/** The balances below a site, ranked by the share that is lost: one question, whatever their number. */
import type { Commodity } from '@shared/tokens';
import type { CombinedError } from '@urql/core';
import { useCallback } from 'react';
import { useQuery } from 'urql';
import { graphql, type ResultOf } from '../../api/graphql';

const RANKING = graphql(`
  query BalanceRanking($commodity: Commodity!, $from: DateTime!, $to: DateTime!, $under: ID, $first: Int!) {
    viewer {
      balanceRanking(commodity: $commodity, from: $from, to: $to, under: $under, first: $first) {
        total
        rows { groupId name path unit supplied delivered imbalance share coverage hours judged }
      }
    }
  }
`);
const PLACE = graphql(`query RankedPlace($path: String!) { viewer { site(path: $path) { id } } }`);

export type RankedRow = ResultOf<typeof RANKING>['viewer']['balanceRanking']['rows'][number];

export interface Ranked {
  rows: readonly RankedRow[] | null;
  /** Of how many the rows are those that lose most. */
  total: number;
  error: CombinedError | undefined;
  again: () => void;
}

export function useRanked(path: string, commodity: Commodity, range: { from: string; to: string }, first: number): Ranked {
  const [place, askPlace] = useQuery({ query: PLACE, variables: { path }, pause: !path });
  const under = place.data?.viewer.site?.id;
  const [{ data, error }, ask] = useQuery({ query: RANKING, variables: { ...range, commodity, under: under ?? null, first }, pause: under === undefined });
  const told = under === undefined ? undefined : data?.viewer.balanceRanking;
  // A place that is not there has no balances.
  const absent = place.data !== undefined && place.data !== null && under === undefined;
  return {
    rows: told?.rows ?? (absent ? [] : null),
    total: told?.total ?? 0,
    error: place.error ?? error,
    again: useCallback(() => {
      askPlace({ requestPolicy: 'network-only' });
      ask({ requestPolicy: 'network-only' });
    }, [askPlace, ask]),
  };
}
