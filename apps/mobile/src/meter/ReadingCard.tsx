/** A date chosen in the calendar, and what the dial showed at its end. */
import { Reading } from '@/api/operations.generated';
import { useAnswer } from '@/api/queries';
import { useAmounts } from '@/household/amounts';
import type { MeteringPoint } from '@/household/homes';
import { useT } from '@/i18n';
import { usePreferences } from '@/theme/preferences';
import { Button } from '@/ui/Button';
import { CalendarSheet } from '@/ui/Calendar';
import { Card } from '@/ui/Card';
import { Failure } from '@/ui/State';
import { Skeleton } from '@/ui/Skeleton';
import { T } from '@/ui/Text';
import { dateTime, spanTitle } from '@shared/dates';
import { addDays, HOUR_MS, instantOf, iso, isoDate, today, type LocalDate } from '@shared/zones';
import { useState } from 'react';
import { View } from 'react-native';

export function ReadingCard({ point, zone, now }: { point: MeteringPoint; zone: string; now: number }) {
  const t = useT();
  const { language } = usePreferences();
  const [date, setDate] = useState<LocalDate>(() => addDays(today(zone, now), -1));
  const [picking, setPicking] = useState(false);
  const end = instantOf(addDays(date, 1), zone);
  const at = Math.min(end, Math.floor(now / HOUR_MS) * HOUR_MS);
  const query = useAnswer(Reading, { id: point.id, at: iso(at) }, { freshMs: 600_000 });
  const reading = query.data?.node?.readingAt;
  const amounts = useAmounts(point.commodity, reading?.unit ?? '');
  return (
    <Card title={t('reading.title')} lead={t('reading.lead')}>
      <Button kind="plain" icon="calendar" label={spanTitle('day', date, zone, language)} onPress={() => setPicking(true)} />
      {query.isError && !query.data ? (
        <Failure error={query.error} retry={() => void query.refetch()} />
      ) : !query.data ? (
        <Skeleton height={52} />
      ) : reading ? (
        <View style={{ gap: 2 }}>
          <T size="title" figures testID="reading">{amounts.text(reading.value)}</T>
          <T size="small" tone="quiet">{t('reading.source', { when: dateTime(Date.parse(reading.at), zone, language), serial: reading.meterSerial })}</T>
        </View>
      ) : (
        <T tone="quiet">{t('reading.none')}</T>
      )}
      <CalendarSheet key={isoDate(date)} open={picking} date={date} zone={zone} now={now} onClose={() => setPicking(false)} onPick={(picked) => { setPicking(false); setDate(picked); }} />
    </Card>
  );
}
