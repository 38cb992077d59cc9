/** Everything that rings: the queue of alerts, and the devices that fell silent. */
import { Checkbox } from '@mantine/core';
import { ago, dateTime } from '@shared/dates';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../api/graphql';
import { usePages } from '../api/usePages';
import { usePreferences } from '../app/preferences';
import { useViewer, useZone } from '../app/viewer';
import { Empty } from '../ui/Answer';
import { PagedTable } from '../ui/PagedTable';
import { PageHead, Panel } from '../ui/Panel';
import { Status } from '../ui/Status';
import { OneAlert } from './alarms/OneAlert';
import { Queue } from './alarms/Queue';

const ALARMS = graphql(`
  query Alarms($after: String, $onlyOpen: Boolean!) {
    viewer {
      networkAlarms(first: 50, after: $after, onlyOpen: $onlyOpen) {
        edges { node { id kind serial network channel silentSince openedAt closedAt assignee note acknowledgedBy site { id name path timezone } concentrator { id serial } } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);
const LIMITS = graphql(`query AlarmLimits { viewer { networkAlarmLimits { concentratorHours deviceHours } } }`);

export function Alarms() {
  const { t } = usePreferences();
  const viewer = useViewer();
  const { alert } = useSearch({ from: '/alarms' });
  return (
    <>
      <PageHead title={t('nav.alarms')} lead={t(viewer.may('alerts:read') ? 'alerts.lead' : 'alarms.lead')} />
      {alert && viewer.may('alerts:read') && <OneAlert key={alert} id={alert} />}
      {viewer.may('alerts:read') && <Queue />}
      {viewer.may('health:read') && <Silent />}
    </>
  );
}

function Silent() {
  const { t, locale } = usePreferences();
  const zone = useZone();
  const { all } = useSearch({ from: '/alarms' });
  const navigate = useNavigate({ from: '/alarms' });
  const [now] = useState(() => Date.now());
  const paged = usePages(ALARMS, { onlyOpen: !all }, (data) => data.viewer.networkAlarms);
  const [{ data }] = useQuery({ query: LIMITS });
  const limits = data?.viewer.networkAlarmLimits;
  return (
      <Panel
        flush
        title={t('alarms.silent')}
        hint={limits ? t('alarms.limits', { concentrator: limits.concentratorHours, device: limits.deviceHours }) : t('alarms.lead')}
        actions={<Checkbox label={t('alarms.withClosed')} checked={!!all} onChange={(event) => void navigate({ search: (was) => ({ ...was, all: event.currentTarget.checked ? 'true' : undefined }) })} />}
      >
        <PagedTable
          paged={paged}
          label={t('alarms.silent')}
          keyOf={(node) => node.id}
          columns={[{ title: t('alarms.device') }, { title: t('alarms.where') }, { title: t('alarms.sinceTitle') }, { title: t('alerts.whose') }, { title: t('commands.state') }]}
          row={(node) => {
            const own = node.site?.timezone ?? zone;
            const since = Date.parse(node.silentSince);
            return [
              <span>
                {node.concentrator ? <Link className="cell-link" to="/networks/$id" params={{ id: node.concentrator.id }} search={{}}>{node.serial}</Link> : node.serial}
                <span className="quiet"><br />{t(`alarm.${node.kind}`)}{node.channel !== null && ` ${node.network}/${node.channel}`}</span>
              </span>,
              node.site ? <Link to="/sites" search={{ path: node.site.path }}>{node.site.path.split('/').slice(-2).join(' · ')}</Link> : '–',
              <span className="nowrap">{ago(since, now, locale)}<span className="quiet"><br />{dateTime(since, own, locale)}</span></span>,
              <span>{node.assignee ?? <span className="quiet">{node.acknowledgedBy ? t('alerts.acknowledged', { name: node.acknowledgedBy }) : t('alerts.nobody')}</span>}{node.note && <span className="quiet"><br />{node.note}</span>}</span>,
              node.closedAt ? <Status tone="ok">{t('alarms.back', { when: dateTime(Date.parse(node.closedAt), own, locale) })}</Status> : <Status tone={node.kind === 'CONCENTRATOR_SILENT' ? 'critical' : 'warning'}>{t('alarms.open')}</Status>,
            ];
          }}
          empty={<Empty icon="ok" title={t('alarms.none')}>{t('alarms.noneLead')}</Empty>}
        />
      </Panel>
  );
}
