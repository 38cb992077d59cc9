/** Another meter takes the place of this one, or it is taken away: at one hour, with both dials told. */
import { Button, Drawer, SegmentedControl, TextInput } from '@mantine/core';
import { HOUR_MS, localInput, ofLocalInput } from '@shared/zones';
import { useState } from 'react';
import { useMutation } from 'urql';
import { graphql } from '../../api/graphql';
import { useT } from '../../app/preferences';
import { UserErrors, type Refusal } from '../../ui/UserErrors';

const REPLACE = graphql(`mutation ReplaceMeter($input: ReplaceMeterInput!) { replaceMeter(input: $input) { point { id } errors { code field message } } }`);
const REMOVE = graphql(`mutation RemoveMeter($input: RemoveMeterInput!) { removeMeter(input: $input) { point { id } errors { code field message } } }`);

interface ExchangeProps {
  point: string;
  serial: string;
  constant: string | null;
  zone: string;
  close: () => void;
  done: () => void;
}

const number = (text: string): string | null => text.trim().replace(',', '.') || null;

export function Exchange({ point, serial, constant, zone, close, done }: ExchangeProps) {
  const t = useT();
  const [replacing, replace] = useMutation(REPLACE);
  const [removing, remove] = useMutation(REMOVE);
  const [kind, setKind] = useState<'exchange' | 'remove'>('exchange');
  const [typed, setTyped] = useState({ at: localInput(Math.floor(Date.now() / HOUR_MS) * HOUR_MS, zone), final: '', serial: '', initial: '0', constant: constant ?? '' });
  const [errors, setErrors] = useState<Refusal[]>([]);
  const told = (part: Partial<typeof typed>) => setTyped((all) => ({ ...all, ...part }));
  const send = async () => {
    const at = ofLocalInput(typed.at, zone);
    if (at === null) return;
    let refused: Refusal[] | undefined;
    if (kind === 'exchange') {
      const { data, error } = await replace({ input: { point, meterSerial: typed.serial.trim(), installedAt: at, initialIndex: number(typed.initial) ?? '0', finalIndex: number(typed.final), pulseConstant: number(typed.constant) } });
      refused = error ? [{ code: 'FAILED', message: error.message }] : data?.replaceMeter.errors;
    } else {
      const { data, error } = await remove({ input: { point, removedAt: at, finalIndex: number(typed.final) } });
      refused = error ? [{ code: 'FAILED', message: error.message }] : data?.removeMeter.errors;
    }
    setErrors(refused ?? []);
    if (refused?.length === 0) done();
  };
  const field = (name: keyof typeof typed, label: string, more: Record<string, unknown> = {}) => (
    <TextInput label={label} value={typed[name]} onChange={(event) => told({ [name]: event.currentTarget.value })} {...more} />
  );
  const decimal = { inputMode: 'decimal', pattern: '[0-9]+([.,][0-9]+)?' };
  return (
    <Drawer opened onClose={close} position="right" size={460} title={t('exchange.title', { serial })} closeButtonProps={{ 'aria-label': t('close') }}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); void send(); }}>
        <SegmentedControl
          aria-label={t('exchange.open')}
          value={kind}
          onChange={(value) => setKind(value === 'remove' ? 'remove' : 'exchange')}
          data={[{ value: 'exchange', label: t('exchange.replace') }, { value: 'remove', label: t('exchange.remove') }]}
        />
        <p className="hint">{t(kind === 'exchange' ? 'exchange.replaceLead' : 'exchange.removeLead')}</p>
        {field('at', t('exchange.at'), { type: 'datetime-local', step: 3600, required: true, description: t('timesIn', { zone }) })}
        {field('final', t('exchange.final', { serial }), { ...decimal, description: t('exchange.finalHint') })}
        {kind === 'exchange' && (
          <>
            {field('serial', t('exchange.serial'), { required: true, maxLength: 60 })}
            {field('initial', t('exchange.initial'), { ...decimal, required: true })}
            {field('constant', t('installation.constant'), { description: t('place.constantHint') })}
          </>
        )}
        <UserErrors errors={errors} />
        <div className="row">
          <Button type="submit" color={kind === 'remove' ? 'red' : undefined} loading={replacing.fetching || removing.fetching}>{t(kind === 'exchange' ? 'exchange.replace' : 'exchange.remove')}</Button>
          <Button variant="default" onClick={close}>{t('cancel')}</Button>
        </div>
      </form>
    </Drawer>
  );
}
