/** Profiles of the meters that are laid beside the first one: at most three more. */
import type { Packed } from '@shared/profiles';
import { useEffect, useState } from 'react';
import { useClient } from 'urql';
import { graphql } from '../../api/graphql';

const COMPARED = graphql(`
  query Compared($id: ID!, $from: DateTime!, $to: DateTime!, $step: Duration!) {
    node(id: $id) {
      id
      ... on MeteringPoint {
        name
        meter { id serial }
        profile(from: $from, to: $to, step: $step) { start step timezone unit values quality coverage }
      }
    }
  }
`);

export interface Compared {
  id: string;
  name: string;
  profile: Packed;
}

const NONE: Compared[] = [];

export function useCompared(ids: readonly string[], range: { from: string; to: string; step: string }): Compared[] {
  const client = useClient();
  const [found, setFound] = useState<Compared[]>(NONE);
  const key = ids.slice(0, 3).join(',');
  useEffect(() => {
    let wanted = true;
    const asked = key ? key.split(',') : [];
    if (asked.length === 0) {
      setFound(NONE);
      return;
    }
    const ask = asked.map(async (id): Promise<Compared | null> => {
      const { data } = await client.query(COMPARED, { id, ...range }).toPromise();
      const node = data?.node;
      return node && 'profile' in node ? { id, name: node.meter?.serial ?? node.name, profile: node.profile } : null;
    });
    void Promise.all(ask).then((all) => wanted && setFound(all.filter((one) => one !== null)));
    return () => {
      wanted = false;
    };
  }, [client, key, range.from, range.to, range.step]);
  return found;
}
