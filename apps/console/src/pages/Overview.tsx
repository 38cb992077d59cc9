/** The first look of the day: is everything delivered, who is silent, what was used and lost. */
import { Link } from '@tanstack/react-router';
import { clock, dayAndMonth } from '@shared/dates';
import { mean } from '@shared/profiles';
import { COMMODITIES, type Commodity } from '@shared/tokens';
import { formatAmount, formatNumber, formatPercent, unitText } from '@shared/units';
import { addDays, HOUR_MS, instantOf, iso, today } from '@shared/zones';
import { useMemo, useState } from 'react';
import { useQuery } from 'urql';
import { graphql, type ResultOf } from '../api/graphql';
import { useNewReadings } from '../api/useNews';
import { usePreferences, useT } from '../app/preferences';
import { useViewer, useZone } from '../app/viewer';
import { Spark } from '../charts/Spark';
import { Answer, FailureNote, Waiting } from '../ui/Answer';
import { Commodity as CommodityName } from '../ui/Commodity';
import { Icon } from '../ui/Icon';
import { OpenFindings } from '../ui/OpenFindings';
import { Figure, Figures, PageHead, Panel, type Tone } from '../ui/Panel';
import { Status } from '../ui/Status';
import { useRanked } from './balance/useRanked';
import { FirstSteps } from './overview/FirstSteps';
import { Share } from './balance/Share';

const OVERVIEW = graphql(`
  query Overview($from: DateTime!, $to: DateTime!, $weekFrom: DateTime!, $weekTo: DateTime!) {
    viewer {
      sites {
        id
        name
        path
        balanceGroups {
          id
          commodity
          deliveries(from: $from, to: $to) { expected onTime late backfilled manual missing percent }
          profile(from: $weekFrom, to: $weekTo, step: "P1D") { start step timezone unit values quality coverage }
          monthToDate { soFar average unit forecast { p10 p50 p90 } }
        }
      }
    }
  }
`);

const HEALTH = graphql(`
  query OverviewHealth {
    viewer {
      sites { id unheardCount }
      networkAlarms(first: 100) {
        edges { node { id kind serial silentSince openedAt site { id name path timezone } concentrator { id serial } } }
        pageInfo { hasNextPage }
      }
      doubtfulReadings(first: 100) { edges { node { flag { rule } } } pageInfo { hasNextPage } }
      foundChannels(first: 100) { edges { node { channel offeredTo } } pageInfo { hasNextPage } }
    }
  }
`);

/** Hours may come so late and are on time: the newest are not missed yet. */
const ON_TIME_H = 2;
const SHOWN_LOSSES = 5;

type Group = ResultOf<typeof OVERVIEW>['viewer']['sites'][number]['balanceGroups'][number];

/** Whether anything came in the last two weeks; an organisation without is still being set up. */
const arrived = (data: ResultOf<typeof OVERVIEW>) =>
  data.viewer.sites.some((site) =>
    site.balanceGroups.some((group) => group.deliveries.expected > group.deliveries.missing || (group.profile.values as (number | null)[]).some((value) => value !== null)),
  );

export function Overview() {
  const t = useT();
  const { locale } = usePreferences();
  const viewer = useViewer();
  const zone = useZone();
  const [now, setNow] = useState(() => Math.floor(Date.now() / HOUR_MS) * HOUR_MS);
  const variables = useMemo(() => {
    const day = today(zone, now);
    return {
      from: iso(now - (24 + ON_TIME_H) * HOUR_MS),
      to: iso(now - ON_TIME_H * HOUR_MS),
      weekFrom: iso(instantOf(addDays(day, -14), zone)),
      weekTo: iso(instantOf(day, zone)),
      lossFrom: iso(instantOf(addDays(day, -7), zone)),
    };
  }, [zone, now]);
  const [result, again] = useQuery({ query: OVERVIEW, variables: { from: variables.from, to: variables.to, weekFrom: variables.weekFrom, weekTo: variables.weekTo } });
  const retry = () => {
    setNow(Math.floor(Date.now() / HOUR_MS) * HOUR_MS);
    again({ requestPolicy: 'network-only' });
  };
  useNewReadings(null, retry);
  return (
    <>
      <PageHead
        title={viewer.tenant.name}
        lead={t('overview.lead', { time: `${clock(now, zone, locale)}, ${dayAndMonth(now, zone, locale)}` })}
      />
      {viewer.tops.length === 0 ? (
        <FirstSteps arrived={false} />
      ) : (
        <>
          {result.data && !arrived(result.data) && <FirstSteps arrived={false} />}
          <Answer result={result} retry={retry} skeleton={<Delivered groups={null} />}>
            {(data) => <Delivered groups={data.viewer.sites.flatMap((site) => site.balanceGroups)} />}
          </Answer>
          {/* What somebody has to do comes before what was used. */}
          <div className="grid-2 grid-even">
            {viewer.may('findings:read') && <OpenFindings />}
            {viewer.may('balances:read') && <Losses from={variables.lossFrom} to={variables.weekTo} />}
          </div>
          {viewer.may('health:read') && viewer.may('metering:read') && <Silent />}
          <Answer result={result} retry={retry} skeleton={260}>
            {(data) => (
              <div className="grid-2 grid-even">
                {data.viewer.sites.flatMap((site) =>
                  [...site.balanceGroups]
                    .sort((a, b) => COMMODITIES.indexOf(a.commodity) - COMMODITIES.indexOf(b.commodity))
                    .map((group) => <Resource key={group.id} group={group} site={data.viewer.sites.length > 1 ? site.name : ''} />),
                )}
              </div>
            )}
          </Answer>
        </>
      )}
    </>
  );
}

