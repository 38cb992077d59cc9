/** One metering point: its profile, readings, quality, corrections, meters and orders. */
import { Button, Tabs } from '@mantine/core';
import type { Commodity as Word } from '@shared/tokens';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../../api/graphql';
import { useNewReadings } from '../../api/useNews';
import { useT } from '../../app/preferences';
import { useViewer } from '../../app/viewer';
import { Answer, Empty } from '../../ui/Answer';
import { Commodity } from '../../ui/Commodity';
import { Crumbs } from '../../ui/Crumbs';
import { Icon } from '../../ui/Icon';
import { PageHead, Panel } from '../../ui/Panel';
import { chosenSpan } from '../../ui/SpanPicker';
import { FindingsOf } from '../findings/FindingsOf';
import { YearBand } from '../profile/YearBand';
import { ProfileSection } from '../profile/ProfileSection';
import { Changes } from './Changes';
import { Compare } from './Compare';
import { CorrectReadings } from './CorrectReadings';
import { Exchange } from './Exchange';
import { Flags } from './Flags';
import { Freshness } from './Freshness';
import { HeatFlow } from './HeatFlow';
import { History } from './History';
import { Household } from './Household';
import { Orders } from './Orders';
import { ReadingAt } from './ReadingAt';
import { Temperatures } from './Temperatures';

const POINT = graphql(`
  query Point($id: ID!) {
    node(id: $id) {
      id
      ... on MeteringPoint {
        name commodity role phase quantity
        meter { id serial accuracyClass }
        site { id name path kind timezone balanceGroups { id commodity } }
        premise { id name areaM2 persons rooms }
        installations { meter { id serial } installedAt removedAt initialIndex finalIndex pulseConstant capacity }
      }
    }
  }
`);

export function Meter() {
  const t = useT();
  const viewer = useViewer();
  const { id } = useParams({ from: '/meters/$id' });
  const search = useSearch({ from: '/meters/$id' });
  const navigate = useNavigate({ from: '/meters/$id' });
  const [correcting, setCorrecting] = useState(false);
  const [exchanging, setExchanging] = useState(false);
  const [version, setVersion] = useState(0);
  const [result, again] = useQuery({ query: POINT, variables: { id } });
  const node = result.data?.node && 'site' in result.data.node ? result.data.node : null;
  const group = node?.site.balanceGroups.find((one) => one.commodity === node.commodity)?.id ?? null;
  useNewReadings(group, () => setVersion((known) => known + 1), !node);
  return (
    <Answer result={result} retry={() => again({ requestPolicy: 'network-only' })} skeleton={600} shape="page">
      {() => {
        if (!node) return <Panel><Empty icon="meter" title={t('meters.absent')}>{t('meters.absentLead')}</Empty></Panel>;
        const zone = node.site.timezone;
        const { span, date } = chosenSpan(search, zone);
        const compare = search.compare?.split(',').filter(Boolean) ?? [];
        return (
          <>
            <PageHead
              eyebrow={<Crumbs path={node.site.path} />}
              title={node.meter?.serial ?? node.name}
              lead={
                <span className="row">
                  <Commodity commodity={node.commodity as Word} />
                  <span>· {t(`role.point.${node.role}`)}</span>
                  {node.premise && <span>· {t('meter.premise', { name: node.premise.name })}</span>}
                  {node.phase && <span>· {t('meter.phase', { phase: node.phase })}</span>}
                  {node.quantity === 'REACTIVE' && <span>· {t('meter.reactive')}</span>}
                  <Freshness key={version} id={id} zone={zone} />
                </span>
              }
              actions={
                <>
                  {viewer.may('alerts:read') && <Button variant="default" leftSection={<Icon name="alarm" size={18} />} renderRoot={(props) => <Link to="/rules" search={{ about: id }} {...props} />}>{t('rules.make')}</Button>}
                  {viewer.may('metering:install') && node.meter && <Button variant="default" onClick={() => setExchanging(true)}>{t('exchange.open')}</Button>}
                  {viewer.may('readings:correct') && <Button variant="default" onClick={() => setCorrecting(true)}>{t('correct.open')}</Button>}
                </>
              }
            />
            <ProfileSection
              key={version}
              id={id}
              commodity={node.commodity as Word}
              zone={zone}
              span={span}
              date={date}
              compare={compare}
              onChange={(next) => void navigate({ search: (known) => ({ ...known, ...next, hour: undefined }) })}
              actions={
                <Compare
                  point={id}
                  site={node.site.id}
                  commodity={node.commodity as Word}
                  chosen={compare}
                  onChange={(ids) => void navigate({ search: (known) => ({ ...known, compare: ids.join(',') || undefined }) })}
                />
              }
            />
            {span === 'year' && <YearBand id={id} zone={zone} year={date.year} commodity={node.commodity as Word} />}
            <div className="grid-2">
              <ReadingAt key={version} id={id} zone={zone} />
              <History installations={node.installations} zone={zone} accuracyClass={node.meter?.accuracyClass ?? null} />
            </div>
            {node.commodity === 'HEAT' && <HeatFlow key={`h${version}`} id={id} zone={zone} span={span} date={date} />}
            <Temperatures id={id} zone={zone} span={span} date={date} />
            <Panel flush label={t('meter.more')}>
              <Tabs defaultValue={viewer.may('findings:read') ? 'findings' : 'changes'} keepMounted={false}>
                <Tabs.List aria-label={t('meter.more')}>
                  {viewer.may('findings:read') && <Tabs.Tab value="findings">{t('nav.findings')}</Tabs.Tab>}
                  <Tabs.Tab value="changes">{t('changes.title')}</Tabs.Tab>
                  <Tabs.Tab value="flags">{t('flags.title')}</Tabs.Tab>
                  {viewer.may('control:read') && <Tabs.Tab value="orders">{t('nav.commands')}</Tabs.Tab>}
                  {viewer.may('residents:read') && node.premise && <Tabs.Tab value="household">{t('household.title')}</Tabs.Tab>}
                </Tabs.List>
                <Tabs.Panel value="findings"><FindingsOf id={id} zone={zone} /></Tabs.Panel>
                <Tabs.Panel value="changes"><Changes key={version} id={id} zone={zone} /></Tabs.Panel>
                <Tabs.Panel value="flags"><Flags id={id} zone={zone} point={node} /></Tabs.Panel>
                <Tabs.Panel value="orders"><Orders id={id} zone={zone} commodity={node.commodity} /></Tabs.Panel>
                <Tabs.Panel value="household">{node.premise && <Household premise={node.premise.id} zone={zone} />}</Tabs.Panel>
              </Tabs>
            </Panel>
            {exchanging && (
              <Exchange
                point={id}
                serial={node.meter?.serial ?? node.name}
                constant={node.installations.at(-1)?.pulseConstant ?? null}
                zone={zone}
                close={() => setExchanging(false)}
                done={() => {
                  setExchanging(false);
                  setVersion((known) => known + 1);
                  again({ requestPolicy: 'network-only' });
                }}
              />
            )}
            {correcting && (
              <CorrectReadings
                point={id}
                zone={zone}
                date={date}
                first={Number(search.hour ?? 0)}
                close={() => setCorrecting(false)}
                done={() => setVersion((known) => known + 1)}
              />
            )}
          </>
        );
      }}
    </Answer>
  );
}
