/**
 * The balances below a site, ranked by the share that is lost.
 *
 * First the nodes that have a balance meter, by the structure alone; then the hours of each, some at
 * a time, so that the table fills while the rest is read.
 */
import { sumImbalance, type BalanceSum } from '@shared/balances';
import type { Commodity } from '@shared/tokens';
import type { Client, CombinedError } from '@urql/core';
import { useCallback, useEffect, useState } from 'react';
import { useClient } from 'urql';
import { graphql } from '../../api/graphql';

const STRUCTURE = graphql(`
  query BalanceStructure($path: String!) {
    viewer {
      site(path: $path) {
        id name path balanceGroups { id commodity inlets { id } }
        children { id name path balanceGroups { id commodity inlets { id } }
          children { id name path balanceGroups { id commodity inlets { id } }
            children { id name path balanceGroups { id commodity inlets { id } }
              children { id name path balanceGroups { id commodity inlets { id } }
                children { id name path balanceGroups { id commodity inlets { id } } } } } } }
      }
    }
  }
`);
const HOURS = graphql(`
  query RankedHours($id: ID!, $from: DateTime!, $to: DateTime!) {
    node(id: $id) { id ... on BalanceGroup { imbalance(from: $from, to: $to) { start unit supplied delivered imbalance coverage } } }
  }
`);

const AT_ONCE = 6;

interface StructureSite {
  id: string;
  name: string;
  path: string;
  balanceGroups: { id: string; commodity: string; inlets: { id: string }[] }[];
  children?: StructureSite[];
}

interface Node {
  id: string;
  name: string;
  path: string;
}

export type RankedRow = Node & BalanceSum & { unit: string };

/** Groups of a commodity that have a balance meter, at the site and below. */
export function meteredNodes(site: StructureSite, commodity: string): Node[] {
  const own = site.balanceGroups
    .filter((group) => group.commodity === commodity && group.inlets.length > 0)
    .map((group) => ({ id: group.id, name: site.name, path: site.path }));
  return [...own, ...(site.children ?? []).flatMap((child) => meteredNodes(child, commodity))];
}

async function readRow(client: Client, node: Node, range: { from: string; to: string }): Promise<RankedRow | null> {
  const { data, error } = await client.query(HOURS, { id: node.id, ...range }).toPromise();
  if (error) throw error;
  const found = data?.node && 'imbalance' in data.node ? data.node.imbalance : null;
  return found && { ...node, unit: found.unit, ...sumImbalance(found) };
}

export interface Ranked {
  rows: RankedRow[] | null;
  waiting: number;
  error: CombinedError | undefined;
  again: () => void;
}

export function useRanked(path: string, commodity: Commodity, range: { from: string; to: string }): Ranked {
  const client = useClient();
  const [version, setVersion] = useState(0);
  const [state, setState] = useState<Omit<Ranked, 'again'>>({ rows: null, waiting: 0, error: undefined });
  useEffect(() => {
    let wanted = true;
    const read = async () => {
      setState({ rows: null, waiting: 0, error: undefined });
      const { data, error } = await client.query(STRUCTURE, { path }).toPromise();
      if (!wanted) return;
      if (error) return setState({ rows: null, waiting: 0, error });
      const nodes = data?.viewer.site ? meteredNodes(data.viewer.site, commodity) : [];
      const rows: RankedRow[] = [];
      if (nodes.length === 0) setState({ rows, waiting: 0, error: undefined });
      for (let start = 0; start < nodes.length && wanted; start += AT_ONCE) {
        const found = await Promise.all(nodes.slice(start, start + AT_ONCE).map((node) => readRow(client, node, range)));
        rows.push(...found.filter((row) => row !== null));
        rows.sort((a, b) => (b.share ?? -Infinity) - (a.share ?? -Infinity));
        if (wanted) setState({ rows: [...rows], waiting: Math.max(0, nodes.length - start - AT_ONCE), error: undefined });
      }
    };
    read().catch((error: CombinedError) => wanted && setState({ rows: null, waiting: 0, error }));
    return () => {
      wanted = false;
    };
  }, [client, path, commodity, range.from, range.to, version]);
  return { ...state, again: useCallback(() => setVersion((known) => known + 1), []) };
}
