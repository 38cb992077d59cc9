/** Concentrators with the health of their radio networks, and channels that nobody placed yet. */
import { Button } from '@mantine/core';
import { dateTime, shortDate } from '@shared/dates';
import { formatAmount, formatNumber, type Locale } from '@shared/units';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { graphql, type ResultOf } from '../api/graphql';
import { usePages } from '../api/usePages';
import { usePreferences, useT } from '../app/preferences';
import { useViewer, useZone } from '../app/viewer';
import { Empty } from '../ui/Answer';
import { PagedTable } from '../ui/PagedTable';
import { PageHead, Panel, type Tone } from '../ui/Panel';
import { Status } from '../ui/Status';
import { Claim } from './network/Claim';
import { NetworkViews } from './network/NetworkViews';
import { OfferForm, Offers } from './network/Offer';
import { SilenceLimits } from './network/SilenceLimits';

const CONCENTRATORS = graphql(`
  query Concentrators($after: String) {
    viewer {
      concentrators(first: 20, after: $after) {
        edges { node { id serial generation lastHeardAt site { id name path } networks { number } modules { serial } } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);
const HEALTHY = graphql(`
  query HealthyConcentrators($after: String) {
    viewer {
      concentrators(first: 20, after: $after) {
        edges {
          node {
            id serial generation lastHeardAt site { id name path } networks { number } modules { serial }
            health { modules heard rssi levels { level modules } weakHops { module } batteries { module endsOn } }
          }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);
const FOUND = graphql(`
  query FoundChannels($after: String) {
    viewer {
      foundChannels(first: 50, after: $after) {
        edges { node { concentrator { id serial } network channel since lastSeen readings offeredTo } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);

interface Health {
  modules: number;
  heard: number;
  rssi: number | null;
  levels: { level: number; modules: number }[];
  weakHops: { module: string }[];
  batteries: { module: string; endsOn: string }[];
}

export function Networks() {
  const { t, locale } = usePreferences();
  const viewer = useViewer();
  const healthy = viewer.may('health:read');
  const [claiming, setClaiming] = useState(false);
  const paged = usePages(healthy ? HEALTHY : CONCENTRATORS, {}, (data) => data.viewer.concentrators);
  return (
    <>
      <PageHead title={t('nav.networks')} lead={t('networks.lead')} actions={viewer.may('metering:install') && <Button variant="default" onClick={() => setClaiming(true)}>{t('claim.open')}</Button>} />
      <NetworkViews />
      <Panel flush title={t('networks.concentrators')}>
        <PagedTable
          paged={paged}
          label={t('networks.concentrators')}
          waits={10}
          keyOf={(node) => node.id}
          columns={[
            { title: t('networks.concentrator') },
            { title: t('alarms.where') },
            { title: t('networks.networks'), number: true },
            { title: t('networks.modules'), number: true },
            ...(healthy ? [{ title: t('networks.heard') }, { title: t('networks.levels'), number: true }, { title: 'RSSI', number: true }, { title: t('networks.weak'), number: true }, { title: t('networks.battery') }] : []),
          ]}
          row={(node) => {
            const health = 'health' in node ? (node.health as Health) : null;
            return [
              <span>
                <Link className="cell-link nowrap" to="/networks/$id" params={{ id: node.id }} search={{}}>{node.serial}</Link>
                <span className="quiet"><br />{node.generation}</span>
                {node.lastHeardAt === null && <><br /><Status tone="quiet" icon="clock">{t('fresh.never')}</Status></>}
              </span>,
              node.site ? <Link to="/sites" className="nowrap" search={{ path: node.site.path }}>{node.site.path.split('/').slice(-1)}</Link> : '–',
              node.networks.length,
              health?.modules || node.modules.length,
              ...(health ? [heard(health, t), deepest(health), health.rssi === null ? '–' : formatAmount(health.rssi, 'dBm', locale), health.weakHops.length, battery(health, t, locale)] : []),
            ];
          }}
          empty={<Empty icon="network" title={t('networks.none')} action={viewer.may('metering:install') ? <Link to="/imports" search={{}}>{t('first.import')}</Link> : undefined}>{t('networks.noneLead')}</Empty>}
        />
      </Panel>
      <FreeChannels />
      {healthy && <SilenceLimits />}
      {claiming && (
        <Claim
          close={() => setClaiming(false)}
          done={() => {
            setClaiming(false);
            paged.again();
          }}
        />
      )}
    </>
  );
}

type T = ReturnType<typeof usePreferences>['t'];

function heard(health: Health, t: T) {
  const silent = health.modules - health.heard;
  if (health.heard === 0) return <Status tone="quiet">{t('networks.noReport')}</Status>;
  const tone: Tone = silent === 0 ? 'ok' : silent / health.modules > 0.1 ? 'critical' : 'warning';
  return <Status tone={tone}>{t('networks.heardOf', { heard: health.heard, modules: health.modules })}</Status>;
}

const deepest = (health: Health) => Math.max(0, ...health.levels.map((level) => level.level)) || '–';

function battery(health: Health, t: T, locale: Locale) {
  const first = health.batteries[0];
  return first ? <span className="nowrap" title={t('networks.firstEmpty', { date: shortDate(Date.parse(first.endsOn), 'UTC', locale) })}>{shortDate(Date.parse(first.endsOn), 'UTC', locale)}</span> : <span className="quiet">–</span>;
}

type FoundOne = ResultOf<typeof FOUND>['viewer']['foundChannels']['edges'][number]['node'];

/** Channels without a meter: those that somebody is to place, and those left to their households. */
function FreeChannels() {
  const { t, locale } = usePreferences();
  const zone = useZone();
  const paged = usePages(FOUND, {}, (data) => data.viewer.foundChannels);
  const [leaving, setLeaving] = useState<FoundOne | null>(null);
  const [version, setVersion] = useState(0);
  return (
    <>
    <Offers key={version} changed={paged.again} />
    <Panel flush title={t('found.title')} hint={t('found.hint')}>
      <PagedTable
        paged={paged}
        label={t('found.title')}
        waits={2}
        keyOf={(node) => `${node.concentrator.id}/${node.network}/${node.channel}`}
        columns={[{ title: t('networks.concentrator') }, { title: t('found.channel') }, { title: t('found.since') }, { title: t('found.lastSeen') }, { title: t('found.readings'), number: true }, { title: '' }]}
        row={(node) => [
          <Link to="/networks/$id" params={{ id: node.concentrator.id }} search={{}}>{node.concentrator.serial}</Link>,
          `${node.network} / ${node.channel}`,
          dateTime(Date.parse(node.since), zone, locale),
          node.lastSeen ? dateTime(Date.parse(node.lastSeen), zone, locale) : '–',
          formatNumber(node.readings, locale, 0),
          <FreeActs key="acts" node={node} leave={() => setLeaving(node)} />,
        ]}
        empty={<Empty icon="ok" title={t('found.none')}>{t('found.noneLead')}</Empty>}
      />
    </Panel>
    {leaving && (
      <OfferForm
        concentrator={leaving.concentrator.serial}
        channel={{ network: leaving.network, address: leaving.channel }}
        close={() => setLeaving(null)}
        done={() => {
          setLeaving(null);
          setVersion((known) => known + 1);
          paged.again();
        }}
      />
    )}
    </>
  );
}

function FreeActs({ node, leave }: { node: FoundOne; leave: () => void }) {
  const t = useT();
  const viewer = useViewer();
  if (node.offeredTo) return <Status tone="quiet" icon="people">{t('offer.waits', { home: node.offeredTo })}</Status>;
  if (!viewer.may('metering:install')) return null;
  return (
    <div className="row row-end">
      <Button size="xs" variant="default" onClick={leave}>{t('offer.open')}</Button>
      <Link to="/networks/$id" params={{ id: node.concentrator.id }} search={{}}>{t('found.place')}</Link>
    </div>
  );
}
