import { Meter } from '@/api/operations.generated';
import { useAnswer } from '@/api/queries';
import { ReadingCard } from '@/meter/ReadingCard';
import { ColourCard } from '@/meter/ColourCard';
import { RemoveCard } from '@/meter/RemoveCard';
import { EventsCard, InstallationsCard } from '@/meter/PastCards';
import { conditionOf, lookedAt } from '@/household/condition';
import { shortName } from '@/household/homes';
import { useHome } from '@/household/useHome';
import { useAmounts } from '@/household/amounts';
import { useT } from '@/i18n';
import { ago } from '@/i18n/ago';
import { useNow } from '@/lib/now';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Row } from '@/ui/Row';
import { Screen } from '@/ui/Screen';
import { Skeleton } from '@/ui/Skeleton';
import { Empty, Failure } from '@/ui/State';
import { Status } from '@/ui/Status';
import { T } from '@/ui/Text';
import { router, useLocalSearchParams } from 'expo-router';
import { View } from 'react-native';

export default function MeterScreen() {
  const t = useT();
  const now = useNow();
  const { id = '' } = useLocalSearchParams<{ id: string }>();
  const { homes, may, query: household } = useHome();
  const home = homes.find(({ points }) => points.some((point) => point.id === id));
  const point = home?.points.find((one) => one.id === id);
  const query = useAnswer(Meter, { id, now: lookedAt(now) }, { freshMs: 600_000, sticky: true, enabled: id !== '' });
  const node = query.data?.node;
  const amounts = useAmounts(point?.commodity ?? '', node?.readingAt?.unit ?? '');
  if (!point || !home) {
    return (
      <Screen title={t('meters.title')} back="/meters">
        {household.data ? <Empty icon="meter" title={t('meters.empty.title')} action={{ label: t('meters.title'), onPress: () => router.dismissTo('/meters') }} /> : <Skeleton height={300} />}
      </Screen>
    );
  }
  const condition = node ? conditionOf(node, now) : null;
  return (
    <Screen title={t(`commodity.${point.commodity}`)} lead={t('meters.serial', { serial: shortName(point) })} back="/meters">
      {query.isError && !node && <Failure error={query.error} retry={() => void query.refetch()} />}
      {!node && !query.isError && <Skeleton height={160} />}
      {node && condition && (
        <>
          <Card>
            <View style={{ gap: 2 }}>
              <T tone="quiet">{t('meters.now')}</T>
              <T size="figure" figures>{amounts.text(node.readingAt?.value)}</T>
            </View>
            <View style={{ flexDirection: 'row', flexWrap: 'wrap', gap: 8 }}>
              <Status tone={condition.seen === null || now - condition.seen > 3 * 3_600_000 ? 'warning' : 'ok'} icon="signal" word={condition.seen === null ? t('meters.neverSeen') : t('meters.lastSeen', { ago: ago(t, condition.seen, now) })} />
              <Status tone={condition.low ? 'warning' : 'ok'} icon="battery" word={t(condition.low ? 'meters.battery.low' : 'meters.battery.ok')} />
              {condition.statuses.filter((one) => one !== 'LOW_BATTERY').map((one) => <Status key={one} tone="critical" word={t(`status.${one}`)} />)}
            </View>
            <Button kind="plain" icon="chart" label={t('home.details')} onPress={() => router.navigate({ pathname: '/history', params: { point: point.id } })} />
          </Card>
                      <Card flush style={{ paddingVertical: 4 }}>
              <Row icon="command" title={t('control.open')} lead={t('control.open.lead')} onPress={() => router.push({ pathname: '/control/[id]', params: { id: point.id } })} last />
            </Card>
          <ReadingCard point={point} zone={home.zone} now={now} />
          <ColourCard point={point} />
          <EventsCard events={node.events.edges.map(({ node: event }) => event)} zone={home.zone} />
          {may('metering:install') && <RemoveCard point={point} />}
          <InstallationsCard installations={node.installations} zone={home.zone} unit={amounts.word} />
        </>
      )}
    </Screen>
  );
}
