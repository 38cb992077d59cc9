/** Where energy is lost: nodes of a level with supplied, delivered, imbalance and coverage. */
import { SegmentedControl, Select } from '@mantine/core';
import { sumImbalance } from '@shared/balances';
import { COMMODITIES, type Commodity } from '@shared/tokens';
import { formatAmount, formatPercent } from '@shared/units';
import { addDays, instantOf, iso, today } from '@shared/zones';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../api/graphql';
import { usePreferences } from '../app/preferences';
import { useViewer, type TopSite } from '../app/viewer';
import { Answer, Empty } from '../ui/Answer';
import { PageHead, Panel, type Tone } from '../ui/Panel';
import { Status } from '../ui/Status';

const BALANCES = graphql(`
  query Balances($path: String!, $from: DateTime!, $to: DateTime!) {
    viewer {
      site(path: $path) {
        id name path kind timezone
        balanceGroups { id commodity inlets { id } imbalance(from: $from, to: $to) { unit supplied delivered imbalance coverage } }
        children {
          id name path kind
          balanceGroups { id commodity inlets { id } imbalance(from: $from, to: $to) { unit supplied delivered imbalance coverage } }
        }
      }
    }
  }
`);

const DAYS = ['1', '7', '30'] as const;

/** Share of what was supplied from which a node is worth a look. */
const NOTABLE = 0.04;
const STRIKING = 0.1;

export function Balances() {
  const { t } = usePreferences();
  const viewer = useViewer();
  if (viewer.tops.length === 0) return <Panel><Empty icon="balance" title={t('sites.none')}>{t('first.lead')}</Empty></Panel>;
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
  const variables = useMemo(() => {
    const end = today(zone, Date.now());
    return { path, from: iso(instantOf(addDays(end, -Number(days)), zone)), to: iso(instantOf(end, zone)) };
  }, [path, days, zone]);
  const [result, again] = useQuery({ query: BALANCES, variables });
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
        <Answer result={result} retry={() => again({ requestPolicy: 'network-only' })} skeleton={320}>
          {({ viewer: { site } }) => {
            if (!site) return <Empty icon="tree" title={t('sites.absent')} />;
            const own = rowOf(site, commodity);
            const children = site.children.map((child) => rowOf(child, commodity)).filter((row) => row !== null);
            children.sort((a, b) => (b.share ?? -1) - (a.share ?? -1));
            if (!own && children.length === 0) return <Empty icon="balance" title={t('balances.none')} />;
            return <Table own={own} rows={children} />;
          }}
        </Answer>
      </Panel>
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

interface Packed {
  unit: string;
  supplied: (number | null)[];
  delivered: (number | null)[];
  imbalance: (number | null)[];
  coverage: (number | null)[];
}

interface SiteRow {
  name: string;
  path: string;
  kind: string;
  balanceGroups: { id: string; commodity: string; inlets: { id: string }[]; imbalance: Packed }[];
}

export interface Row {
  id: string;
  name: string;
  path: string;
  kind: string;
  unit: string;
  metered: boolean;
  supplied: number | null;
  delivered: number | null;
  imbalance: number | null;
  share: number | null;
  coverage: number | null;
  hours: number;
  judged: number;
}

function rowOf(site: SiteRow, commodity: string): Row | null {
  const group = site.balanceGroups.find((one) => one.commodity === commodity);
  if (!group) return null;
  return { id: group.id, name: site.name, path: site.path, kind: site.kind, unit: group.imbalance.unit, metered: group.inlets.length > 0, ...sumImbalance(group.imbalance) };
}

function Table({ own, rows }: { own: Row | null; rows: Row[] }) {
  const { t, locale } = usePreferences();
  const most = Math.max(0.02, ...rows.map((row) => row.share ?? 0));
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={t('nav.balances')}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('balances.node')}</th>
            <th scope="col" className="number">{t('balance.supplied')}</th>
            <th scope="col" className="number">{t('balance.delivered')}</th>
            <th scope="col" className="number">{t('balance.imbalance')}</th>
            <th scope="col" style={{ minWidth: 160 }}>{t('balances.share')}</th>
            <th scope="col">{t('balance.coverage')}</th>
          </tr>
        </thead>
        <tbody>
          {[...(own ? [{ ...own, top: true }] : []), ...rows.map((row) => ({ ...row, top: false }))].map((row) => (
            <tr key={row.id} style={row.top ? { background: 'var(--b-sunken)' } : undefined}>
              <td>
                <Link className="cell-link" to="/balances/$id" params={{ id: row.id }} search={{}}>{row.name}</Link>
                <span className="quiet"><br />{t(`kind.${row.kind}` as 'kind.HOUSE')}{!row.top && row.kind !== 'ENTRANCE' && <> · <Link from="/balances" to="/balances" search={(now) => ({ ...now, path: row.path })}>{t('balances.below')}</Link></>}</span>
              </td>
              <td className="number">{row.metered ? formatAmount(row.supplied, row.unit, locale) : <span className="quiet">{t('balances.noInlet')}</span>}</td>
              <td className="number">{formatAmount(row.delivered, row.unit, locale)}</td>
              <td className="number">{formatAmount(row.imbalance, row.unit, locale)}</td>
              <td>
                {row.share === null ? <span className="quiet">–</span> : (
                  <div className="meter-line">
                    <span className="bar" aria-hidden="true"><i style={{ width: `${Math.max(0, Math.min(1, row.share / most)) * 100}%`, background: `var(--b-${toneColour(row.share)})` }} /></span>
                    <Status tone={toneOf(row.share)}>{formatPercent(row.share, locale)}</Status>
                  </div>
                )}
              </td>
              <td>
                <span className="nowrap">{formatPercent(row.coverage, locale)}</span>
                {row.metered && row.judged < row.hours && <span className="quiet"><br />{t('balances.judged', { judged: row.judged, hours: row.hours })}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function toneOf(share: number): Tone {
  if (share >= STRIKING) return 'critical';
  return share >= NOTABLE || share < -0.02 ? 'warning' : 'ok';
}

const toneColour = (share: number) => ({ critical: 'critical', warning: 'warning', ok: 'ok', quiet: 'quiet' })[toneOf(share)];
