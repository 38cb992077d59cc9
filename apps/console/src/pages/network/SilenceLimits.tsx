/** After how many silent hours a device is alarmed about. */
import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { graphql } from '../../api/graphql';
import { useT } from '../../app/preferences';
import { useViewer } from '../../app/viewer';
import { Answer } from '../../ui/Answer';
import { Panel } from '../../ui/Panel';
import { UserErrors, type Refusal } from '../../ui/UserErrors';

const LIMITS = graphql(`query SilenceLimits { viewer { networkAlarmLimits { concentratorHours deviceHours } } }`);
const SET = graphql(`
  mutation SetSilenceLimits($concentratorHours: Int!, $deviceHours: Int!) {
    setNetworkAlarmLimits(concentratorHours: $concentratorHours, deviceHours: $deviceHours) { limits { concentratorHours deviceHours } errors { code field message } }
  }
`);

export function SilenceLimits() {
  const t = useT();
  const [result, again] = useQuery({ query: LIMITS });
  return (
    <Panel title={t('limits.title')} hint={t('limits.hint')}>
      <Answer result={result} retry={() => again({ requestPolicy: 'network-only' })} skeleton={56}>
        {({ viewer: { networkAlarmLimits: known } }) => <Form key={`${known.concentratorHours}/${known.deviceHours}`} {...known} />}
      </Answer>
    </Panel>
  );
}

function Form({ concentratorHours, deviceHours }: { concentratorHours: number; deviceHours: number }) {
  const t = useT();
  const viewer = useViewer();
  const [{ fetching }, set] = useMutation(SET);
  const [concentrator, setConcentrator] = useState(String(concentratorHours));
  const [device, setDevice] = useState(String(deviceHours));
  const [errors, setErrors] = useState<Refusal[]>([]);
  const [saved, setSaved] = useState(false);
  const writes = viewer.may('metering:write');
  const send = async () => {
    const { data, error } = await set({ concentratorHours: Number(concentrator), deviceHours: Number(device) });
    const refused = error ? [{ code: 'FAILED', message: error.message }] : (data?.setNetworkAlarmLimits.errors ?? []);
    setErrors(refused);
    setSaved(refused.length === 0);
  };
  return (
    <form
      className="row row-end"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <TextInput label={t('limits.concentrator')} inputMode="numeric" pattern="[0-9]+" required readOnly={!writes} value={concentrator} onChange={(event) => setConcentrator(event.currentTarget.value)} style={{ width: 160 }} />
      <TextInput label={t('limits.device')} inputMode="numeric" pattern="[0-9]+" required readOnly={!writes} value={device} onChange={(event) => setDevice(event.currentTarget.value)} style={{ width: 190 }} />
      {writes && <Button type="submit" variant="default" loading={fetching}>{t('save')}</Button>}
      {saved && <span className="quiet" role="status">{t('limits.saved')}</span>}
      <UserErrors errors={errors} />
    </form>
  );
}
