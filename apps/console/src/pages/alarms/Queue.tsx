/** The queue of alerts: filters that have addresses, rows that arrive by themselves. */
import { SegmentedControl, Select } from '@mantine/core';
import { ago, dateTime } from '@shared/dates';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useSubscription } from 'urql';
import { useLive } from '../../api/live';
import { usePages } from '../../api/usePages';
import { usePreferences } from '../../app/preferences';
import { useViewer, useZone } from '../../app/viewer';
import { Empty } from '../../ui/Answer';
import { PagedTable } from '../../ui/PagedTable';
import { Panel } from '../../ui/Panel';
import { Status } from '../../ui/Status';
import { ALERTS, CHANGED } from './documents';
import { KINDS } from './kinds';
import { Severity } from './Severity';

/** A sentence without the place at its beginning, which has a column of its own. */
export function saidOf(text: string, path: string | undefined): string {
  const colon = text.indexOf(': ');
  if (!path || colon < 0 || !text.startsWith(path)) return text;
  const rest = text.slice(colon + 2);
  const within = text.slice(path.length, colon).replace(/^[/,]?\s*/, '');
  return `${within ? `${within}: ` : ''}${within ? rest : rest.charAt(0).toLocaleUpperCase() + rest.slice(1)}`;
}

export function Queue() {
  const { t, locale } = usePreferences();
  const viewer = useViewer();
  const zone = useZone();
  const search = useSearch({ from: '/alarms' });
  const navigate = useNavigate({ from: '/alarms' });
  const [now] = useState(() => Date.now());
  const state = search.state ?? 'OPEN';
  const paged = usePages(
    ALERTS,
    { onlyOpen: state !== 'ALL', acknowledged: state === 'NEW' ? false : null, kinds: search.kind ? [search.kind] : null, under: search.under ?? null, locale },
    (data) => data.viewer.alerts,
  );
  const [{ data }] = useSubscription({ query: CHANGED });
  const { resumed } = useLive();
  useEffect(() => {
    if (data || resumed > 0) paged.again();
  }, [data, resumed]);
  return (
    <Panel
      flush
      title={t('alerts.queue')}
      actions={
        <>
          {viewer.tops.length > 1 && (
            <Select
              aria-label={t('alerts.below')}
              placeholder={t('alerts.everywhere')}
              clearable
              data={viewer.tops.map((one) => ({ value: one.id, label: one.name }))}
              value={search.under ?? null}
              onChange={(value) => void navigate({ search: (was) => ({ ...was, under: value ?? undefined }) })}
            />
          )}
          <Select
            aria-label={t('alerts.kind')}
            placeholder={t('alerts.anyKind')}
            clearable
            data={KINDS.map((value) => ({ value, label: t(`alert.${value}`) }))}
            value={search.kind ?? null}
            onChange={(value) => void navigate({ search: (was) => ({ ...was, kind: KINDS.find((one) => one === value) }) })}
          />
          <SegmentedControl
            aria-label={t('alerts.state')}
            value={state}
            onChange={(value) => void navigate({ search: (was) => ({ ...was, state: value === 'NEW' || value === 'ALL' ? value : undefined }) })}
            data={[
              { value: 'OPEN', label: t('alerts.open') },
              { value: 'NEW', label: t('alerts.new') },
              { value: 'ALL', label: t('alerts.all') },
            ]}
          />
        </>
      }
    >
      <PagedTable
        paged={paged}
        label={t('alerts.queue')}
        keyOf={(node) => node.id}
        columns={[{ title: t('alerts.what') }, { title: t('alarms.where') }, { title: t('alerts.since') }, { title: t('alerts.whose') }, { title: t('alerts.state') }]}
        row={(node) => {
          const own = node.site?.timezone ?? zone;
          const since = Date.parse(node.openedAt);
          return [
            <span>
              <Link className="cell-link" to="/alarms" search={{ ...search, alert: node.id }}>{node.title}</Link>
              <span className="quiet"><br />{saidOf(node.text, node.site?.path)}</span>
            </span>,
            node.site ? <Link to="/sites" search={{ path: node.site.path }}>{node.site.path.split('/').slice(-2).join(' · ')}</Link> : '–',
            <span className="nowrap">{ago(since, now, locale)}<span className="quiet"><br />{dateTime(since, own, locale)}</span></span>,
            <span>{node.assignee ?? <span className="quiet">{t('alerts.nobody')}</span>}{node.acknowledgedBy && <span className="quiet"><br />{t('alerts.acknowledged', { name: node.acknowledgedBy })}</span>}</span>,
            node.closedAt ? <Status tone="ok">{t('alerts.over', { when: dateTime(Date.parse(node.closedAt), own, locale) })}</Status> : <Severity value={node.severity} />,
          ];
        }}
        empty={<Empty icon="ok" title={t('alerts.none')}>{t('alerts.noneLead')}</Empty>}
      />
    </Panel>
  );
}
