/** A new key for a concentrator; the old one works until the device uses the new one. */
import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import { useMutation } from 'urql';
import { graphql } from '../../api/graphql';
import { useT } from '../../app/preferences';
import { UserErrors, type Refusal } from '../../ui/UserErrors';
import { Secret } from './Secret';

const ROTATE = graphql(`mutation RotateDeviceKey($concentrator: ID!) { rotateDeviceKey(concentrator: $concentrator) { device { serial secret } errors { code field message } } }`);

export function RotateKey({ id, serial, close }: { id: string; serial: string; close: () => void }) {
  const t = useT();
  const [{ fetching }, rotate] = useMutation(ROTATE);
  const [device, setDevice] = useState<{ serial: string; secret: string } | null>(null);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const send = async () => {
    const { data, error } = await rotate({ concentrator: id });
    setErrors(error ? [{ code: 'FAILED', message: error.message }] : (data?.rotateDeviceKey.errors ?? []));
    setDevice(data?.rotateDeviceKey.device ?? null);
  };
  return (
    <Modal opened onClose={close} title={t('rotate.title', { serial })} closeButtonProps={{ 'aria-label': t('close') }}>
      {device ? <Secret device={device} done={close} /> : (
        <div className="form">
          <p className="quiet">{t('rotate.lead')}</p>
          <UserErrors errors={errors} />
          <div className="row">
            <Button loading={fetching} onClick={() => void send()}>{t('rotate.save')}</Button>
            <Button variant="default" onClick={close}>{t('cancel')}</Button>
          </div>
        </div>
      )}
    </Modal>
  );
}
