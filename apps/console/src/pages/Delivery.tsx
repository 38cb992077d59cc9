/** What was due and how it came, day by day; and the gaps with their reasons. */
import { SegmentedControl } from '@mantine/core';
import { dateTime, dayAndMonth } from '@shared/dates';
import { COMMODITIES, type Commodity as Word } from '@shared/tokens';
import { formatNumber, formatPercent } from '@shared/units';
import { addDays, bucketStarts, HOUR_MS, instantOf, iso, today } from '@shared/zones';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useQuery } from 'urql';
import { graphql, type ResultOf } from '../api/graphql';
import { inOrder } from '../app/nodes';
import { usePreferences } from '../app/preferences';
import { useViewer } from '../app/viewer';
import { Answer, Empty } from '../ui/Answer';
import { Commodity } from '../ui/Commodity';
import { PageHead, Panel } from '../ui/Panel';
import { NothingYet } from '../ui/NothingYet';
import { Status } from '../ui/Status';
import { Doubtful } from './delivery/Doubtful';

const DELIVERY = graphql(`
  query Delivery($path: String!, $from: DateTime!, $to: DateTime!) {
    viewer {
      site(path: $path) {
        id name path timezone
        children { id name path balanceGroups { id commodity deliveries(from: $from, to: $to) { expected missing } } }
        balanceGroups {
          id commodity
          deliveries(from: $from, to: $to) { expected onTime late backfilled manual missing percent }
          deliverySeries(from: $from, to: $to, step: "P1D") { start step timezone expected onTime late backfilled manual missing percent }
        }
      }
    }
  }
`);

/** Asked apart: of a hundred thousand meters it is refused, and the ledger still stands. */
const GAPS = graphql(`
  query Gaps($path: String!, $from: DateTime!, $to: DateTime!) {
    viewer { site(path: $path) { id balanceGroups { id commodity missing(from: $from, to: $to) { from to reason points } } } }
  }
`);

type Group = NonNullable<ResultOf<typeof DELIVERY>['viewer']['site']>['balanceGroups'][number];
const DAYS = ['1', '7', '30'] as const;
const PARTS = [
  ['onTime', 'ok'],
  ['late', 'accent'],
  ['backfilled', 'GAS'],
  ['manual', 'warning'],
  ['missing', 'critical'],
] as const;

