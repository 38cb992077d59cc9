/** The balances below a site, ranked by the share that is lost: one question a page, whatever their number. */
import type { Commodity } from '@shared/tokens';
import type { CombinedError } from '@urql/core';
import { useCallback, useState } from 'react';
import { useClient, useQuery } from 'urql';
import { graphql, type ResultOf } from '../../api/graphql';

const RANKING = graphql(`
  query BalanceRanking($commodity: Commodity!, $from: DateTime!, $to: DateTime!, $under: ID, $first: Int!, $after: String) {
    viewer {
      balanceRanking(commodity: $commodity, from: $from, to: $to, under: $under, first: $first, after: $after) {
        total
        pageInfo { hasNextPage endCursor }
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
  /** Whether there are more, whether they are being asked for, and what came instead of them. */
  more: boolean;
  fetching: boolean;
  moreError: CombinedError | undefined;
  next: () => void;
  again: () => void;
}

/** Pages after the first one. */
interface Later {
  key: string;
  rows: readonly RankedRow[];
  end: { hasNextPage: boolean; endCursor: string | null } | null;
  fetching: boolean;
  error?: CombinedError | undefined;
}

export function useRanked(path: string, commodity: Commodity, range: { from: string; to: string }, first: number): Ranked {
  const [place, askPlace] = useQuery({ query: PLACE, variables: { path }, pause: !path });
  const under = place.data?.viewer.site?.id;
  const variables = { ...range, commodity, under: under ?? null, first };
  const [{ data, error }, ask] = useQuery({ query: RANKING, variables: { ...variables, after: null }, pause: under === undefined });
  const told = under === undefined ? undefined : data?.viewer.balanceRanking;
  // A place that is not there has no balances.
  const absent = place.data !== undefined && place.data !== null && under === undefined;
  const client = useClient();
  const key = JSON.stringify(variables);
  const none: Later = { key, rows: [], end: null, fetching: false };
  const [known, setLater] = useState<Later>(none);
  const later = known.key === key ? known : none;
  const end = later.end ?? told?.pageInfo;
  const next = async () => {
    setLater({ ...later, fetching: true, error: undefined });
    const { data: page, error: refused } = await client.query(RANKING, { ...variables, after: end?.endCursor ?? null }, { requestPolicy: 'network-only' }).toPromise();
    const found = page?.viewer.balanceRanking;
    const come = { ...later, rows: [...later.rows, ...(found?.rows ?? [])], end: found?.pageInfo ?? later.end, fetching: false, error: refused };
    // Whoever looks at something else by now does not want them.
    setLater((now) => (now.key === key && now.fetching ? come : now));
  };
  return {
    rows: told ? [...told.rows, ...later.rows] : absent ? [] : null,
    total: told?.total ?? 0,
    error: place.error ?? error,
    more: end?.hasNextPage ?? false,
    fetching: later.fetching,
    moreError: later.error,
    next: () => void next(),
    again: useCallback(() => {
      setLater((now) => ({ ...now, key: '' }));
      askPlace({ requestPolicy: 'network-only' });
      ask({ requestPolicy: 'network-only' });
    }, [askPlace, ask]),
  };
}
