/** Orders to the device of this place: ask for a reading, switch the supply, and what became of it. */
import { Button, Modal, Select, TextInput } from '@mantine/core';
import { useRef, useState } from 'react';
import { useMutation } from 'urql';
import { graphql } from '../../api/graphql';
import { useT } from '../../app/preferences';
import { useViewer } from '../../app/viewer';
import { UserErrors, type Refusal } from '../../ui/UserErrors';
import { PointActuator } from '../actuators/PointActuator';
import { CommandList } from '../commands/CommandList';

const READ = graphql(`mutation RequestReading($input: RequestReadingInput!) { requestReading(input: $input) { command { id } errors { code field message } } }`);
const LIMIT = graphql(`mutation SetLoadLimit($input: SetLoadLimitInput!) { setLoadLimit(input: $input) { command { id } errors { code field message } } }`);
const SWITCH = graphql(`mutation SwitchSupply($input: SwitchSupplyInput!) { switchSupply(input: $input) { command { id } errors { code field message } } }`);

export function Orders({ id, zone, commodity }: { id: string; zone: string; commodity: string }) {
  const t = useT();
  const viewer = useViewer();
  const [version, setVersion] = useState(0);
  const [open, setOpen] = useState<'switch' | 'limit' | null>(null);
  const close = () => {
    setOpen(null);
    setVersion((known) => known + 1);
  };
  const [errors, setErrors] = useState<Refusal[]>([]);
  const [{ fetching }, read] = useMutation(READ);
  const executes = viewer.may('control:execute');
  const ask = async () => {
    const { data, error } = await read({ input: { point: id, idempotencyKey: crypto.randomUUID(), reason: 'reading' } });
    setErrors(error ? [{ code: 'FAILED', message: error.message }] : (data?.requestReading.errors ?? []));
    setVersion((known) => known + 1);
  };
  return (
    <>
      <PointActuator point={id} zone={zone} key={`a${version}`} />
      {executes && (
        <div className="row" style={{ padding: '16px 20px 0' }}>
          <Button variant="default" loading={fetching} onClick={() => void ask()}>{t('orders.read')}</Button>
          <Button variant="default" onClick={() => setOpen('switch')}>{t('orders.switch')}</Button>
          {commodity === 'ELECTRICITY' && <Button variant="default" onClick={() => setOpen('limit')}>{t('orders.limit')}</Button>}
        </div>
      )}
      {errors.length > 0 && <div style={{ padding: '16px 20px 0' }}><UserErrors errors={errors} /></div>}
      <CommandList key={version} point={id} zone={zone} />
      {open === 'switch' && <SwitchSupply point={id} close={close} />}
      {open === 'limit' && <LimitLoad point={id} close={close} />}
    </>
  );
}

const CAUSES = ['OPERATION', 'NON_PAYMENT', 'DANGER', 'OWN_REQUEST'] as const;

interface SwitchProps {
  point: string;
  close: () => void;
  /** The order was taken. */
  done?: () => void;
  /** What stands in the form at first. */
  cause?: (typeof CAUSES)[number];
  reason?: string;
}

export function SwitchSupply({ point, close, done, cause: first = 'OPERATION', reason: told = '' }: SwitchProps) {
  const t = useT();
  const [{ fetching }, order] = useMutation(SWITCH);
  const [state, setState] = useState<'ON' | 'OFF'>('OFF');
  const [cause, setCause] = useState<(typeof CAUSES)[number]>(first);
  const [reason, setReason] = useState(told);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const key = useRef(crypto.randomUUID());
  const send = async () => {
    const { data, error } = await order({ input: { point, state, cause, reason, idempotencyKey: key.current } });
    const refused = error ? [{ code: 'FAILED', message: error.message }] : (data?.switchSupply.errors ?? []);
    setErrors(refused);
    // A refused order was never made: the next attempt is another order.
    key.current = crypto.randomUUID();
    if (refused.length > 0) return;
    done?.();
    close();
  };
  return (
    <Modal opened onClose={close} title={t('orders.switch')} closeButtonProps={{ 'aria-label': t('close') }}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <p className="quiet">{t('orders.lead')}</p>
        <Select label={t('orders.wanted')} data={[{ value: 'OFF', label: t('supply.OFF') }, { value: 'ON', label: t('supply.ON') }]} value={state} onChange={(value) => setState(value === 'ON' ? 'ON' : 'OFF')} allowDeselect={false} />
        <Select label={t('orders.cause')} data={CAUSES.map((value) => ({ value, label: t(`cause.${value}`) }))} value={cause} onChange={(value) => setCause(CAUSES.find((one) => one === value) ?? 'OPERATION')} allowDeselect={false} />
        <TextInput label={t('reason')} required minLength={3} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
        <UserErrors errors={errors} />
        <div className="row">
          <Button type="submit" color={state === 'OFF' ? 'red' : undefined} loading={fetching}>{t(state === 'OFF' ? 'orders.off' : 'orders.on')}</Button>
          <Button variant="default" onClick={close}>{t('cancel')}</Button>
        </div>
      </form>
    </Modal>
  );
}

function LimitLoad({ point, close }: { point: string; close: () => void }) {
  const t = useT();
  const [{ fetching }, order] = useMutation(LIMIT);
  const [limit, setLimit] = useState('');
  const [reason, setReason] = useState('');
  const [errors, setErrors] = useState<Refusal[]>([]);
  const key = useRef(crypto.randomUUID());
  const send = async () => {
    const { data, error } = await order({ input: { point, limitKw: Number(limit.replace(',', '.')), reason, idempotencyKey: key.current } });
    const told = error ? [{ code: 'FAILED', message: error.message }] : (data?.setLoadLimit.errors ?? []);
    setErrors(told);
    key.current = crypto.randomUUID();
    if (told.length === 0) close();
  };
  return (
    <Modal opened onClose={close} title={t('orders.limit')} closeButtonProps={{ 'aria-label': t('close') }}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); void send(); }}>
        <p className="quiet">{t('orders.limitLead')}</p>
        <TextInput label={t('orders.limitKw')} inputMode="decimal" pattern="[0-9]+([.,][0-9]+)?" required value={limit} onChange={(event) => setLimit(event.currentTarget.value)} />
        <TextInput label={t('reason')} required minLength={3} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
        <UserErrors errors={errors} />
        <div className="row">
          <Button type="submit" loading={fetching}>{t('orders.limit')}</Button>
          <Button variant="default" onClick={close}>{t('cancel')}</Button>
        </div>
      </form>
    </Modal>
  );
}
