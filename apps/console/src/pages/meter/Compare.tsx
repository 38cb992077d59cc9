/** Choose up to three more meters of the same place to lay beside this one. */
import { MultiSelect } from '@mantine/core';
import type { Commodity } from '@shared/tokens';
import { useQuery } from 'urql';
import { graphql } from '../../api/graphql';
import { useT } from '../../app/preferences';

const NEIGHBOURS = graphql(`
  query Neighbours($under: ID!, $commodity: Commodity) {
    viewer { meteringPoints(first: 100, under: $under, commodity: $commodity) { edges { node { id name meter { id serial } premise { id name } } } } }
  }
`);

interface CompareProps {
  point: string;
  site: string;
  commodity: Commodity;
  chosen: string[];
  onChange: (ids: string[]) => void;
}

export function Compare({ point, site, commodity, chosen, onChange }: CompareProps) {
  const t = useT();
  const [{ data }] = useQuery({ query: NEIGHBOURS, variables: { under: site, commodity } });
  const others = (data?.viewer.meteringPoints.edges ?? []).map((edge) => edge.node).filter((node) => node.id !== point);
  if (others.length === 0) return null;
  return (
    <MultiSelect
      aria-label={t('compare.label')}
      placeholder={chosen.length ? '' : t('compare.prompt')}
      data={others.map((node) => ({ value: node.id, label: `${node.meter?.serial ?? node.name}${node.premise ? ` · ${node.premise.name}` : ''}` }))}
      value={chosen.filter((id) => others.some((node) => node.id === id))}
      onChange={onChange}
      maxValues={3}
      searchable
      clearable
      hidePickedOptions
      limit={60}
      style={{ minWidth: 200, maxWidth: 420 }}
    />
  );
}
