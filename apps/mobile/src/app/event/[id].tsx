import { DrEventOf } from '@/api/operations.generated';
import { useAnswer } from '@/api/queries';
import { EventCard } from '@/demand/EventCard';
import { lengthText } from '@/demand/times';
import { useHome } from '@/household/useHome';
import { useT } from '@/i18n';
import { useNow } from '@/lib/now';
import { usePreferences } from '@/theme/preferences';
import { Card } from '@/ui/Card';
import { Row } from '@/ui/Row';
import { Screen } from '@/ui/Screen';
import { Skeleton } from '@/ui/Skeleton';
import { Empty, Failure } from '@/ui/State';
import { T } from '@/ui/Text';
import { dateTime } from '@shared/dates';
import { router, useLocalSearchParams } from 'expo-router';

const FRESH_MS = 10_000;

/** What is asked of the home, and what it answers. */
export default function EventScreen() {
  const t = useT();
  const now = useNow();
  const { language } = usePreferences();
  const { id = '' } = useLocalSearchParams<{ id: string }>();
  const { homes, may } = useHome();
  const query = useAnswer(DrEventOf, { id, locale: language }, { freshMs: FRESH_MS, enabled: id !== '' });
  const event = query.data?.viewer.drEvent;
  if (!event) {
    return (
      <Screen title={t('event.title')} back="/">
        {query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : query.data ? <Empty icon="clock" title={t('event.absent')} action={{ label: t('tab.home'), onPress: () => router.dismissTo('/') }} /> : <Skeleton height={320} />}
      </Screen>
    );
  }
  const zoneOf = (home: string) => homes.find((one) => one.id === home)?.zone ?? event.timezone;
  const zone = zoneOf(event.answers[0]?.home ?? '');
  const several = event.answers.length > 1;
  return (
    <Screen title={t('event.title')} back="/">
      {event.answers.map(({ home, participate, premise }) => (
        <EventCard key={home} event={{ ...event, participate }} home={home} zone={zoneOf(home)} now={now} holder={may('demand-response:answer')} {...(several && premise ? { name: premise.name } : {})} />
      ))}
      {event.message && <Card title={t('event.from')}><T>{event.message}</T></Card>}
      {event.state !== 'CANCELLED' && event.state !== 'COMPLETED' && <Card title={t('event.advice')}><T>{event.advice}</T></Card>}
      <Card flush style={{ paddingVertical: 4 }}>
        <Row title={t('event.begin')} value={dateTime(Date.parse(event.startsAt), zone, language)} />
        <Row title={t('event.finish')} value={dateTime(Date.parse(event.endsAt), zone, language)} />
        <Row title={t('event.length')} value={lengthText(t, event)} last />
      </Card>
      <T size="small" tone="quiet">{t('event.voluntary')}</T>
    </Screen>
  );
}
