/** One concentrator: its mesh as reported for a day, its channels, and what is to be placed. */
import { Button, Tabs } from '@mantine/core';
import { ago, shortDate } from '@shared/dates';
import { formatNumber, unitText } from '@shared/units';
import { addDays, HOUR_MS, isoDate, parseDate, today } from '@shared/zones';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useQuery } from 'urql';
import { graphql, type ResultOf } from '../../api/graphql';
import { usePreferences, useT } from '../../app/preferences';
import { useViewer, useZone } from '../../app/viewer';
import { Answer, Empty } from '../../ui/Answer';
import { Crumbs } from '../../ui/Crumbs';
import { DateField } from '../../ui/DateField';
import { Figure, Figures, PageHead, Panel } from '../../ui/Panel';
import { Status } from '../../ui/Status';
import { Mesh } from './Mesh';
import { OfferForm } from './Offer';
import { PlaceMeter } from './PlaceMeter';
import { RotateKey } from './RotateKey';
import { Silence } from './Silence';

const CONCENTRATOR = graphql(`
  query Concentrator($id: ID!) {
    node(id: $id) {
      id
      ... on Concentrator {
        serial generation lastHeardAt
        site { id name path timezone }
        networks { number name }
        channels { network address input placed foundAt offeredTo offerable point { id name meter { id serial } premise { id name } } }
      }
    }
  }
`);
const MESH = graphql(`
  query MeshOf($id: ID!, $on: Date!) {
    node(id: $id) {
      id
      ... on Concentrator {
        topology(on: $on) { network module parent level rssi relayed batteryMv firmware madeAt }
        health(on: $on) {
          on modules heard rssi relayed
          levels { level modules }
          weakHops { module parent level rssi relayed behind }
          batteries { module millivolts perYear endsOn earliest latest }
        }
      }
    }
  }
`);

export type MeshModule = Extract<NonNullable<ResultOf<typeof MESH>['node']>, { topology: unknown }>['topology'][number];
type Channel = Extract<NonNullable<ResultOf<typeof CONCENTRATOR>['node']>, { channels: unknown }>['channels'][number];

export function Concentrator() {
  const { t } = usePreferences();
  const viewer = useViewer();
  const zone = useZone();
  const { id } = useParams({ from: '/networks/$id' });
  const [rotating, setRotating] = useState(false);
  const [result, ask] = useQuery({ query: CONCENTRATOR, variables: { id } });
  const again = () => ask({ requestPolicy: 'network-only' });
  return (
    <Answer result={result} retry={again} skeleton={480} shape="page">
      {({ node }) => {
        if (!node || !('serial' in node)) return <Panel><Empty icon="network" title={t('networks.absent')} /></Panel>;
        return (
          <>
            <PageHead
              eyebrow={<><Link to="/networks">{t('nav.networks')}</Link>{node.site && <> · <Crumbs path={node.site.path} /></>}</>}
              title={node.serial}
              actions={viewer.may('metering:install') && <Button variant="default" onClick={() => setRotating(true)}>{t('rotate.open')}</Button>}
              lead={
                <span className="row">
                  {`${node.generation} · ${t('networks.networkCount', { count: node.networks.length })} · ${t('networks.channelCount', { count: node.channels.length })}`}
                  <Heard at={node.lastHeardAt} />
                </span>
              }
            />
            {viewer.may('health:read') && <Silence id={id} zone={node.site?.timezone ?? zone} site={node.site} meters={node.channels.filter((channel) => channel.placed).length} />}
            {viewer.may('health:read') && <MeshOfDay id={id} />}
            <Panel flush title={t('networks.channels')}>
              <Channels channels={node.channels} concentrator={node.serial} site={node.site} done={again} />
            </Panel>
            {rotating && <RotateKey id={id} serial={node.serial} close={() => setRotating(false)} />}
          </>
        );
      }}
    </Answer>
  );
}

/** When it was heard last; whether that is too long ago is said by its alarms. */
function Heard({ at }: { at: string | null }) {
  const { t, locale } = usePreferences();
  const [now] = useState(() => Date.now());
  if (at === null) return <Status tone="quiet">{t('fresh.never')}</Status>;
  const recent = now - Date.parse(at) < 2 * HOUR_MS;
  return <Status tone={recent ? 'ok' : 'warning'}>{t('fresh.now', { when: ago(Date.parse(at), now, locale) })}</Status>;
}

