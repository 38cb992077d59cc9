/** Today by the hour: the figure, how whole it is, and the day beside the house or what is usual. */
import { Card } from '@/ui/Card';
import { Status } from '@/ui/Status';
import { Button } from '@/ui/Button';
import { T } from '@/ui/Text';
import { ago } from '@/i18n/ago';
import { useT, type Translate } from '@/i18n';
import { labelsOf } from '@/charts/words';
import { Legend } from '@/charts/Legend';
import { ProfileChart } from '@/charts/ProfileChart';
import { useAmounts } from '@/household/amounts';
import { useMeterColour } from '@/household/colours';
import { usePreferences } from '@/theme/preferences';
import { useTheme } from '@/theme/theme';
import { fullDate } from '@shared/dates';
import { formatPercent } from '@shared/units';
import { router } from 'expo-router';
import { useMemo } from 'react';
import { View } from 'react-native';
import { against, drawnOf } from './today';
import type { ScreenMeter } from './useScreen';

/** From here on what was read is no news. */
export const STALE_MS = 2 * 3_600_000;

export function TodayCard({ meter, now }: { meter: ScreenMeter; now: number }) {
  const t = useT();
  const { language } = usePreferences();
  const { c } = useTheme();
  const colour = useMeterColour(meter);
  const zone = meter.timezone;
  const amounts = useAmounts(meter.commodity, meter.unit);
  const { buckets, totals, line, of, ahead, seen } = useMemo(() => drawnOf(meter, now, amounts.factor), [meter, now, amounts.factor]);
  const input = useMemo(() => ({ series: [{ buckets }], line, ahead }), [buckets, line, ahead]);
  const found = against(buckets, line);
  const words = found && t(`home.${of}.${found.way}`, { percent: formatPercent(found.share, language, 0) });
  const hours = hoursText(totals.known, totals.due, t);
  const total = amounts.text(totals.sum === null ? null : totals.sum / amounts.factor);
  // What was kept through a midnight in a lift is of the day before.
  const end = buckets.at(-1)?.end ?? 0;
  const day = now < end ? t('home.sinceMidnight') : fullDate(buckets[0]?.start ?? 0, zone, language);
  const name = now < end ? t('today') : day;
  const summary = [`${name}: ${total}.`, `${hours}.`, words ? `${words}.` : ''].filter(Boolean).join(' ');
  return (
    <Card>
      <View style={{ gap: 2 }}>
        <T tone="quiet">{t(`commodity.${meter.commodity}`)}, {day}</T>
        <T size="figure" figures testID="today-figure">{total}</T>
      </View>
      <View style={{ flexDirection: 'row', flexWrap: 'wrap', gap: 8 }}>
        <Status tone={totals.known < totals.due ? 'warning' : 'quiet'} icon="clock" word={hours} />
        {found && words && <Status tone={TONES[found.way]} icon={found.way === 'under' ? 'ok' : 'info'} word={words} />}
        {seen !== null && now - seen > STALE_MS && <Status tone="warning" icon="clock" word={t('stale', { ago: ago(t, seen, now) })} />}
      </View>
      <ProfileChart input={input} strokes={[{ colour, dash: '' }]} labels={labelsOf(buckets, 'day', zone, language)} summary={summary} chosen={null} height={180} />
      <Legend
        entries={[
          { mark: 'bar', colour, label: name },
          ...(line ? [{ mark: 'line' as const, colour: c.average, label: t(of === 'house' ? 'chart.house' : 'chart.usual.day') }] : []),
          ...(ahead ? [{ mark: 'dotted' as const, colour, label: t('chart.forecast') }] : []),
          ...(buckets.some(({ look }) => look === 'hatch') ? [{ mark: 'hatch' as const, colour: c.field, label: t('quality.missing') }] : []),
        ]}
      />
      <Button kind="plain" icon="chart" label={t('home.details')} onPress={() => router.navigate({ pathname: '/history', params: { point: meter.id } })} />
    </Card>
  );
}

const TONES = { over: 'warning', under: 'ok', same: 'quiet' } as const;

function hoursText(known: number, due: number, t: Translate): string {
  if (due === 0) return t('home.hours.none');
  return known < due ? t('home.hours', { known, due }) : t('home.hours.all', { count: due });
}
