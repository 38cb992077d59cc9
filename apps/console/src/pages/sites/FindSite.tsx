/** Places by words of their names and addresses, in the place of the tree while somebody types. */
import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState, type ReactNode } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../../api/graphql';
import { useT } from '../../app/preferences';
import { FailureNote } from '../../ui/Answer';
import { Icon } from '../../ui/Icon';

const FIND = graphql(`query FindSites($search: String!) { viewer { foundSites(first: 50, search: $search) { id kind name path address { line } } } }`);
const LEAST = 2;

interface FindProps {
  onChoose: (path: string) => void;
  /** The tree, which stands there until something is typed. */
  children: ReactNode;
}

export function FindSite({ onChoose, children }: FindProps) {
  const t = useT();
  const [text, setText] = useState('');
  const [search] = useDebouncedValue(text.trim(), 150);
  const searching = text.trim().length >= LEAST;
  const [{ data, error, fetching }, again] = useQuery({ query: FIND, variables: { search }, pause: search.length < LEAST });
  const found = data?.viewer.foundSites ?? [];
  return (
    <>
      <TextInput type="search" aria-label={t('place.search')} placeholder={t('place.searchHint')} leftSection={<Icon name="search" size={16} />} value={text} onChange={(event) => setText(event.currentTarget.value)} />
      {!searching && children}
      {searching && error && <FailureNote error={error} retry={() => again({ requestPolicy: 'network-only' })} compact />}
      {searching && !error && (
        <ul className="found-places" aria-label={t('place.search')} aria-busy={fetching}>
          {found.map((site) => (
            <li key={site.id}>
              <button type="button" className="palette-item" onClick={() => { setText(''); onChoose(site.path); }}>
                <span>
                  {site.name}<br />
                  <small>{[t(`kind.${site.kind}`), site.address?.line || site.path.split('/').slice(-3, -1).join(' · ')].filter(Boolean).join(' · ')}</small>
                </span>
              </button>
            </li>
          ))}
          {found.length === 0 && !fetching && search === text.trim() && <li className="hint" role="status">{t('place.nothing', { text: search })}</li>}
        </ul>
      )}
    </>
  );
}
