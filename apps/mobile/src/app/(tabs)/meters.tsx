import { Meter } from '@/api/operations.generated';
import { useAnswer } from '@/api/queries';
import { useMeterColour } from '@/household/colours';
import { HomeSwitch } from '@/household/HomeSwitch';
import { commoditiesOf, shortName, type Home, type MeteringPoint } from '@/household/homes';
import { conditionOf, lookedAt } from '@/household/condition';
import { useHome } from '@/household/useHome';
import { useT } from '@/i18n';
import { ago } from '@/i18n/ago';
import { useNow } from '@/lib/now';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { CommodityBadge } from '@/ui/Icon';
import { Row } from '@/ui/Row';
import { Page } from '@/ui/Screen';
import { Skeleton } from '@/ui/Skeleton';
import { Empty, Failure } from '@/ui/State';
import { router } from 'expo-router';

export default function Meters() {
  const t = useT();
  const { query, homes, home, choose, may } = useHome();
  const own = may('own-meters:install');
  const add = <Button icon="plus" label={t('install.title')} onPress={() => router.push('/install')} />;
  return (
    <Page name={t('meters.title')} head={home && <HomeSwitch homes={homes} home={home} choose={choose} />}>
      {home ? (
        <>
          <List home={home} />
          {(own || (may('metering:install') && home.flat !== null)) && add}
        </>
      ) : query.isError ? (
        <Failure error={query.error} retry={() => void query.refetch()} />
      ) : query.data ? (
        <>
          <Empty icon="meter" title={t('meters.empty.title')} lead={t('meters.empty.lead')} action={{ label: t('welcome.invited'), onPress: () => router.navigate('/invite') }} />
          {own && add}
        </>
      ) : (
        <Skeleton height={320} />
      )}
    </Page>
  );
}

function List({ home }: { home: Home }) {
  const t = useT();
  const now = useNow();
  return (
    <>
      {commoditiesOf(home).map((commodity) => {
        const points = home.points.filter((point) => point.commodity === commodity);
        return (
          <Card key={commodity} title={t(`commodity.${commodity}`)} flush style={{ paddingBottom: 4 }}>
            {points.map((point, index) => <Line key={point.id} point={point} now={now} last={index === points.length - 1} />)}
          </Card>
        );
      })}
    </>
  );
}

function Line({ point, now, last }: { point: MeteringPoint; now: number; last: boolean }) {
  const t = useT();
  const colour = useMeterColour(point);
  const { data } = useAnswer(Meter, { id: point.id, now: lookedAt(now) }, { freshMs: 600_000, sticky: true });
  const condition = data?.node ? conditionOf(data.node, now) : null;
  const lead = condition ? (condition.seen === null ? t('meters.neverSeen') : t('meters.lastSeen', { ago: ago(t, condition.seen, now) })) : t('loading');
  return (
    <Row
      badge={<CommodityBadge commodity={point.commodity} colour={colour} />}
      title={t('meters.serial', { serial: shortName(point) })}
      lead={[lead, condition?.low ? t('meters.battery.low') : ''].filter(Boolean).join(' · ')}
      last={last}
      onPress={() => router.push({ pathname: '/meter/[id]', params: { id: point.id } })}
    />
  );
}