function MeshOfDay({ id }: { id: string }) {
  const { t, locale } = usePreferences();
  const { on } = useSearch({ from: '/networks/$id' });
  const navigate = useNavigate({ from: '/networks/$id' });
  const now = today('UTC', Date.now());
  // Concentrators report of whole UTC days: the newest is that of yesterday.
  const day = parseDate(on) ?? addDays(now, -1);
  const [result, ask] = useQuery({ query: MESH, variables: { id, on: isoDate(day) } });
  const dayText = (text: string) => shortDate(Date.parse(text), 'UTC', locale);
  const go = (days: number) => void navigate({ search: { on: isoDate(addDays(day, days)) } });
  return (
    <Panel
      title={t('mesh.title')}
      hint={t('mesh.hint')}
      actions={
        <div className="row">
          <Button variant="default" onClick={() => go(-1)}>{t('span.before')}</Button>
          <DateField date={day} max={now} zone="UTC" onChange={(chosen) => void navigate({ search: { on: isoDate(chosen) } })} />
          <Button variant="default" disabled={isoDate(day) >= isoDate(now)} onClick={() => go(1)}>{t('span.after')}</Button>
        </div>
      }
    >
      <Answer result={result} retry={() => ask({ requestPolicy: 'network-only' })} skeleton={320}>
        {({ node }) => {
          if (!node || !('topology' in node)) return null;
          const { topology, health } = node;
          if (topology.length === 0) return <Empty icon="network" title={t('mesh.none')}>{t('mesh.noneLead')}</Empty>;
          return (
            <div className="stack">
              <Figures>
                <Figure label={t('networks.heard')} value={`${health.heard} / ${health.modules}`} tone={health.heard < health.modules ? 'warning' : 'ok'} note={t('mesh.last7')} />
                <Figure label={t('networks.levels')} value={Math.max(...health.levels.map((one) => one.level), 0)} note={t('mesh.deepest')} />
                <Figure label={t('mesh.rssi')} value={health.rssi === null ? '–' : formatNumber(health.rssi, locale, 0)} unit={unitText('dBm', locale)} />
                <Figure label={t('mesh.relayed')} value={formatNumber(health.relayed, locale, 0)} note={t('mesh.packets')} />
              </Figures>
              <Tabs defaultValue="picture" keepMounted={false}>
                <Tabs.List aria-label={t('mesh.title')}>
                  <Tabs.Tab value="picture">{t('mesh.picture')}</Tabs.Tab>
                  <Tabs.Tab value="table">{t('chart.asTable')}</Tabs.Tab>
                  <Tabs.Tab value="weak">{t('networks.weak')} ({health.weakHops.length})</Tabs.Tab>
                  <Tabs.Tab value="batteries">{t('mesh.batteries')} ({health.batteries.length})</Tabs.Tab>
                </Tabs.List>
                <Tabs.Panel value="picture" pt={16}><Mesh modules={topology} /></Tabs.Panel>
                <Tabs.Panel value="table">
                  <Rows columns={[t('mesh.module'), t('mesh.parent'), t('mesh.level'), `RSSI, ${unitText('dBm', locale)}`, t('mesh.relayed'), t('mesh.battery'), t('mesh.firmware')]} rows={topology.map((one) => [one.module, one.parent ?? t('mesh.direct'), one.level, one.rssi ?? '–', one.relayed ?? '–', one.batteryMv === null ? '–' : `${formatNumber(one.batteryMv / 1000, locale, 2)} ${unitText('V', locale)}`, one.firmware ?? '–'])} />
                </Tabs.Panel>
                <Tabs.Panel value="weak">
                  {health.weakHops.length === 0 ? <Empty icon="ok" title={t('mesh.noWeak')} /> : <Rows columns={[t('mesh.module'), t('mesh.parent'), t('mesh.level'), `RSSI, ${unitText('dBm', locale)}`, t('mesh.behind')]} rows={health.weakHops.map((one) => [one.module, one.parent ?? t('mesh.direct'), one.level, one.rssi ?? '–', one.behind])} />}
                </Tabs.Panel>
                <Tabs.Panel value="batteries">
                  {health.batteries.length === 0 ? <Empty icon="battery" title={t('mesh.noBattery')}>{t('mesh.noBatteryLead')}</Empty> : <Rows columns={[t('mesh.module'), t('mesh.battery'), t('mesh.perYear'), t('mesh.ends'), t('mesh.between')]} rows={health.batteries.map((one) => [one.module, `${formatNumber(one.millivolts / 1000, locale, 2)} ${unitText('V', locale)}`, `${formatNumber(one.perYear, locale, 0)} ${unitText('mV', locale)}`, dayText(one.endsOn), `${dayText(one.earliest)} – ${dayText(one.latest)}`])} />}
                </Tabs.Panel>
              </Tabs>
            </div>
          );
        }}
      </Answer>
    </Panel>
  );
}

