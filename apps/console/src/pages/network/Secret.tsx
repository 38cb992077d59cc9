/** A secret that is shown once. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useT } from '../../app/preferences';

export function Secret({ device, done }: { device: { serial: string; secret: string }; done: () => void }) {
  const t = useT();
  const [copied, setCopied] = useState(false);
  return (
    <div className="form" role="status">
      <h3>{t('claim.secret', { serial: device.serial })}</h3>
      <p className="quiet">{t('claim.secretLead')}</p>
      <code className="secret">{device.secret}</code>
      <div className="row">
        <Button variant="default" onClick={() => void navigator.clipboard.writeText(device.secret).then(() => setCopied(true))}>{t(copied ? 'claim.copied' : 'claim.copy')}</Button>
        <Button onClick={done}>{t('claim.done')}</Button>
      </div>
    </div>
  );
}
