import { AlertRow } from '@/alerts/AlertRow';
import type { HomeAnswer } from '@/api/home';
import { EventCard } from '@/demand/EventCard';
import { IndicatorsCard } from '@/home/IndicatorsCard';
import { MonthCard } from '@/home/MonthCard';
import { SupplyCard } from '@/home/SupplyCard';
import { TodayCard } from '@/home/TodayCard';
import { useScreen, type ScreenMeter } from '@/home/useScreen';
import { useMeterColour } from '@/household/colours';
import { HomeSwitch } from '@/household/HomeSwitch';
import { PointChips } from '@/household/PointChips';
import { useT } from '@/i18n';
import { useNow } from '@/lib/now';
import { Failure, Empty } from '@/ui/State';
import { BrandLine } from '@/ui/BrandLine';
import { Card } from '@/ui/Card';
import { Page } from '@/ui/Screen';
import { Skeleton } from '@/ui/Skeleton';
import { router } from 'expo-router';
import { useState } from 'react';

export default function HomeScreen() {
  const t = useT();
  const { query, told, places, place, meters, choose, may } = useScreen();
  const own = may('own-meters:install');
  return (
    <Page name={t('tab.home')} head={place && <><BrandLine /><HomeSwitch homes={places} home={place} choose={choose} /></>}>
      {told && meters.length ? (
        <Shown key={told.object} told={told} meters={meters} />
      ) : query.isError && !told ? (
        <Failure error={query.error} retry={() => void query.refetch()} />
      ) : told ? (
        <Empty
          icon="meter"
          title={t('home.empty.title')}
          lead={t(own ? 'home.empty.own' : 'home.empty.lead')}
          action={own ? { label: t('install.title'), onPress: () => router.push('/install') } : { label: t('welcome.invited'), onPress: () => router.navigate('/invite') }}
        />
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

function Shown({ told, meters }: { told: HomeAnswer; meters: readonly ScreenMeter[] }) {
  const t = useT();
  const [chosen, setChosen] = useState(meters[0]?.id ?? '');
  const now = useNow();
  const meter = meters.find(({ id }) => id === chosen) ?? meters[0];
  if (!meter) return null;
  return (
    <>
      {told.alert && (
        <Card title={t('home.alert')} flush style={{ paddingBottom: 4 }}>
          <AlertRow alert={told.alert} now={now} last />
        </Card>
      )}
      {told.event && told.object && <EventCard event={told.event} home={told.object} zone={meters[0]?.timezone ?? 'UTC'} now={now} holder={told.permissions.includes('demand-response:answer')} brief />}
      <PointChips home={{ points: meters }} value={meter.id} onChange={setChosen} />
      <Meter key={meter.id} meter={meter} now={now} />
    </>
  );
}

function Meter({ meter, now }: { meter: ScreenMeter; now: number }) {
  const t = useT();
  const colour = useMeterColour(meter);
  const { month } = meter;
  const end = month.p50 === null ? null : { p10: month.p10, p50: month.p50, p90: month.p90 };
  return (
    <>
      <TodayCard meter={meter} now={now} />
      <MonthCard toDate={{ soFar: month.soFar, average: month.average, unit: meter.unit, forecast: end }} commodity={meter.commodity} colour={colour} name={t(`commodity.${meter.commodity}`)} />
      <IndicatorsCard told={meter.indicators} />
      <SupplyCard meter={meter} />
    </>
  );
}