function Rows({ columns, rows }: { columns: string[]; rows: (string | number)[][] }) {
  return (
    <div className="table-scroll chart-table" tabIndex={0} role="region" aria-label={columns[0]}>
      <table className="table cards">
        <thead><tr>{columns.map((column) => <th key={column} scope="col">{column}</th>)}</tr></thead>
        <tbody>{rows.map((row, index) => <tr key={index}>{row.map((cell, at) => <td key={at} data-label={columns[at]}>{cell}</td>)}</tr>)}</tbody>
      </table>
    </div>
  );
}

function ChannelState({ channel }: { channel: Channel }) {
  const t = useT();
  if (channel.placed) return <Status tone="ok">{t('found.placed')}</Status>;
  if (channel.offeredTo) return <Status tone="quiet" icon="people">{t('offer.waits', { home: channel.offeredTo })}</Status>;
  return <Status tone="warning" icon="plus">{t('found.unplaced')}</Status>;
}

interface ChannelsProps {
  channels: Channel[];
  concentrator: string;
  site: { id: string; path: string; timezone: string } | null;
  done: () => void;
}

function Channels({ channels, concentrator, site, done }: ChannelsProps) {
  const { t } = usePreferences();
  const viewer = useViewer();
  const zone = useZone();
  const [placing, setPlacing] = useState<Channel | null>(null);
  const [leaving, setLeaving] = useState<Channel | null>(null);
  const ordered = [...channels].sort((a, b) => Number(a.placed) - Number(b.placed) || a.network - b.network || a.address - b.address);
  if (ordered.length === 0) return <Empty icon="meter" title={t('networks.noChannels')} />;
  return (
    <>
      <div className="table-scroll chart-table" style={{ maxHeight: 520 }} tabIndex={0} role="region" aria-label={t('networks.channels')}>
        <table className="table cards">
          <thead>
            <tr><th scope="col">{t('found.channel')}</th><th scope="col">{t('meter')}</th><th scope="col">{t('commands.state')}</th><th scope="col"><span className="sr">{t('commands.act')}</span></th></tr>
          </thead>
          <tbody>
            {ordered.map((channel) => (
              <tr key={`${channel.network}/${channel.address}`}>
                <td>{channel.network} / {channel.address}</td>
                <td data-label={t('meter')}>{channel.point ? <Link to="/meters/$id" params={{ id: channel.point.id }} search={{}}>{channel.point.meter?.serial ?? channel.point.name}</Link> : '–'} {channel.point?.premise && <span className="quiet">{channel.point.premise.name}</span>}</td>
                <td data-label={t('commands.state')}><ChannelState channel={channel} /></td>
                <td>
                  {!channel.placed && viewer.may('metering:install') && (
                    <div className="row row-end">
                      {site && <Button size="xs" variant="default" onClick={() => setPlacing(channel)}>{t('found.place')}</Button>}
                      {channel.offerable && <Button size="xs" variant="default" onClick={() => setLeaving(channel)}>{t(channel.offeredTo ? 'offer.other' : 'offer.open')}</Button>}
                    </div>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {leaving && (
        <OfferForm
          concentrator={concentrator}
          channel={leaving}
          close={() => setLeaving(null)}
          done={() => {
            setLeaving(null);
            done();
          }}
        />
      )}
      {placing && site && (
        <PlaceMeter
          concentrator={concentrator}
          channel={placing}
          site={site}
          zone={site.timezone || zone}
          close={() => setPlacing(null)}
          done={() => {
            setPlacing(null);
            done();
          }}
        />
      )}
    </>
  );
}