export function Delivery() {
  const { t, locale } = usePreferences();
  const viewer = useViewer();
  const search = useSearch({ from: '/delivery' });
  const navigate = useNavigate({ from: '/delivery' });
  const path = search.path ?? viewer.tops[0]?.path ?? '';
  const days = search.days ?? '7';
  const zone = viewer.tops.find((top) => path.startsWith(top.path))?.timezone ?? viewer.tenant.timezone;
  const variables = useMemo(() => {
    // Hours on time may come two hours late: the newest are not missed yet.
    const now = Math.floor(Date.now() / HOUR_MS - 2) * HOUR_MS;
    return { path, from: iso(instantOf(addDays(today(zone, now), -Number(days)), zone)), to: iso(now) };
  }, [path, days, zone]);
  const [result, again] = useQuery({ query: DELIVERY, variables, pause: !path });
  const names = path.split('/');
  if (!path) return <NothingYet icon="delivery" title="nav.delivery" lead="delivery.lead" />;
  return (
    <>
      <PageHead
        title={t('nav.delivery')}
        lead={t('delivery.lead')}
        eyebrow={names.map((name, index) => (
          <span key={index}>{index > 0 && ' / '}<Link from="/delivery" to="/delivery" search={(now) => ({ ...now, path: names.slice(0, index + 1).join('/') })}>{name}</Link></span>
        ))}
        actions={
          <SegmentedControl
            aria-label={t('balances.period')}
            value={days}
            onChange={(value) => void navigate({ search: (now) => ({ ...now, days: DAYS.find((one) => one === value) }) })}
            data={DAYS.map((value) => ({ value, label: t('balances.days', { count: Number(value) }) }))}
          />
        }
      />
      <Answer result={result} retry={() => again({ requestPolicy: 'network-only' })} skeleton={400}>
        {({ viewer: { site } }) => {
          if (!site) return <Panel><Empty icon="tree" title={t('sites.absent')} /></Panel>;
          const groups = [...site.balanceGroups].sort((a, b) => COMMODITIES.indexOf(a.commodity) - COMMODITIES.indexOf(b.commodity));
          return (
            <>
              <Panel flush title={t('delivery.byDay')} hint={t('delivery.rule')}>
                {groups.length === 0 ? <Empty icon="meter" title={t('sites.noMeters')} /> : <Ledger groups={groups} zone={zone} />}
              </Panel>
              {viewer.may('metering:read') && <Doubtful under={site.id} />}
              <Gaps variables={variables} zone={site.timezone} />
              {site.children.length > 0 && (
                <Panel flush title={t('sites.below', { count: site.children.length })}>
                  <div className="table-scroll">
                    <table className="table cards">
                      <thead><tr><th scope="col">{t('balances.node')}</th><th scope="col" className="number">{t('delivery.expected')}</th><th scope="col" className="number">{t('delivery.missing')}</th><th scope="col">{t('delivery.share')}</th></tr></thead>
                      <tbody>
                        {inOrder(site.children).map((child) => {
                          const expected = child.balanceGroups.reduce((sum, one) => sum + one.deliveries.expected, 0);
                          const missing = child.balanceGroups.reduce((sum, one) => sum + one.deliveries.missing, 0);
                          return (
                            <tr key={child.id}>
                              <td><Link className="cell-link" from="/delivery" to="/delivery" search={(now) => ({ ...now, path: child.path })}>{child.name}</Link></td>
                              <td className="number" data-label={t('delivery.expected')}>{formatNumber(expected, locale, 0)}</td>
                              <td className="number" data-label={t('delivery.missing')}>{formatNumber(missing, locale, 0)}</td>
                              <td data-label={t('delivery.share')}>{expected ? <Status tone={missing ? 'warning' : 'ok'}>{formatPercent((expected - missing) / expected, locale, 2)}</Status> : '–'}</td>
                            </tr>
                          );
                        })}
                      </tbody>
                    </table>
                  </div>
                </Panel>
              )}
            </>
          );
        }}
      </Answer>
    </>
  );
}

