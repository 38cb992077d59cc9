/** All meters of the tenant: search and filters in the address. */
import { Button, Select, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { COMMODITIES, type Commodity } from '@shared/tokens';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../api/graphql';
import { useT } from '../app/preferences';
import { Icon } from '../ui/Icon';
import { PageHead, Panel } from '../ui/Panel';
import { Bulk } from './meters/Bulk';
import { MeterList, type Point } from './meters/MeterList';

const UNDER = graphql(`query UnderSite($id: ID!) { node(id: $id) { id ... on Site { name path } } }`);
const ROLES = ['CONSUMER', 'INLET', 'COMMON', 'EXPORT'] as const;

export function Meters() {
  const t = useT();
  const search = useSearch({ from: '/meters' });
  const navigate = useNavigate({ from: '/meters' });
  const [choosing, setChoosing] = useState(false);
  const [chosen, setChosen] = useState<ReadonlyMap<string, Point>>(new Map());
  const [shown, setShown] = useState<readonly Point[]>([]);
  const toggle = (point: Point) => setChosen((known) => {
    const next = new Map(known);
    if (!next.delete(point.id)) next.set(point.id, point);
    return next;
  });
  const stop = () => {
    setChoosing(false);
    setChosen(new Map());
  };
  const [text, setText] = useState(search.q ?? '');
  const [q] = useDebouncedValue(text.trim(), 200);
  useEffect(() => {
    if (q !== (search.q ?? '')) void navigate({ search: (known) => ({ ...known, q: q || undefined }), replace: true });
  }, [q, search.q, navigate]);
  const [under] = useQuery({ query: UNDER, variables: { id: search.under ?? '' }, pause: !search.under });
  const site = under.data?.node && 'name' in under.data.node ? under.data.node : null;
  return (
    <>
      <PageHead title={t('nav.meters')} lead={t('meters.lead')} actions={<Button variant="default" aria-pressed={choosing} onClick={() => (choosing ? stop() : setChoosing(true))}>{t(choosing ? 'bulk.stop' : 'bulk.start')}</Button>} />
      <Panel flush>
        <div className="row" style={{ padding: '16px 20px 12px' }}>
          <TextInput
            style={{ flex: '1 1 260px' }}
            leftSection={<Icon name="search" size={18} />}
            placeholder={t('meters.search')}
            aria-label={t('meters.search')}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Select
            aria-label={t('commodity')}
            placeholder={t('commodity.any')}
            clearable
            data={COMMODITIES.map((value) => ({ value, label: t(`commodity.${value}`) }))}
            value={search.commodity ?? null}
            onChange={(value) => void navigate({ search: (known) => ({ ...known, commodity: (value ?? undefined) as Commodity | undefined }) })}
          />
          <Select
            aria-label={t('meter.role')}
            placeholder={t('role.point.any')}
            clearable
            data={ROLES.map((value) => ({ value, label: t(`role.point.${value}`) }))}
            value={search.role ?? null}
            onChange={(value) => void navigate({ search: (known) => ({ ...known, role: (value ?? undefined) as (typeof ROLES)[number] | undefined }) })}
          />
          {site && (
            <button type="button" className="tag" onClick={() => void navigate({ search: (known) => ({ ...known, under: undefined }) })}>
              {site.name} <Icon name="close" size={14} /> <span className="sr">{t('filter.remove')}</span>
            </button>
          )}
        </div>
        {choosing && <Bulk chosen={chosen} shown={shown} choose={(points) => setChosen(new Map(points.map((one) => [one.id, one])))} />}
        <MeterList filter={{ under: search.under, commodity: search.commodity, role: search.role, search: search.q }} choosing={choosing ? { chosen, toggle, loaded: setShown } : undefined} />
      </Panel>
    </>
  );
}
