/** The queue of silent devices: who, where, since when, and whether they came back. */
import { Checkbox } from '@mantine/core';
import { ago, dateTime } from '@shared/dates';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../api/graphql';
import { usePages } from '../api/usePages';
import { usePreferences } from '../app/preferences';
import { useZone } from '../app/viewer';
import { Empty } from '../ui/Answer';
import { PagedTable } from '../ui/PagedTable';
import { PageHead, Panel } from '../ui/Panel';
import { Status } from '../ui/Status';

const ALARMS = graphql(`
  query Alarms($after: String, $onlyOpen: Boolean!) {
    viewer {
      networkAlarms(first: 50, after: $after, onlyOpen: $onlyOpen) {
        edges { node { id kind serial network channel silentSince openedAt closedAt site { id name path timezone } concentrator { id serial } } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);
const LIMITS = graphql(`query AlarmLimits { viewer { networkAlarmLimits { concentratorHours deviceHours } } }`);

export function Alarms() {
  const { t, locale } = usePreferences();
  const zone = useZone();
  const { all } = useSearch({ from: '/alarms' });
  const navigate = useNavigate({ from: '/alarms' });
  const [now] = useState(() => Date.now());
  const paged = usePages(ALARMS, { onlyOpen: !all }, (data) => data.viewer.networkAlarms);
  const [{ data }] = useQuery({ query: LIMITS });
  const limits = data?.viewer.networkAlarmLimits;
  return (
    <>
      <PageHead
        title={t('nav.alarms')}
        lead={limits ? t('alarms.limits', { concentrator: limits.concentratorHours, device: limits.deviceHours }) : t('alarms.lead')}
      />
      <Panel
        flush
        title={t('alarms.silent')}
        actions={<Checkbox label={t('alarms.withClosed')} checked={!!all} onChange={(event) => void navigate({ search: { all: event.currentTarget.checked ? 'true' : undefined } })} />}
      >
        <PagedTable
          paged={paged}
          label={t('nav.alarms')}
          keyOf={(node) => node.id}
          columns={[{ title: t('alarms.device') }, { title: t('alarms.where') }, { title: t('alarms.sinceTitle') }, { title: t('commands.state') }]}
          row={(node) => {
            const own = node.site?.timezone ?? zone;
            const since = Date.parse(node.silentSince);
            return [
              <span>
                {node.concentrator ? <Link className="cell-link" to="/networks/$id" params={{ id: node.concentrator.id }} search={{}}>{node.serial}</Link> : node.serial}
                <span className="quiet"><br />{t(`alarm.${node.kind}`)}{node.channel !== null && ` ${node.network}/${node.channel}`}</span>
              </span>,
              node.site ? <Link to="/sites" search={{ path: node.site.path }}>{node.site.path.split('/').slice(-2).join(' · ')}</Link> : '–',
              <span>{ago(since, now, locale)}<span className="quiet"><br />{dateTime(since, own, locale)}</span></span>,
              node.closedAt ? <Status tone="ok">{t('alarms.back', { when: dateTime(Date.parse(node.closedAt), own, locale) })}</Status> : <Status tone={node.kind === 'CONCENTRATOR_SILENT' ? 'critical' : 'warning'}>{t('alarms.open')}</Status>,
            ];
          }}
          empty={<Empty icon="ok" title={t('alarms.none')}>{t('alarms.noneLead')}</Empty>}
        />
      </Panel>
    </>
  );
}
