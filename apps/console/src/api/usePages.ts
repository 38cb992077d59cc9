/** A list in pages: each page is a query of its own, and stays. */
import type { AnyVariables, CombinedError, TypedDocumentNode } from '@urql/core';
import { useCallback, useEffect, useState } from 'react';
import { useClient } from 'urql';

interface Connection<Node> {
  edges: { node: Node }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

export interface Paged<Node> {
  nodes: Node[];
  more: boolean;
  fetching: boolean;
  error: CombinedError | undefined;
  next: () => void;
  again: () => void;
}

export function usePages<Data, Variables extends AnyVariables, Node>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Omit<Variables, 'after'>,
  pick: (data: Data) => Connection<Node> | null | undefined,
): Paged<Node> {
  const client = useClient();
  const [version, setVersion] = useState(0);
  const [state, setState] = useState<{ nodes: Node[]; after: string | null; more: boolean; fetching: boolean; error?: CombinedError | undefined }>({ nodes: [], after: null, more: false, fetching: true });
  const key = JSON.stringify(variables);
  const load = useCallback(
    async (after: string | null) => {
      setState((known) => ({ ...known, fetching: true, error: undefined }));
      const { data, error } = await client.query(query, { ...(JSON.parse(key) as object), after } as unknown as Variables, { requestPolicy: 'network-only' }).toPromise();
      const found = data ? pick(data) : null;
      setState((known) => ({
        nodes: found ? [...(after ? known.nodes : []), ...found.edges.map((edge) => edge.node)] : known.nodes,
        after: found?.pageInfo.endCursor ?? null,
        more: found?.pageInfo.hasNextPage ?? false,
        fetching: false,
        error,
      }));
    },
    [client, query, key],
  );
  useEffect(() => void load(null), [load, version]);
  return {
    nodes: state.nodes,
    more: state.more,
    fetching: state.fetching,
    error: state.error,
    next: () => void load(state.after),
    again: useCallback(() => setVersion((known) => known + 1), []),
  };
}
