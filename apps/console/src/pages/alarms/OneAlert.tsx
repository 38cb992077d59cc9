/** One alert: what it says, what to do, and what is done about it. */
import { Button, Select, Textarea } from '@mantine/core';
import { dateTime } from '@shared/dates';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useMutation, useQuery, useSubscription } from 'urql';
import { usePreferences } from '../../app/preferences';
import { useViewer, useZone } from '../../app/viewer';
import { Actor } from '../../ui/Actor';
import { Answer, Empty } from '../../ui/Answer';
import { Panel } from '../../ui/Panel';
import { Status } from '../../ui/Status';
import { UserErrors, type Refusal } from '../../ui/UserErrors';
import { ACKNOWLEDGE, ALERT, ASSIGN, CHANGED, COLLEAGUES, NOTE } from './documents';
import { Severity } from './Severity';

export function OneAlert({ id }: { id: string }) {
  const { t, locale } = usePreferences();
  const zone = useZone();
  const navigate = useNavigate({ from: '/alarms' });
  const [result, read] = useQuery({ query: ALERT, variables: { id, locale } });
  const again = () => read({ requestPolicy: 'network-only' });
  const [{ data }] = useSubscription({ query: CHANGED });
  useEffect(() => {
    if (data?.alertRaised.id === id) again();
  }, [data]);
  const back = <Button variant="default" onClick={() => void navigate({ search: (was) => ({ ...was, alert: undefined }) })}>{t('alerts.close')}</Button>;
  return (
    <Answer result={result} retry={again} skeleton={440}>
      {({ node }) => {
        if (node?.__typename !== 'Alert') return <Panel actions={back}><Empty icon="search" title={t('alerts.lost')}>{t('lost.lead')}</Empty></Panel>;
        const own = node.site?.timezone ?? zone;
        return (
          <Panel title={node.title} hint={node.text} actions={back} label={node.title}>
            <div className="row" style={{ marginBottom: 16 }}>
              {node.closedAt ? <Status tone="ok">{t('alerts.over', { when: dateTime(Date.parse(node.closedAt), own, locale) })}</Status> : <Severity value={node.severity} />}
              {node.escalatedAt && <Status tone="critical">{t('alerts.escalated', { when: dateTime(Date.parse(node.escalatedAt), own, locale) })}</Status>}
              {node.owner && (node.owner.__typename === 'MeteringPoint'
                ? <Link to="/meters/$id" params={{ id: node.owner.id }} search={{}}>{node.owner.name}</Link>
                : <Link to="/balances/$id" params={{ id: node.owner.id }} search={{}}>{node.owner.name}</Link>)}
              {node.drEvent && <Link to="/demand-response/$id" params={{ id: node.drEvent.id }}>{node.drEvent.name}</Link>}
              {node.finding && <Link to="/findings/$id" params={{ id: node.finding.id }}>{t('alerts.finding')}</Link>}
            </div>
            <div className="alert-body">
              <Work key={node.id} id={node.id} noted={node.note ?? ''} assignee={node.assigneeId} isNew={node.acknowledgedAt === null} own={node.own} ends={node.closedAt ? null : t(node.finding ? 'alerts.endsWithFinding' : 'alerts.endsItself')} again={again} />
              <div>
                {node.advice && <p style={{ marginBottom: 16 }}>{node.advice}</p>}
                <h3>{t('alerts.past')}</h3>
                <ol className="past" aria-label={t('alerts.past')}>
                  {[...node.transitions].reverse().map((one, index) => (
                    <li key={index}>
                      <span>{t(`alerts.step.${one.step}`)}</span>
                      <span className="quiet">{dateTime(Date.parse(one.at), own, locale)} · <Actor actor={one.actor} person={one.person} /></span>
                      {one.note && <span>“{one.note}”</span>}
                    </li>
                  ))}
                </ol>
              </div>
            </div>
          </Panel>
        );
      }}
    </Answer>
  );
}

interface WorkProps {
  id: string;
  noted: string;
  assignee: string | null;
  isNew: boolean;
  own: boolean;
  /** What ends it, while it is open. */
  ends: string | null;
  again: () => void;
}

interface Told {
  error?: { message: string } | undefined;
}

function Work({ id, noted, assignee, isNew, own, ends, again }: WorkProps) {
  const { t } = usePreferences();
  const viewer = useViewer();
  const writes = viewer.may('alerts:write');
  const [note, setNote] = useState(noted);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const [{ data }] = useQuery({ query: COLLEAGUES, pause: !writes || own });
  const [, acknowledge] = useMutation(ACKNOWLEDGE);
  const [, assign] = useMutation(ASSIGN);
  const [, keep] = useMutation(NOTE);
  if (!writes) return noted ? <p>“{noted}”</p> : null;
  const settle = (told: Told, refused: readonly Refusal[] | undefined) => {
    setErrors(told.error ? [{ code: 'FAILED', message: told.error.message }] : [...(refused ?? [])]);
    again();
  };
  return (
    <div className="form" aria-label={t('alerts.work')}>
      <Textarea label={t('alerts.note')} autosize minRows={2} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
      <UserErrors errors={errors} />
      <div className="row">
        {isNew && <Button onClick={() => void acknowledge({ input: { alert: id, note: note.trim() || null } }).then((told) => settle(told, told.data?.acknowledgeAlert.errors))}>{t('alerts.acknowledge')}</Button>}
        <Button variant="default" disabled={note.trim() === noted} onClick={() => void keep({ input: { alert: id, note: note.trim() || null } }).then((told) => settle(told, told.data?.noteAlert.errors))}>{t('alerts.saveNote')}</Button>
      </div>
      {!own && data && (
        <Select
          label={t('alerts.assign')}
          placeholder={t('alerts.nobody')}
          clearable
          data={data.viewer.colleagues.map((one) => ({ value: one.id, label: one.name }))}
          value={assignee}
          onChange={(value) => void assign({ input: { alert: id, assignee: value } }).then((told) => settle(told, told.data?.assignAlert.errors))}
        />
      )}
      {ends && <p className="hint">{ends}</p>}
    </div>
  );
}