function Ledger({ groups, zone }: { groups: Group[]; zone: string }) {
  const { t, locale } = usePreferences();
  return (
    <>
      <div className="legend" style={{ padding: '0 20px 8px' }}>
        {PARTS.map(([part, colour]) => (
          <span key={part}><svg width={12} height={12} aria-hidden="true"><rect width={12} height={12} rx={2} fill={`var(--b-${colour})`} /></svg>{t(`delivery.${part}`)}</span>
        ))}
      </div>
      <div className="table-scroll">
        <table className="table">
          <thead>
            <tr><th scope="col">{t('commodity')}</th><th scope="col">{t('delivery.days')}</th>{PARTS.map(([part]) => <th key={part} scope="col" className="number">{t(`delivery.${part}`)}</th>)}<th scope="col">{t('delivery.share')}</th></tr>
          </thead>
          <tbody>
            {groups.map((group) => (
              <tr key={group.id}>
                <td><Commodity commodity={group.commodity as Word} /></td>
                <td><DayStrip series={group.deliverySeries} zone={zone} /></td>
                {PARTS.map(([part]) => <td key={part} className="number">{formatNumber(group.deliveries[part], locale, 0)}</td>)}
                <td><Status tone={group.deliveries.missing ? 'warning' : 'ok'}>{formatPercent(group.deliveries.percent === null ? null : group.deliveries.percent / 100, locale, 2)}</Status></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** A stacked column per day: how its channel-hours came. */
function DayStrip({ series, zone }: { series: Group['deliverySeries']; zone: string }) {
  const { t, locale } = usePreferences();
  const starts = bucketStarts(Date.parse(series.start), series.step, series.expected.length, zone);
  const [width, height] = [Math.max(6, Math.min(20, 260 / starts.length)), 44];
  return (
    <svg width={starts.length * (width + 2)} height={height} role="img" aria-label={t('delivery.strip', { count: starts.length })}>
      {starts.map((start, index) => {
        const expected = series.expected[index] ?? 0;
        let top = height;
        return (
          <g key={start} transform={`translate(${index * (width + 2)} 0)`}>
            <title>{`${dayAndMonth(start, zone, locale)}: ${formatPercent(expected ? 1 - (series.missing[index] ?? 0) / expected : null, locale, 2)}`}</title>
            <rect width={width} height={height} rx={2} fill="var(--b-line)" />
            {PARTS.map(([part, colour]) => {
              const size = expected ? ((series[part][index] ?? 0) / expected) * height : 0;
              // A single missing hour among thousands must be seen, too.
              const seen = size > 0 ? Math.max(size, part === 'missing' ? 3 : 0) : 0;
              top = part === 'missing' && seen > 0 ? 0 : top - size;
              return seen > 0 && <rect key={part} y={part === 'missing' ? 0 : top} width={width} height={seen} rx={part === 'missing' ? 1 : 0} fill={`var(--b-${colour})`} />;
            })}
          </g>
        );
      })}
    </svg>
  );
}

const MOST_GAPS = 100;

function Gaps({ variables, zone }: { variables: { path: string; from: string; to: string }; zone: string }) {
  const { t } = usePreferences();
  const [result, again] = useQuery({ query: GAPS, variables });
  return (
    <Panel flush title={t('gaps.title')} hint={t('gaps.hint')}>
      {result.error?.graphQLErrors[0]?.extensions.code === 'COST_LIMIT' ? (
        <Empty icon="delivery" title={t('gaps.tooMany')}>{t('gaps.tooManyLead')}</Empty>
      ) : (
        <Answer result={result} retry={() => again({ requestPolicy: 'network-only' })} skeleton={160}>
          {({ viewer: { site } }) => <GapList groups={site?.balanceGroups ?? []} zone={zone} />}
        </Answer>
      )}
    </Panel>
  );
}

type Gapped = NonNullable<ResultOf<typeof GAPS>['viewer']['site']>['balanceGroups'][number];

function GapList({ groups, zone }: { groups: readonly Gapped[]; zone: string }) {
  const { t, locale } = usePreferences();
  const gaps = groups.flatMap((group) => group.missing.map((gap) => ({ ...gap, commodity: group.commodity as Word, group: group.id })));
  gaps.sort((a, b) => Date.parse(b.to) - Date.parse(a.to));
  return (
    <>
      {gaps.length === 0 ? (
        <Empty icon="ok" title={t('gaps.none')}>{t('gaps.noneLead')}</Empty>
      ) : (
        <div className="table-scroll chart-table" tabIndex={0} role="region" aria-label={t('gaps.title')}>
          <table className="table cards">
            <thead><tr><th scope="col">{t('commodity')}</th><th scope="col">{t('flags.from')}</th><th scope="col">{t('flags.to')}</th><th scope="col">{t('reason')}</th><th scope="col" className="number">{t('gaps.points')}</th></tr></thead>
            <tbody>
              {gaps.slice(0, MOST_GAPS).map((gap) => (
                <tr key={`${gap.group}${gap.from}${gap.to}${gap.reason}`}>
                  <td><Commodity commodity={gap.commodity} /></td>
                  <td data-label={t('flags.from')}>{dateTime(Date.parse(gap.from), zone, locale)}</td>
                  <td data-label={t('flags.to')}>{dateTime(Date.parse(gap.to), zone, locale)}</td>
                  <td data-label={t('reason')}><Status tone="warning">{t(`missing.${gap.reason}`)}</Status></td>
                  <td className="number" data-label={t('gaps.points')}>{gap.points}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {gaps.length > MOST_GAPS && <p className="hint" style={{ padding: '8px 20px' }}>{t('gaps.some', { shown: MOST_GAPS, count: gaps.length })}</p>}
        </div>
      )}
    </>
  );
}
