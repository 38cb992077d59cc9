/** Choose a meter by its serial, flat or address; the words are looked up in the database. */
import { Select } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../api/graphql';
import { useT } from '../app/preferences';

const FOUND = graphql(`
  query PickMeter($search: String!) {
    viewer { meteringPoints(first: 20, search: $search) { edges { node { id name commodity role meter { id serial } premise { id name } site { id name path } } } } }
  }
`);

export interface PickedMeter {
  id: string;
  label: string;
  commodity: string;
}

interface PickerProps {
  label: string;
  value: PickedMeter | null;
  onChange: (meter: PickedMeter | null) => void;
  error?: string | undefined;
}

const PAUSE_MS = 250;

export function MeterPicker({ label, value, onChange, error }: PickerProps) {
  const t = useT();
  const [words, setWords] = useState('');
  const [asked, setAsked] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setAsked(words.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [words]);
  const [{ data, fetching }] = useQuery({ query: FOUND, variables: { search: asked }, pause: asked.length < 2 || asked === value?.label });
  const found = (data?.viewer.meteringPoints.edges ?? []).map(({ node }): PickedMeter => ({
    id: node.id,
    commodity: node.commodity,
    label: [node.meter?.serial ?? node.name, node.premise?.name, node.site?.path.split('/').at(-1)].filter(Boolean).join(' · '),
  }));
  const choices = value && !found.some((one) => one.id === value.id) ? [value, ...found] : found;
  return (
    <Select
      label={label}
      placeholder={t('rules.chooseMeter')}
      data={choices.map((one) => ({ value: one.id, label: one.label }))}
      value={value?.id ?? null}
      onChange={(id) => onChange(choices.find((one) => one.id === id) ?? null)}
      searchable
      searchValue={words}
      onSearchChange={setWords}
      // The database chose them already, by words that need not stand in the label.
      filter={({ options }) => options}
      nothingFoundMessage={asked.length < 2 || fetching ? t('rules.noMeter') : t('search.nothing', { text: asked })}
      error={error}
      clearable
    />
  );
}
