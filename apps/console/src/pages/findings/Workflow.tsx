/** What is done about a finding, step by step, and what was done. */
import { Button, Textarea } from '@mantine/core';
import { dateTime } from '@shared/dates';
import { useState } from 'react';
import { useMutation } from 'urql';
import { usePreferences } from '../../app/preferences';
import { useViewer } from '../../app/viewer';
import { Actor } from '../../ui/Actor';
import { Panel } from '../../ui/Panel';
import { UserErrors, type Refusal } from '../../ui/UserErrors';
import { ACKNOWLEDGE, CLOSE, INSPECT, type FindingNode } from './documents';
import { FindingState } from './FindingState';

interface WorkflowProps {
  finding: FindingNode;
  zone: string;
  again: () => void;
}

interface Told {
  error?: { message: string } | undefined;
}

export function Workflow({ finding, zone, again }: WorkflowProps) {
  const { t } = usePreferences();
  const viewer = useViewer();
  const [note, setNote] = useState('');
  const [errors, setErrors] = useState<Refusal[]>([]);
  const [, acknowledge] = useMutation(ACKNOWLEDGE);
  const [, inspect] = useMutation(INSPECT);
  const [, close] = useMutation(CLOSE);
  const writes = viewer.may('findings:write') && finding.state !== 'CLOSED';
  const base = { finding: finding.id, note: note.trim() || null };
  const settle = (told: Told, refused: readonly Refusal[] | undefined) => {
    const found = told.error ? [{ code: 'FAILED', message: told.error.message }] : [...(refused ?? [])];
    setErrors(found);
    if (found.length === 0) setNote('');
    again();
  };
  const verdict = async (word: 'CONFIRMED' | 'REFUTED') => {
    const told = await inspect({ input: { ...base, verdict: word } });
    settle(told, told.data?.inspectFinding.errors);
  };
  return (
    <Panel title={t('findings.work')} hint={writes ? t('findings.workHint') : undefined}>
      {writes && (
        <div className="form">
          <Textarea label={t('findings.note')} autosize minRows={2} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
          <UserErrors errors={errors} />
          {finding.state === 'NEW' && (
            <Button onClick={() => void acknowledge({ input: base }).then((told) => settle(told, told.data?.acknowledgeFinding.errors))}>{t('findings.acknowledge')}</Button>
          )}
          {finding.state !== 'INSPECTED' && (
            <>
              <Button variant={finding.state === 'NEW' ? 'default' : 'filled'} onClick={() => void verdict('CONFIRMED')}>{t('findings.confirm')}</Button>
              <Button variant="default" onClick={() => void verdict('REFUTED')}>{t('findings.refute')}</Button>
            </>
          )}
          <Button variant={finding.state === 'INSPECTED' ? 'filled' : 'default'} onClick={() => void close({ input: base }).then((told) => settle(told, told.data?.closeFinding.errors))}>
            {t('findings.close')}
          </Button>
        </div>
      )}
      <Past finding={finding} zone={zone} />
    </Panel>
  );
}

function Past({ finding, zone }: { finding: FindingNode; zone: string }) {
  const { t, locale } = usePreferences();
  return (
    <ol className="past" aria-label={t('findings.past')}>
      {[...finding.transitions].reverse().map((one, index) => (
        <li key={index}>
          <FindingState state={one.state} verdict={one.verdict} />
          <span className="quiet">{dateTime(Date.parse(one.at), zone, locale)} · <Actor actor={one.actor} person={one.person} /></span>
          {one.kind !== finding.kind && <span>{t(`finding.${one.kind}`)}</span>}
          {one.note && <span>“{one.note}”</span>}
        </li>
      ))}
    </ol>
  );
}
