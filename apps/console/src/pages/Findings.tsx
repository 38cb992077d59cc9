/** The queue of suspects: who, since when, how sure, what it costs, and where it stands. */
import { SegmentedControl, Select } from '@mantine/core';
import { dayAndMonth } from '@shared/dates';
import { COMMODITIES, type Commodity } from '@shared/tokens';
import { formatAmount, formatMoney } from '@shared/units';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useSubscription } from 'urql';
import { useLive } from '../api/live';
import { usePages } from '../api/usePages';
import { usePreferences } from '../app/preferences';
import { useViewer, useZone } from '../app/viewer';
import { Empty } from '../ui/Answer';
import { CommodityIcon } from '../ui/Icon';
import { PagedTable } from '../ui/PagedTable';
import { PageHead, Panel } from '../ui/Panel';
import { FINDINGS, OPEN_STATES, RAISED, STATES } from './findings/documents';
import { Prices } from './findings/Prices';
import { Confidence, FindingState } from './findings/FindingState';

export function Findings() {
  const { t, locale } = usePreferences();
  const viewer = useViewer();
  const zone = useZone();
  const search = useSearch({ from: '/findings' });
  const navigate = useNavigate({ from: '/findings' });
  const state = STATES.find((one) => one === search.state);
  const states = state ? [state] : search.state === 'ALL' ? null : [...OPEN_STATES];
  const paged = usePages(FINDINGS, { states, kinds: null, under: null, commodity: search.commodity ?? null, order: search.order ?? 'NEWEST' }, (data) => data.viewer.findings);
  const [{ data }] = useSubscription({ query: RAISED });
  const { resumed } = useLive();
  useEffect(() => {
    if (data || resumed > 0) paged.again();
  }, [data, resumed]);
  return (
    <>
      <PageHead title={t('nav.findings')} lead={t('findings.lead')} />
      <Panel
        flush
        title={t('findings.queue')}
        actions={
          <>
            <Select
              aria-label={t('commodity')}
              placeholder={t('commodity.any')}
              clearable
              data={COMMODITIES.map((value) => ({ value, label: t(`commodity.${value}`) }))}
              value={search.commodity ?? null}
              onChange={(value) => void navigate({ search: (now) => ({ ...now, commodity: (value ?? undefined) as Commodity | undefined }) })}
            />
            <Select
              aria-label={t('findings.order')}
              allowDeselect={false}
              data={[{ value: 'NEWEST', label: t('findings.order.NEWEST') }, { value: 'LARGEST', label: t('findings.order.LARGEST') }]}
              value={search.order ?? 'NEWEST'}
              onChange={(value) => void navigate({ search: (now) => ({ ...now, order: value === 'LARGEST' ? value : undefined }) })}
            />
            <SegmentedControl
              aria-label={t('commands.state')}
              value={search.state ?? 'OPEN'}
              onChange={(value) => void navigate({ search: (now) => ({ ...now, state: value === 'OPEN' ? undefined : value }) })}
              data={[
                { value: 'OPEN', label: t('findings.open') },
                { value: 'NEW', label: t('finding.state.NEW') },
                { value: 'CLOSED', label: t('finding.state.CLOSED') },
                { value: 'ALL', label: t('findings.all') },
              ]}
            />
          </>
        }
      >
        <PagedTable
          paged={paged}
          label={t('nav.findings')}
          keyOf={(node) => node.id}
          columns={[
            { title: t('findings.what') },
            { title: t('alarms.where') },
            { title: t('findings.since') },
            { title: t('findings.confidence') },
            { title: t('findings.loss'), number: true },
            { title: t('commands.state') },
          ]}
          row={(node) => [
            <span className="row" style={{ flexWrap: 'nowrap', alignItems: 'flex-start' }}>
              <CommodityIcon commodity={node.commodity} />
              <span>
                <Link className="cell-link" to="/findings/$id" params={{ id: node.id }}>{t(`finding.${node.kind}`)}</Link>
                <span className="quiet"><br />{node.point ? t('findings.names', { meter: node.point.meter?.serial ?? node.point.name }) : t('findings.nobody')}</span>
              </span>
            </span>,
            node.site ? <span>{node.site.path.split('/').slice(-2).join(' · ')}{node.point?.premise && <span className="quiet"><br />{node.point.premise.name}</span>}</span> : (node.group?.name ?? '–'),
            <span className="nowrap">{dayAndMonth(Date.parse(node.since), node.site?.timezone ?? zone, locale)}</span>,
            <Confidence value={node.confidence} />,
            <span>
              {node.energy ? formatAmount(node.energy.value, node.energy.unit, locale) : '–'}
              {node.money && <span className="quiet"><br />{formatMoney(node.money, locale)}</span>}
            </span>,
            <FindingState state={node.state} verdict={node.verdict} />,
          ]}
          empty={<Empty icon="ok" title={t('findings.none')}>{t('findings.noneLead')}</Empty>}
        />
      </Panel>
      {viewer.may('tariffs:write') && <Prices />}
    </>
  );
}
