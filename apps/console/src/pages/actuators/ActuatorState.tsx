/** The state of an actuator in words: the supply, since when, and what protects the customer. */
import { ago, dateTime, shortDate } from '@shared/dates';
import { useState } from 'react';
import { usePreferences } from '../../app/preferences';
import { Status } from '../../ui/Status';
import type { Actuator } from './documents';

export function Supply({ actuator, zone }: { actuator: Actuator; zone: string }) {
  const { t, locale } = usePreferences();
  const [now] = useState(() => Date.now());
  if (actuator.missing) return <Status tone="warning">{t('actuators.missingWord')}</Status>;
  if (actuator.state === null) return <Status tone="quiet">{t('actuator.never')}</Status>;
  const at = actuator.switchedAt ? Date.parse(actuator.switchedAt) : null;
  return (
    <span>
      <Status tone={actuator.state === 'ON' ? 'ok' : 'critical'} icon="command">{t(`supply.${actuator.state}`)}</Status>
      {at !== null && <span className="hint" title={dateTime(at, zone, locale)}> {ago(at, now, locale)}</span>}
    </span>
  );
}

export function Protection({ actuator, zone }: { actuator: Actuator; zone: string }) {
  const { t, locale } = usePreferences();
  return (
    <span className="row">
      {actuator.critical && <Status tone="warning" icon="shield">{t('actuators.criticalWord')}</Status>}
      <span className="hint">{actuator.noticeGivenAt ? t('actuators.noticeOn', { when: shortDate(Date.parse(actuator.noticeGivenAt), zone, locale) }) : t('actuators.noNotice')}</span>
    </span>
  );
}
