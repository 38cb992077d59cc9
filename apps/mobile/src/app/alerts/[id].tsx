import { TONES } from '@/alerts/words';
import { AcknowledgeAlert, AlertOf, Alerts } from '@/api/operations.generated';
import { useAct } from '@/api/acts';
import { useAnswer } from '@/api/queries';
import { useHome } from '@/household/useHome';
import { useT } from '@/i18n';
import { useOnline } from '@/lib/online';
import { usePreferences } from '@/theme/preferences';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { FaultLine } from '@/ui/Fault';
import { Row } from '@/ui/Row';
import { Screen } from '@/ui/Screen';
import { Skeleton } from '@/ui/Skeleton';
import { Empty, Failure } from '@/ui/State';
import { Status } from '@/ui/Status';
import { T } from '@/ui/Text';
import { dateTime } from '@shared/dates';
import { isoDate, today } from '@shared/zones';
import { router, useLocalSearchParams } from 'expo-router';

export default function AlertScreen() {
  const t = useT();
  const online = useOnline();
  const { language } = usePreferences();
  const { id = '' } = useLocalSearchParams<{ id: string }>();
  const { homes, home, query: household } = useHome();
  const query = useAnswer(AlertOf, { id, locale: language }, { freshMs: 10_000, enabled: id !== '' });
  const seen = useAct(AcknowledgeAlert, Alerts, AlertOf);
  const alert = query.data?.node;
  if (!alert) {
    return (
      <Screen title={t('tab.alerts')} back="/alerts">
        {query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : query.data ? <Empty icon="alarm" title={t('alerts.absent')} action={{ label: t('tab.alerts'), onPress: () => router.dismissTo('/alerts') }} /> : <Skeleton height={260} />}
      </Screen>
    );
  }
  const owned = homes.find(({ points }) => points.some((point) => point.id === alert.owner?.id));
  const zone = owned?.zone ?? home?.zone ?? household.data?.viewer.tenant.timezone ?? 'UTC';
  const when = (text: string) => dateTime(Date.parse(text), zone, language);
  return (
    <Screen title={alert.title} back="/alerts">
      <Card>
        {alert.closedAt ? <Status tone="ok" word={t('alerts.over')} /> : <Status tone={TONES[alert.severity]} word={t(`alerts.severity.${alert.severity}`)} />}
        <T size="lead">{alert.text}</T>
        {alert.advice && <T strong>{alert.advice}</T>}
        {!alert.closedAt && !alert.acknowledgedAt && <Button icon="ok" label={t('alerts.acknowledge')} busy={seen.isPending} disabled={!online} onPress={() => seen.mutate({ alert: alert.id })} />}
        <FaultLine error={seen.error} />
        {alert.drEvent && <Button kind="plain" icon="clock" label={t('event.see')} onPress={() => router.navigate({ pathname: '/event/[id]', params: { id: alert.drEvent?.id ?? '' } })} />}
        {owned && alert.owner && (
          <Button kind="plain" icon="chart" label={t('home.details')} onPress={() => router.navigate({ pathname: '/history', params: { point: alert.owner?.id, span: 'day', date: isoDate(today(zone, Date.parse(alert.openedAt))) } })} />
        )}
      </Card>
      <Card flush style={{ paddingVertical: 4 }}>
        <Row title={t('alerts.since')} value={when(alert.openedAt)} last={!alert.acknowledgedAt && !alert.closedAt} />
        {alert.acknowledgedAt && <Row title={t('alerts.seenAt')} value={when(alert.acknowledgedAt)} last={!alert.closedAt} />}
        {alert.closedAt && <Row title={t('alerts.closedAt')} value={when(alert.closedAt)} last />}
      </Card>
    </Screen>
  );
}
