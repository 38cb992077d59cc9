/** Where energy is lost: all nodes with a balance meter, those that lose most first. */
import { Button, SegmentedControl, Select } from '@mantine/core';
import { COMMODITIES, type Commodity } from '@shared/tokens';
import { formatAmount, formatPercent } from '@shared/units';
import { addDays, instantOf, iso, today } from '@shared/zones';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { usePreferences } from '../app/preferences';
import { useViewer, type TopSite } from '../app/viewer';
import { Empty, FailureNote, Waiting } from '../ui/Answer';
import { PageHead, Panel } from '../ui/Panel';
import { NothingYet } from '../ui/NothingYet';
import { Drawn } from './balance/Drawn';
import { Share } from './balance/Share';
import { useRanked, type Ranked as Ranking, type RankedRow } from './balance/useRanked';

const DAYS = ['1', '7', '30'] as const;
/** Rows of a page of the ranking. */
const PAGE = 100;

export function Balances() {
  const viewer = useViewer();
  if (viewer.tops.length === 0) return <NothingYet icon="balance" title="nav.balances" lead="balances.lead" />;
  return <Ranked tops={viewer.tops} />;
}

function Ranked({ tops }: { tops: TopSite[] }) {
  const { t } = usePreferences();
  const search = useSearch({ from: '/balances' });
  const navigate = useNavigate({ from: '/balances' });
  const path = search.path ?? tops[0]?.path ?? '';
  const days = search.days ?? '7';
  const zone = tops.find((top) => path.startsWith(top.path))?.timezone ?? tops[0]?.timezone ?? 'UTC';
  const known = COMMODITIES.filter((one) => tops.some((top) => top.balanceGroups.some((group) => group.commodity === one)));
  const commodity = search.commodity ?? known[0] ?? 'ELECTRICITY';
  const range = useMemo(() => {
    const end = today(zone, Date.now());
    return { from: iso(instantOf(addDays(end, -Number(days)), zone)), to: iso(instantOf(end, zone)) };
  }, [days, zone]);
  const ranked = useRanked(path, commodity, range, PAGE);
  return (
    <>
      <PageHead
        title={t('nav.balances')}
        lead={t('balances.lead')}
        actions={
          <>
            <Select
              aria-label={t('commodity')}
              data={known.map((value) => ({ value, label: t(`commodity.${value}`) }))}
              value={commodity}
              allowDeselect={false}
              onChange={(value) => void navigate({ search: (now) => ({ ...now, commodity: (value ?? undefined) as Commodity | undefined }) })}
            />
            <SegmentedControl
              aria-label={t('balances.period')}
              value={days}
              onChange={(value) => void navigate({ search: (now) => ({ ...now, days: DAYS.find((one) => one === value) }) })}
              data={DAYS.map((value) => ({ value, label: t('balances.days', { count: Number(value) }) }))}
            />
          </>
        }
      />
      <Panel flush title={<span className="row"><Way path={path} /></span>} hint={t('timesIn', { zone })}>
        {ranked.error ? (
          <div className="panel-inset"><FailureNote error={ranked.error} retry={ranked.again} /></div>
        ) : ranked.rows === null ? (
          <Waiting height={320} shape="rows" />
        ) : ranked.rows.length === 0 ? (
          <Empty icon="balance" title={t('balances.none')}>{t('members.noInletLead')}</Empty>
        ) : (
          <Table ranked={ranked} rows={ranked.rows} />
        )}
      </Panel>
      <Drawn />
    </>
  );
}

function Way({ path }: { path: string }) {
  const names = path.split('/');
  return names.map((name, index) => (
    <span key={index} className="row" style={{ gap: 8 }}>
      {index > 0 && <span className="quiet">/</span>}
      <Link from="/balances" to="/balances" search={(now) => ({ ...now, path: names.slice(0, index + 1).join('/') })}>{name}</Link>
    </span>
  ));
}

function Table({ ranked: { total, more, fetching, moreError, next }, rows }: { ranked: Ranking; rows: readonly RankedRow[] }) {
  const { t, locale } = usePreferences();
  const most = Math.max(0.02, ...rows.map((row) => row.share ?? 0));
  return (
    <>
      <div className="table-scroll" tabIndex={0} role="region" aria-label={t('nav.balances')}>
        <table className="table cards">
          <thead>
            <tr>
              <th scope="col">{t('balances.node')}</th>
              <th scope="col" className="number">{t('balance.supplied')}</th>
              <th scope="col" className="number">{t('balance.delivered')}</th>
              <th scope="col" className="number">{t('balance.imbalance')}</th>
              <th scope="col" style={{ minWidth: 180 }}>{t('balances.share')}</th>
              <th scope="col">{t('balance.coverage')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.groupId}>
                <td>
                  <Link className="cell-link" to="/balances/$id" params={{ id: row.groupId }} search={{ span: 'month' }}>{row.name}</Link>
                  <span className="quiet"><br />{row.path.split('/').slice(-3, -1).join(' · ')}</span>
                </td>
                <td className="number" data-label={t('balance.supplied')}>{formatAmount(row.supplied, row.unit, locale)}</td>
                <td className="number" data-label={t('balance.delivered')}>{formatAmount(row.delivered, row.unit, locale)}</td>
                <td className="number" data-label={t('balance.imbalance')}>{formatAmount(row.imbalance, row.unit, locale)}</td>
                <td data-label={t('balances.share')}><Share share={row.share} most={most} /></td>
                <td data-label={t('balance.coverage')}>
                  <span className="nowrap">{formatPercent(row.coverage, locale)}</span>
                  {row.judged < row.hours && <span className="quiet"><br />{t('balances.judged', { judged: row.judged, hours: row.hours })}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {moreError && <div className="panel-inset"><FailureNote error={moreError} retry={next} compact /></div>}
      <div className="spread panel-inset">
        <span className="hint" role="status">{rows.length < total ? t('balances.first', { shown: rows.length, count: total }) : t('balances.count', { count: rows.length })}</span>
        {more && <Button variant="default" loading={fetching} onClick={next}>{t('list.more')}</Button>}
      </div>
    </>
  );
}
