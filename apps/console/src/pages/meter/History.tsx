/** Which meters stood here, from when to when, and the terms of their pulses. */
import { dateTime } from '@shared/dates';
import { formatNumber } from '@shared/units';
import { usePreferences } from '../../app/preferences';
import { Empty } from '../../ui/Answer';
import { Panel } from '../../ui/Panel';

interface Installation {
  meter: { id: string; serial: string };
  installedAt: string;
  removedAt: string | null;
  initialIndex: number;
  finalIndex: number | null;
  pulseConstant: string;
  capacity: number;
}

export function History({ installations, zone, accuracyClass }: { installations: Installation[]; zone: string; accuracyClass: string | null }) {
  const { t, locale } = usePreferences();
  if (installations.length === 0) return <Panel title={t('installation.title')}><Empty icon="meter" title={t('installation.none')} /></Panel>;
  return (
    <Panel title={t('installation.title')} hint={t('installation.count', { count: installations.length })}>
      {[...installations].reverse().map((one) => (
        <dl className="facts installation" key={`${one.meter.id}${one.installedAt}`}>
          <dt>{t('meter.serial')}</dt>
          <dd><strong>{one.meter.serial}</strong></dd>
          <dt>{t('installation.from')}</dt>
          <dd>{dateTime(Date.parse(one.installedAt), zone, locale)}</dd>
          <dt>{t('installation.until')}</dt>
          <dd>{one.removedAt ? dateTime(Date.parse(one.removedAt), zone, locale) : t('installation.stands')}</dd>
          <dt>{t('installation.initial')}</dt>
          <dd>{formatNumber(one.initialIndex, locale, 3)}{one.finalIndex !== null && ` → ${formatNumber(one.finalIndex, locale, 3)}`}</dd>
          <dt>{t('installation.constant')}</dt>
          <dd>{one.pulseConstant}</dd>
          <dt>{t('installation.capacity')}</dt>
          <dd>{formatNumber(one.capacity, locale)}</dd>
          {accuracyClass && <><dt>{t('installation.class')}</dt><dd>{accuracyClass}</dd></>}
        </dl>
      ))}
    </Panel>
  );
}
