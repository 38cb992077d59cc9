import { HistoryChart } from '@/charts/HistoryChart';
import { HomeSwitch } from '@/household/HomeSwitch';
import type { Home } from '@/household/homes';
import { PointChips } from '@/household/PointChips';
import { useHome } from '@/household/useHome';
import { SpanBar } from '@/charts/SpanBar';
import { useT } from '@/i18n';
import { useNow } from '@/lib/now';
import { Empty, Failure } from '@/ui/State';
import { Page } from '@/ui/Screen';
import { Skeleton } from '@/ui/Skeleton';
import { isoDate, parseDate, today, type Span } from '@shared/zones';
import { router, useLocalSearchParams } from 'expo-router';

/** A day by hours, a month by days, a year by months; the address says which. */
export default function History() {
  const t = useT();
  const { query, homes, home, choose } = useHome();
  return (
    <Page name={t('tab.history')} head={home && <HomeSwitch homes={homes} home={home} choose={choose} />}>
      {home?.points.length ? (
        <Shown key={home.id} home={home} />
      ) : query.isError ? (
        <Failure error={query.error} retry={() => void query.refetch()} />
      ) : query.data ? (
        <Empty icon="chart" title={t('home.empty.title')} lead={t('home.empty.lead')} action={{ label: t('welcome.invited'), onPress: () => router.navigate('/invite') }} />
      ) : (
        <Skeleton height={420} />
      )}
    </Page>
  );
}

function Shown({ home }: { home: Home }) {
  const now = useNow();
  const asked = useLocalSearchParams<{ point?: string; span?: string; date?: string }>();
  const point = home.points.find(({ id }) => id === asked.point) ?? home.points[0];
  const span: Span = asked.span === 'month' || asked.span === 'year' ? asked.span : 'day';
  const date = parseDate(asked.date) ?? today(home.zone, now);
  if (!point) return null;
  const go = (params: { point?: string; span?: Span; date?: string }) => router.setParams(params);
  return (
    <>
      <PointChips home={home} value={point.id} onChange={(id) => go({ point: id })} />
      <SpanBar span={span} date={date} zone={home.zone} now={now} onChange={(nextSpan, nextDate) => go({ span: nextSpan, date: isoDate(nextDate) })} />
      <HistoryChart key={point.id} home={home} point={point} span={span} date={date} now={now} onOpen={(nextSpan, nextDate) => go({ span: nextSpan, date: isoDate(nextDate) })} />
    </>
  );
}
