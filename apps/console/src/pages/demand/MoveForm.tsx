/** Other times for an event that has not begun. */
import { Button, Select, TextInput } from '@mantine/core';
import { localInput, ofLocalInput } from '@shared/zones';
import { useState } from 'react';
import { useMutation } from 'urql';
import { usePreferences } from '../../app/preferences';
import { UserErrors, type Refusal } from '../../ui/UserErrors';
import { LENGTHS, MOVE, type DrEventNode } from './documents';
import { lengthText } from './words';

export function MoveForm({ event, close, done }: { event: DrEventNode; close: () => void; done: () => void }) {
  const { t } = usePreferences();
  const zone = event.timezone;
  const [begin, setBegin] = useState(localInput(Date.parse(event.startsAt), zone));
  const [minutes, setMinutes] = useState(event.durationMinutes);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const [{ fetching }, move] = useMutation(MOVE);
  const lengths = [...new Set([...LENGTHS, event.durationMinutes])].sort((one, other) => one - other);
  const send = async () => {
    const startsAt = ofLocalInput(begin, zone);
    if (!startsAt) return;
    const { data, error } = await move({ input: { event: event.id, startsAt, durationMinutes: minutes } });
    const found = error ? [{ code: 'FAILED', message: error.message }] : [...(data?.changeDrEvent.errors ?? [])];
    setErrors(found);
    if (found.length === 0) done();
  };
  return (
    <form className="form" onSubmit={(sent) => { sent.preventDefault(); void send(); }}>
      <div className="row row-end">
        <TextInput type="datetime-local" label={t('dr.begin')} description={t('timesIn', { zone })} required value={begin} onChange={(changed) => setBegin(changed.currentTarget.value)} />
        <Select label={t('dr.length')} allowDeselect={false} data={lengths.map((value) => ({ value: String(value), label: lengthText(t, value) }))} value={String(minutes)} onChange={(value) => setMinutes(Number(value))} />
      </div>
      <UserErrors errors={errors} />
      <div className="row">
        <Button type="submit" loading={fetching}>{t('dr.moveDone')}</Button>
        <Button variant="default" onClick={close}>{t('cancel')}</Button>
      </div>
    </form>
  );
}