/** Before anything is known, with bones where the figures will stand. */
function Delivered({ groups }: { groups: Group[] | null }) {
  const t = useT();
  const { locale } = usePreferences();
  const sum = (part: 'expected' | 'onTime' | 'late' | 'backfilled' | 'manual' | 'missing') =>
    groups?.reduce((total, group) => total + group.deliveries[part], 0) ?? 0;
  const expected = sum('expected');
  const missing = sum('missing');
  const share = expected ? (expected - missing) / expected : null;
  const tone: Tone = share === null ? 'quiet' : share >= 0.9999 ? 'ok' : share >= 0.98 ? 'warning' : 'critical';
  const bone = <i className="bone bone-word" />;
  const count = (value: number) => (groups ? formatNumber(value, locale, 0) : bone);
  return (
    <Figures>
      <Figure
        label={t('delivery.last24')}
        value={groups ? formatPercent(share, locale, 2) : bone}
        tone={tone}
        note={groups ? <Status tone={tone}>{t(`delivery.${tone}`)}</Status> : bone}
      />
      <Figure label={t('delivery.expected')} value={count(expected)} note={t('delivery.channelHours')} />
      <Figure label={t('delivery.onTime')} value={count(sum('onTime'))} note={t('delivery.within2')} />
      <Figure
        label={t('delivery.later')}
        value={count(sum('late') + sum('backfilled') + sum('manual'))}
        note={t('delivery.laterNote')}
      />
      <Figure
        label={t('delivery.missing')}
        value={count(missing)}
        tone={missing ? 'critical' : 'ok'}
        note={!groups ? bone : missing ? <Link to="/delivery" search={{}}>{t('delivery.see')}</Link> : t('delivery.none')}
      />
    </Figures>
  );
}

function Resource({ group, site }: { group: Group; site: string }) {
  const t = useT();
  const { locale } = usePreferences();
  const { monthToDate: month, profile } = group;
  const values = profile.values;
  const usual = mean(values.slice(0, 7));
  const recent = mean(values.slice(7));
  const change = usual && recent !== null ? recent / usual - 1 : null;
  const end = month.forecast;
  const counted = values.some((value) => value !== null) || month.soFar !== null;
  return (
    <Panel
      title={<span className="row"><CommodityName commodity={group.commodity as Commodity} />{site && <span className="quiet">{site}</span>}</span>}
      actions={<Link to="/balances" search={{ commodity: group.commodity as Commodity }}>{t('overview.balance')}</Link>}
    >
      <div className="resource">
        <div>
          <div className="figure-label">{t('month.soFar')}</div>
          <div className="figure-value">{formatAmount(month.soFar, month.unit, locale)}</div>
          <div className="figure-note">
            {end
              ? t('month.expected', {
                  amount: formatAmount(end.p50, month.unit, locale),
                  low: formatAmount(end.p10 ?? null, month.unit, locale),
                  high: formatAmount(end.p90 ?? null, month.unit, locale),
                })
              : t(counted ? 'month.noForecast' : group.commodity === 'HEAT' ? 'overview.heatByFlow' : 'overview.notCounted')}
          </div>
        </div>
        {counted && (
          <Spark
            values={values}
            colour={`var(--b-${group.commodity})`}
            label={t('overview.spark', { count: values.length, unit: unitText(profile.unit, locale) })}
          />
        )}
      </div>
      {counted && <p className="chart-summary">
        {change !== null && Math.abs(change) < 0.01 ? t('overview.same') : change === null
          ? t('overview.noComparison')
          : t(change > 0 ? 'overview.more' : 'overview.less', { percent: formatPercent(Math.abs(change), locale, 0) })}
      </p>}
    </Panel>
  );
}

