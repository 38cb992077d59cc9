import { AlertRow } from '@/alerts/AlertRow';
import { useInbox } from '@/alerts/useInbox';
import { useMonth } from '@/charts/useProfile';
import { IndicatorsCard } from '@/home/IndicatorsCard';
import { MonthCard } from '@/home/MonthCard';
import { TodayCard } from '@/home/TodayCard';
import { useMeterColour } from '@/household/colours';
import { HomeSwitch } from '@/household/HomeSwitch';
import type { Home, MeteringPoint } from '@/household/homes';
import { PointChips } from '@/household/PointChips';
import { useHome } from '@/household/useHome';
import { useT } from '@/i18n';
import { useNow } from '@/lib/now';
import { Failure, Empty } from '@/ui/State';
import { Card } from '@/ui/Card';
import { Page } from '@/ui/Screen';
import { Skeleton } from '@/ui/Skeleton';
import { router } from 'expo-router';
import { useState } from 'react';

export default function HomeScreen() {
  const t = useT();
  const { query, homes, home, choose } = useHome();
  return (
    <Page name={t('tab.home')} head={home && <HomeSwitch homes={homes} home={home} choose={choose} />}>
      {home ? (
        <Shown key={home.id} home={home} />
      ) : query.isError ? (
        <Failure error={query.error} retry={() => void query.refetch()} />
      ) : query.data ? (
        <Empty icon="meter" title={t('home.empty.title')} lead={t('home.empty.lead')} action={{ label: t('welcome.invited'), onPress: () => router.navigate('/invite') }} />
      ) : (
        <>
          <Skeleton height={48} />
          <Skeleton height={360} />
          <Skeleton height={180} />
        </>
      )}
    </Page>
  );
}

function Shown({ home }: { home: Home }) {
  const [chosen, setChosen] = useState(home.points[0]?.id ?? '');
  const now = useNow();
  const point = home.points.find(({ id }) => id === chosen) ?? home.points[0];
  if (!point) return null;
  return (
    <>
      <NewestAlert now={now} />
      <PointChips home={home} value={point.id} onChange={setChosen} />
      <TodayCard key={point.id} point={point} zone={home.zone} now={now} />
      <Month point={point} zone={home.zone} now={now} />
    </>
  );
}

/** What is wrong now; nothing is said where nothing is. */
function NewestAlert({ now }: { now: number }) {
  const t = useT();
  const { open } = useInbox();
  const first = open.find(({ severity }) => severity === 'CRITICAL') ?? open[0];
  if (!first) return null;
  return (
    <Card title={t('home.alert')} flush style={{ paddingBottom: 4 }}>
      <AlertRow alert={first} now={now} last />
    </Card>
  );
}

function Month({ point, zone, now }: { point: MeteringPoint; zone: string; now: number }) {
  const t = useT();
  const colour = useMeterColour(point);
  const query = useMonth(point.id, zone, now);
  const node = query.data?.node;
  if (query.isError && !node) return <Failure error={query.error} retry={() => void query.refetch()} />;
  if (!node) return <Skeleton height={220} />;
  return (
    <>
      <MonthCard toDate={node.monthToDate} comparable={(node.before.coverage[0] ?? 0) > 0.98} commodity={point.commodity} colour={colour} name={t(`commodity.${point.commodity}`)} />
      <IndicatorsCard told={node.indicators} />
    </>
  );
}
