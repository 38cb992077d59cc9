/** Claim a concentrator by the code of its label; its secret is shown once. */
import { Button, Drawer, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useMutation } from 'urql';
import { graphql } from '../../api/graphql';
import { useT } from '../../app/preferences';
import { SitePicker } from '../../ui/SitePicker';
import { UserErrors, type Refusal } from '../../ui/UserErrors';
import { Secret } from './Secret';

const CLAIM = graphql(`
  mutation ClaimConcentrator($input: ClaimConcentratorInput!) {
    claimConcentrator(input: $input) { device { serial secret } errors { code field message } }
  }
`);

export function Claim({ close, done }: { close: () => void; done: () => void }) {
  const t = useT();
  const [{ fetching }, claim] = useMutation(CLAIM);
  const [serial, setSerial] = useState('');
  const [claimCode, setCode] = useState('');
  const [generation, setGeneration] = useState('J100UC');
  const [site, setSite] = useState<string | null>(null);
  const [device, setDevice] = useState<{ serial: string; secret: string } | null>(null);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const send = async () => {
    const { data, error } = await claim({ input: { serial: serial.trim(), claimCode: claimCode.trim(), generation, site } });
    setErrors(error ? [{ code: 'FAILED', message: error.message }] : (data?.claimConcentrator.errors ?? []));
    setDevice(data?.claimConcentrator.device ?? null);
  };
  return (
    <Drawer opened onClose={close} position="right" size={460} title={t('claim.title')} closeButtonProps={{ 'aria-label': t('close') }}>
      {device ? <Secret device={device} done={done} /> : (
        <form
          className="form"
          onSubmit={(event) => {
            event.preventDefault();
            void send();
          }}
        >
          <p className="quiet">{t('claim.lead')}</p>
          <TextInput label={t('claim.serial')} required value={serial} onChange={(event) => setSerial(event.currentTarget.value)} />
          <TextInput label={t('claim.code')} required value={claimCode} onChange={(event) => setCode(event.currentTarget.value)} />
          <TextInput label={t('claim.generation')} required value={generation} onChange={(event) => setGeneration(event.currentTarget.value)} />
          <SitePicker label={t('claim.site')} onChange={setSite} />
          <UserErrors errors={errors} />
          <div className="row">
            <Button type="submit" loading={fetching}>{t('claim.save')}</Button>
            <Button variant="default" onClick={close}>{t('cancel')}</Button>
          </div>
        </form>
      )}
    </Drawer>
  );
}