function Losses({ from, to }: { from: string; to: string }) {
  const t = useT();
  const viewer = useViewer();
  const range = useMemo(() => ({ from, to }), [from, to]);
  const { rows, error, again } = useRanked(viewer.tops[0]?.path ?? '', 'ELECTRICITY', range, SHOWN_LOSSES);
  if (rows?.length === 0) return null;
  const most = Math.max(0.02, ...(rows ?? []).map((row) => row.share ?? 0));
  return (
    <Panel title={t('overview.losses')} hint={t('overview.lossesHint')} actions={<Link to="/balances" search={{}}>{t('nav.balances')}</Link>}>
      {error && <FailureNote error={error} retry={again} compact />}
      {rows === null && !error && <Waiting height={164} />}
      <div className="stack" style={{ gap: 8 }}>
        {rows?.map((row) => (
          <div key={row.groupId} className="loss">
            <Link to="/balances/$id" params={{ id: row.groupId }} search={{ span: 'month' }}>{row.name}</Link>
            <Share share={row.share} most={most} />
          </div>
        ))}
      </div>
    </Panel>
  );
}

function Silent() {
  const t = useT();
  const { locale } = usePreferences();
  const zone = useZone();
  const [result, again] = useQuery({ query: HEALTH });
  return (
    <Panel title={t('overview.devices')} actions={<Link to="/alarms" search={{}}>{t('overview.allAlarms')}</Link>}>
      <Answer result={result} retry={() => again({ requestPolicy: 'network-only' })} skeleton={120}>
        {({ viewer }) => {
          const alarms = viewer.networkAlarms.edges.map((edge) => edge.node);
          const down = alarms.filter((alarm) => alarm.kind === 'CONCENTRATOR_SILENT');
          const found = viewer.foundChannels.edges.filter(({ node }) => node.offeredTo === null).length;
          const doubtful = viewer.doubtfulReadings;
          const unheard = viewer.sites.reduce((sum, site) => sum + site.unheardCount, 0);
          const plus = (more: boolean) => (more ? '+' : '');
          return (
            <div className="stack">
              <div className="row" style={{ gap: '8px 24px' }}>
                <Status tone={down.length ? 'critical' : 'ok'}>{t('overview.down', { count: down.length })}</Status>
                <Status tone={alarms.length - down.length ? 'warning' : 'ok'}>
                  {t('overview.silentDevices', { count: alarms.length - down.length })}{plus(viewer.networkAlarms.pageInfo.hasNextPage)}
                </Status>
                <Status tone={found ? 'warning' : 'ok'} icon={found ? 'plus' : undefined}>
                  {t('overview.found', { count: found })}{plus(viewer.foundChannels.pageInfo.hasNextPage)}
                </Status>
                <Link to="/delivery" search={{}} className="quiet-link">
                  <Status tone={doubtful.edges.length ? 'warning' : 'ok'}>
                    {t('overview.doubtful', { count: doubtful.edges.length })}{plus(doubtful.pageInfo.hasNextPage)}
                  </Status>
                </Link>
              </div>
              {alarms.slice(0, 5).map((alarm) => (
                <Link key={alarm.id} className="row card-link" to="/networks/$id" params={{ id: alarm.concentrator?.id ?? '' }} search={{}}>
                  <Icon name="critical" size={18} colour="var(--b-critical)" />
                  <strong>{alarm.serial}</strong>
                  <span className="quiet">{alarm.site?.name}</span>
                  <span className="quiet">{t('alarms.since', { time: dayAndMonth(Date.parse(alarm.silentSince), alarm.site?.timezone ?? zone, locale) })}</span>
                </Link>
              ))}
              {unheard > 0 ? <p className="quiet">{t('overview.unheard', { count: unheard })}</p> : alarms.length === 0 && <p className="quiet">{t('overview.allHeard')}</p>}
            </div>
          );
        }}
      </Answer>
    </Panel>
  );
}
