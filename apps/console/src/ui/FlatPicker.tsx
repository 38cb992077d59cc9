/** Choose a flat or shop: down the tree to its house, then by its name. */
import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../api/graphql';
import { inOrder } from '../app/nodes';
import { useT } from '../app/preferences';
import { FailureNote } from './Answer';
import { SitePicker } from './SitePicker';

const FLATS = graphql(`
  query FlatsUnder($under: ID!, $search: String!) {
    node(id: $under) { id ... on Site { path premises(first: 100, search: $search) { edges { node { id name site { id path } } } } } }
  }
`);

/** Names of the sites below a place on the way to another. */
const below = (place: string, path: string) => path.slice(place.length + 1).split('/').filter(Boolean);

interface PickerProps {
  label: string;
  /** What stands over the field of flats. */
  flat: string;
  onChange: (premise: string | null) => void;
}

export function FlatPicker({ label, flat, onChange }: PickerProps) {
  const t = useT();
  const [under, setUnder] = useState<string | null>(null);
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim(), 150);
  const [chosen, choose] = useState<{ value: string; label: string } | null>(null);
  // What stands in the field after a choice is the choice, and no search.
  const [{ data, error, fetching }, again] = useQuery({ query: FLATS, variables: { under: under ?? '', search: search === chosen?.label ? '' : search }, pause: under === null });
  // While another place is asked for, the last answer is of flats that nobody means.
  const place = data?.node && 'premises' in data.node && data.node.id === under ? data.node : null;
  const flats = place?.premises.edges.map(({ node }) => node) ?? [];
  const found = inOrder(flats).map(({ id, name, site }) => ({ value: id, label: [name, ...below(place?.path ?? '', site.path)].join(' · ') }));
  const take = (value: string | null) => {
    choose(found.find((one) => one.value === value) ?? null);
    onChange(value);
  };
  return (
    <>
      <SitePicker label={label} onChange={(id) => { setUnder(id); setTyped(''); take(null); }} />
      {error && <FailureNote error={error} retry={() => again({ requestPolicy: 'network-only' })} compact />}
      <Select
        label={flat}
        required
        searchable
        disabled={under === null}
        placeholder={under === null ? t('offer.flatNone') : undefined}
        nothingFoundMessage={fetching ? t('loading') : t('offer.flatEmpty')}
        data={chosen && !found.some((one) => one.value === chosen.value) ? [chosen, ...found] : found}
        value={chosen?.value ?? null}
        searchValue={typed}
        onSearchChange={setTyped}
        onChange={take}
      />
    </>
  );
}
