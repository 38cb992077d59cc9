/** What happened at a point: reports of its sensors, and the meters that stood there. */
import type { MeterData } from '@/api/operations.generated';
import { useT } from '@/i18n';
import { usePreferences } from '@/theme/preferences';
import { Card } from '@/ui/Card';
import { Row } from '@/ui/Row';
import { T } from '@/ui/Text';
import { dateTime, shortDate } from '@shared/dates';
import { View } from 'react-native';

type Node = NonNullable<MeterData['node']>;

export function EventsCard({ events, zone }: { events: readonly Node['events']['edges'][number]['node'][]; zone: string }) {
  const t = useT();
  const { language } = usePreferences();
  return (
    <Card title={t('meters.events')} flush style={events.length ? { paddingBottom: 4 } : {}}>
      {events.length === 0 && <View style={{ paddingHorizontal: 16 }}><T tone="quiet">{t('meters.events.none')}</T></View>}
      {events.map((event, index) => (
        <Row key={`${event.at}${event.kind}`} icon="info" title={t(`event.${event.kind}`)} lead={dateTime(Date.parse(event.at), zone, language)} last={index === events.length - 1} />
      ))}
    </Card>
  );
}

export function InstallationsCard({ installations, zone, unit }: { installations: Node['installations']; zone: string; unit: string }) {
  const t = useT();
  const { language } = usePreferences();
  const date = (text: string) => shortDate(Date.parse(text), zone, language);
  return (
    <Card title={t('meters.history')} flush style={{ paddingBottom: 4 }}>
      {[...installations].reverse().map((one, index) => (
        <Row
          key={one.meter.id + one.installedAt}
          title={t('meters.serial', { serial: one.meter.serial })}
          lead={[
            t('meters.installed', { when: date(one.installedAt) }),
            one.removedAt ? t('meters.removed', { when: date(one.removedAt) }) : '',
            t('meters.constant', { constant: one.pulseConstant, unit }),
            one.meter.accuracyClass ? t('meters.accuracy', { value: one.meter.accuracyClass }) : '',
          ].filter(Boolean).join(' · ')}
          last={index === installations.length - 1}
        />
      ))}
    </Card>
  );
}
