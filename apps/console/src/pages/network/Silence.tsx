/** Who is silent at a concentrator, who looks after it, and what came of it. */
import { Button, Select, Textarea } from '@mantine/core';
import { ago, dateTime } from '@shared/dates';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { graphql, type ResultOf } from '../../api/graphql';
import { usePreferences } from '../../app/preferences';
import { useViewer } from '../../app/viewer';
import { FailureNote } from '../../ui/Answer';
import { Panel } from '../../ui/Panel';
import { Status } from '../../ui/Status';
import { UserErrors, type Refusal } from '../../ui/UserErrors';
import { COLLEAGUES } from '../alarms/documents';

const SILENCE = graphql(`
  query SilenceOf($id: ID!) {
    node(id: $id) {
      id
      ... on Concentrator { alarms(onlyOpen: false) { id kind serial network channel silentSince openedAt closedAt acknowledgedAt acknowledgedBy assignee assigneeId note } }
    }
  }
`);
const WORK = graphql(`
  mutation WorkOnNetworkAlarm($input: WorkOnNetworkAlarmInput!) {
    workOnNetworkAlarm(input: $input) {
      alarm { id acknowledgedAt acknowledgedBy assignee assigneeId note }
      errors { code field message }
    }
  }
`);

type Alarm = Extract<NonNullable<ResultOf<typeof SILENCE>['node']>, { alarms: unknown }>['alarms'][number];

interface SilenceProps {
  id: string;
  zone: string;
  site: { id: string; path: string } | null;
  /** Meters whose hours do not come while it is silent. */
  meters: number;
}

export function Silence({ id, zone, site, meters }: SilenceProps) {
  const { t } = usePreferences();
  const [{ data, error }, again] = useQuery({ query: SILENCE, variables: { id }, requestPolicy: 'cache-and-network' });
  if (error && !data) return <FailureNote error={error} retry={() => again({ requestPolicy: 'network-only' })} />;
  const all = data?.node && 'alarms' in data.node ? data.node.alarms : [];
  const open = all.filter((alarm) => !alarm.closedAt).sort((one, other) => Number(other.kind === 'CONCENTRATOR_SILENT') - Number(one.kind === 'CONCENTRATOR_SILENT'));
  const over = all.filter((alarm) => alarm.closedAt);
  if (all.length === 0) return null;
  return (
    <Panel title={t(open.length > 0 ? 'silence.title' : 'silence.over')} label={t('silence.title')}>
      {open.map((alarm) => <Open key={alarm.id} alarm={alarm} zone={zone} site={site} meters={meters} />)}
      {over.length > 0 && (
        <details open={open.length === 0}>
          <summary>{t('silence.history', { count: over.length })}</summary>
          <ol className="past">{over.map((alarm) => <Over key={alarm.id} alarm={alarm} zone={zone} />)}</ol>
        </details>
      )}
    </Panel>
  );
}

const deviceOf = ({ kind, serial, network, channel }: Alarm) => (kind === 'CHANNEL_SILENT' ? `${network}/${channel}` : serial);

function Open({ alarm, zone, site, meters }: { alarm: Alarm } & Omit<SilenceProps, 'id'>) {
  const { t, locale } = usePreferences();
  const viewer = useViewer();
  const [now] = useState(() => Date.now());
  const since = Date.parse(alarm.silentSince);
  const whole = alarm.kind === 'CONCENTRATOR_SILENT';
  return (
    <section className="silent-device" aria-label={deviceOf(alarm)}>
      <div className="alert-body">
        <div className="stack" style={{ gap: 8 }}>
          <span className="row">
            <Status tone={whole ? 'critical' : 'warning'}>{t('fresh.stale', { when: ago(since, now, locale) })}</Status>
            <strong>{t(`alarm.${alarm.kind}`)} {deviceOf(alarm)}</strong>
          </span>
          <span className="quiet">{t('silence.heardLast', { when: dateTime(since, zone, locale) })}</span>
          {alarm.acknowledgedAt && <span className="quiet">{t('silence.acknowledged', { name: alarm.acknowledgedBy ?? '–', when: dateTime(Date.parse(alarm.acknowledgedAt), zone, locale) })}</span>}
          {whole && <p>{t('silence.behind', { count: meters })}</p>}
          <ol className="causes">
            {(whole ? (['power', 'link', 'exchange'] as const) : (['battery', 'hop', 'module'] as const)).map((step) => <li key={step}>{t(`silence.step.${step}`)}</li>)}
          </ol>
          {site && (
            <span className="row" style={{ gap: 16 }}>
              <Link to="/meters" search={{ under: site.id }}>{t('silence.meters')}</Link>
              <Link to="/delivery" search={{ path: site.path }}>{t('silence.gaps')}</Link>
              <Link to="/map" search={{ show: 'silent' }}>{t('nav.map')}</Link>
            </span>
          )}
        </div>
        {viewer.may('alerts:write') && <Work key={`${alarm.id} ${alarm.acknowledgedAt}`} alarm={alarm} />}
      </div>
    </section>
  );
}

function Work({ alarm }: { alarm: Alarm }) {
  const { t } = usePreferences();
  const [{ data }] = useQuery({ query: COLLEAGUES });
  const [{ fetching }, work] = useMutation(WORK);
  const [assignee, setAssignee] = useState(alarm.assigneeId);
  const [note, setNote] = useState(alarm.note ?? '');
  const [errors, setErrors] = useState<Refusal[]>([]);
  const [saved, setSaved] = useState(false);
  const send = async () => {
    const told = await work({ input: { alarm: alarm.id, assignee, note: note.trim() || null } });
    const refused = told.error ? [{ code: 'FAILED', message: told.error.message }] : [...(told.data?.workOnNetworkAlarm.errors ?? [])];
    setErrors(refused);
    setSaved(refused.length === 0);
  };
  return (
    <form className="form" onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <Select
        label={t('alerts.assign')}
        placeholder={t('alerts.nobody')}
        clearable
        data={(data?.viewer.colleagues ?? []).map((one) => ({ value: one.id, label: one.name }))}
        value={assignee}
        onChange={(value) => { setSaved(false); setAssignee(value); }}
      />
      <Textarea label={t('alerts.note')} autosize minRows={2} value={note} onChange={(event) => { setSaved(false); setNote(event.currentTarget.value); }} />
      <UserErrors errors={errors} />
      <div className="row">
        <Button type="submit" loading={fetching} variant={alarm.acknowledgedAt ? 'default' : 'filled'}>{t(alarm.acknowledgedAt ? 'save' : 'alerts.acknowledge')}</Button>
        {saved && <span className="quiet" role="status">{t('settings.saved')}</span>}
      </div>
      <p className="hint">{t('silence.endsItself')}</p>
    </form>
  );
}

function Over({ alarm, zone }: { alarm: Alarm; zone: string }) {
  const { t, locale } = usePreferences();
  return (
    <li>
      <Status tone="ok">{t('alarms.back', { when: dateTime(Date.parse(alarm.closedAt ?? alarm.openedAt), zone, locale) })}</Status>
      <span>{t(`alarm.${alarm.kind}`)} {deviceOf(alarm)}</span>
      <span className="quiet">{t('silence.heardLast', { when: dateTime(Date.parse(alarm.silentSince), zone, locale) })}{alarm.assignee && ` · ${alarm.assignee}`}</span>
      {alarm.note && <span>“{alarm.note}”</span>}
    </li>
  );
}
