/** What protects the customer behind an actuator: told by who installs it. */
import { Button, Checkbox, TextInput } from '@mantine/core';
import { instantOf, iso, isoDate, parseDate, today } from '@shared/zones';
import { useState } from 'react';
import { useMutation } from 'urql';
import { useT } from '../../app/preferences';
import { UserErrors, type Refusal } from '../../ui/UserErrors';
import { SAVE, type Actuator } from './documents';

interface FormProps {
  point: string;
  zone: string;
  actuator: Actuator | null;
  done: () => void;
  close: () => void;
}

export function ActuatorForm({ point, zone, actuator, done, close }: FormProps) {
  const t = useT();
  const [{ fetching }, save] = useMutation(SAVE);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const [critical, setCritical] = useState(actuator?.critical ?? false);
  const given = actuator?.noticeGivenAt ? isoDate(today(zone, Date.parse(actuator.noticeGivenAt))) : '';
  const [notice, setNotice] = useState(given);
  const send = async () => {
    const day = parseDate(notice);
    const { data, error } = await save({ input: { point, critical, ...(notice === given ? {} : { noticeGivenAt: day ? iso(instantOf(day, zone)) : null }) } });
    const refused = error ? [{ code: 'FAILED', message: error.message }] : (data?.saveActuator.errors ?? []);
    setErrors(refused);
    if (refused.length === 0) done();
  };
  return (
    <form className="form" onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <Checkbox label={t('actuator.critical')} checked={critical} onChange={(event) => setCritical(event.currentTarget.checked)} />
      <div className="row row-end">
        <TextInput type="date" label={t('actuator.notice')} max={isoDate(today(zone, Date.now()))} value={notice} onChange={(event) => setNotice(event.currentTarget.value)} />
        {notice && <Button variant="default" onClick={() => setNotice('')}>{t('actuators.clear')}</Button>}
      </div>
      <UserErrors errors={errors} />
      <div className="row">
        <Button type="submit" loading={fetching}>{t('actuator.save')}</Button>
        <Button variant="default" onClick={close}>{t('cancel')}</Button>
      </div>
    </form>
  );
}
