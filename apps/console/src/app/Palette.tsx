/** Search from everywhere: pages, meters by serial, flat or address. */
import { Modal, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState, type RefObject } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../api/graphql';
import { CommodityIcon, Icon } from '../ui/Icon';
import { navigation } from './navigation';
import { useT } from './preferences';
import { useViewer } from './viewer';

const FOUND = graphql(`
  query FoundMeters($search: String!) {
    viewer {
      foundSites(first: 4, search: $search) { id kind name path address { line } }
      meteringPoints(first: 8, search: $search) {
        edges { node { id name commodity meter { id serial } site { id path } } }
      }
    }
  }
`);

interface PaletteProps {
  /** What was typed before it had the focus. */
  begun: string;
  shown: RefObject<boolean>;
  close: () => void;
}

export function Palette({ begun, shown, close }: PaletteProps) {
  const t = useT();
  const viewer = useViewer();
  const navigate = useNavigate();
  const [text, setText] = useState(begun);
  // The field has the focus only once the dialog has moved in; what is typed until then comes from outside.
  useEffect(() => {
    if (!shown.current) setText(begun);
  }, [begun, shown]);
  const [search] = useDebouncedValue(text.trim(), 150);
  const [chosen, choose] = useState(0);
  const [{ data, fetching }] = useQuery({
    query: FOUND,
    variables: { search },
    pause: search.length < 2 || !viewer.may('metering:read'),
  });
  const words = text.trim().toLowerCase();
  const pages = navigation(viewer)
    .flatMap((section) => section.places)
    .filter((place) => t(place.title).toLowerCase().includes(words))
    .slice(0, words ? 4 : 12)
    .map((place) => ({ key: place.to, icon: <Icon name={place.icon} size={18} />, name: t(place.title), note: '', go: () => navigate({ to: place.to }) }));
  const meters = (search.length < 2 ? [] : (data?.viewer.meteringPoints.edges ?? [])).map(({ node }) => ({
    key: node.id,
    icon: <CommodityIcon commodity={node.commodity} />,
    name: node.meter?.serial ?? node.name,
    note: `${node.site.path.split('/').slice(-2).join(' · ')} · ${node.name}`,
    go: () => navigate({ to: '/meters/$id', params: { id: node.id }, search: {} }),
  }));
  const sites = (search.length < 2 ? [] : (data?.viewer.foundSites ?? [])).map(({ id, kind, name, path, address }) => ({
    key: id,
    icon: <Icon name="tree" size={18} />,
    name,
    note: [t(`kind.${kind}`), address?.line || path.split('/').slice(-3, -1).join(' · ')].filter(Boolean).join(' · '),
    go: () => navigate({ to: '/sites', search: { path } }),
  }));
  // A place that is called what was typed goes before its meters; a serial finds no place.
  const items = [...sites, ...meters, ...pages];
  const at = Math.min(chosen, items.length - 1);
  const take = (index: number) => {
    close();
    void items[index]?.go();
  };
  return (
    <Modal opened onClose={close} withCloseButton={false} padding={8} size={600} yOffset="12vh" aria-label={t('search.title')}>
      <TextInput
        data-autofocus
        onFocus={() => {
          shown.current = true;
        }}
        size="md"
        variant="unstyled"
        leftSection={<Icon name="search" size={18} />}
        placeholder={t('search.prompt')}
        aria-label={t('search.prompt')}
        role="combobox"
        aria-expanded
        aria-controls="found"
        aria-activedescendant={items[at] ? `found-${at}` : undefined}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          choose(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') choose(Math.min(at + 1, items.length - 1));
          else if (event.key === 'ArrowUp') choose(Math.max(at - 1, 0));
          else if (event.key === 'Enter') take(at);
          else return;
          event.preventDefault();
        }}
      />
      <div id="found" role="listbox" aria-label={t('search.title')}>
        {items.map((item, index) => (
          <button
            key={item.key}
            id={`found-${index}`}
            type="button"
            role="option"
            aria-selected={index === at}
            className="palette-item"
            tabIndex={-1}
            onMouseMove={() => choose(index)}
            onClick={() => take(index)}
          >
            {item.icon}
            <span>
              {item.name}
              {item.note && <><br /><small>{item.note}</small></>}
            </span>
          </button>
        ))}
      </div>
      {items.length === 0 && <p className="hint" role="status">{fetching ? t('loading') : t('search.nothing', { text })}</p>}
    </Modal>
  );
}
