/** What is done with the meters that were chosen: orders for all of them, a group, a table to keep. */
import { Button, Select, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { useMutation } from 'urql';
import { graphql, type ResultOf } from '../../api/graphql';
import { keepTable } from '../../api/download';
import { useT } from '../../app/preferences';
import { useViewer } from '../../app/viewer';
import { UserErrors, type Refusal } from '../../ui/UserErrors';
import type { Point } from './MeterList';

const ORDER = graphql(`
  mutation CommandPoints($input: CommandPointsInput!) {
    commandPoints(input: $input) { commands skipped { point code message } errors { code field message } }
  }
`);
const CAUSES = ['OPERATION', 'NON_PAYMENT', 'DANGER', 'OWN_REQUEST'] as const;
const MOST_NAMED = 8;

type Made = ResultOf<typeof ORDER>['commandPoints'];

interface BulkProps {
  chosen: ReadonlyMap<string, Point>;
  shown: readonly Point[];
  choose: (points: readonly Point[]) => void;
}

export function Bulk({ chosen, shown, choose }: BulkProps) {
  const t = useT();
  const viewer = useViewer();
  const [ordering, setOrdering] = useState<'REQUEST_READING' | 'SWITCH_SUPPLY' | null>(null);
  const points = [...chosen.values()];
  const save = () => keepTable(
    [t('meter.serial'), t('meter.place'), t('meter.role'), t('commodity')],
    points.map((one) => [one.meter?.serial ?? one.name, [one.site.path, one.premise?.name].filter(Boolean).join('/'), t(`role.point.${one.role}`), t(`commodity.${one.commodity}`)]),
    'meters',
  );
  const none = points.length === 0;
  return (
    <div className="bulk" role="region" aria-label={t('bulk.count', { count: points.length })}>
      <div className="spread">
        <strong role="status">{t('bulk.count', { count: points.length })}</strong>
        <div className="row">
          <Button size="xs" variant="default" disabled={shown.length === 0} onClick={() => choose(shown)}>{t('bulk.all', { count: shown.length })}</Button>
          <Button size="xs" variant="default" disabled={none} onClick={() => choose([])}>{t('bulk.none')}</Button>
          {viewer.may('control:execute') && (
            <>
              <Button size="xs" disabled={none} onClick={() => setOrdering('REQUEST_READING')}>{t('bulk.read')}</Button>
              <Button size="xs" variant="default" disabled={none} onClick={() => setOrdering('SWITCH_SUPPLY')}>{t('bulk.switch')}</Button>
            </>
          )}
          <Button size="xs" variant="default" disabled={none} onClick={save}>{t('bulk.csv')}</Button>
        </div>
      </div>
      {ordering && !none && <Order key={ordering} kind={ordering} points={points} close={() => setOrdering(null)} />}
    </div>
  );
}

function Order({ kind, points, close }: { kind: 'REQUEST_READING' | 'SWITCH_SUPPLY'; points: readonly Point[]; close: () => void }) {
  const t = useT();
  const [{ fetching }, order] = useMutation(ORDER);
  const [state, setState] = useState<'ON' | 'OFF'>('OFF');
  const [cause, setCause] = useState<(typeof CAUSES)[number]>('OPERATION');
  const [reason, setReason] = useState('');
  const [errors, setErrors] = useState<Refusal[]>([]);
  const [made, setMade] = useState<Made | null>(null);
  const key = useRef(crypto.randomUUID());
  const switches = kind === 'SWITCH_SUPPLY';
  const send = async () => {
    const { data, error } = await order({ input: { points: points.map((one) => one.id), kind, reason, idempotencyKey: key.current, ...(switches ? { state, cause } : {}) } });
    const told = error ? [{ code: 'FAILED', message: error.message }] : (data?.commandPoints.errors ?? []);
    setErrors(told);
    // What was refused was never made: the next attempt is another order.
    key.current = crypto.randomUUID();
    if (told.length === 0) setMade(data?.commandPoints ?? null);
  };
  if (made) return <Outcome made={made} points={points} close={close} />;
  return (
    <form className="form" onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <p className="hint">{t('bulk.lead')}</p>
      <div className="field-grid">
        {switches && <Select label={t('orders.wanted')} data={[{ value: 'OFF', label: t('supply.OFF') }, { value: 'ON', label: t('supply.ON') }]} value={state} allowDeselect={false} onChange={(value) => setState(value === 'ON' ? 'ON' : 'OFF')} />}
        {switches && <Select label={t('orders.cause')} data={CAUSES.map((value) => ({ value, label: t(`cause.${value}`) }))} value={cause} allowDeselect={false} onChange={(value) => setCause(CAUSES.find((one) => one === value) ?? 'OPERATION')} />}
        <TextInput label={t('bulk.reason')} required minLength={3} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
      </div>
      <UserErrors errors={errors} />
      <div className="row">
        <Button type="submit" color={switches && state === 'OFF' ? 'red' : undefined} loading={fetching}>{t(switches ? 'bulk.switch' : 'bulk.read')}</Button>
        <Button variant="default" onClick={close}>{t('cancel')}</Button>
      </div>
    </form>
  );
}

function Outcome({ made, points, close }: { made: Made; points: readonly Point[]; close: () => void }) {
  const t = useT();
  const nameOf = (id: string) => points.find((one) => one.id === id)?.meter?.serial ?? id;
  const reasons = [...new Set(made.skipped.map((one) => one.code))];
  return (
    <div className="form" role="status">
      <strong>{t('bulk.made', { count: made.commands ?? 0 })}</strong>
      {reasons.map((code) => {
        const those = made.skipped.filter((one) => one.code === code);
        return (
          <p key={code} className="hint">
            {t('bulk.skipped', { count: those.length })}: {those[0]?.message} <small className="mono">{code}</small>
            <br />{those.slice(0, MOST_NAMED).map((one) => nameOf(one.point)).join(', ')}{those.length > MOST_NAMED && ' …'}
          </p>
        );
      })}
      <div className="row"><Link to="/commands" search={{}}>{t('bulk.follow')}</Link><Button size="xs" variant="default" onClick={close}>{t('close')}</Button></div>
    </div>
  );
}
