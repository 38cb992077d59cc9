/** Today by the hour: the figure, how whole it is, and the day beside what is usual. */
import type { MeteringPoint } from '@/household/homes';
import { Failure } from '@/ui/State';
import { Skeleton } from '@/ui/Skeleton';
import { Card } from '@/ui/Card';
import { Status } from '@/ui/Status';
import { Button } from '@/ui/Button';
import { T } from '@/ui/Text';
import { ago } from '@/i18n/ago';
import { useT, type Translate } from '@/i18n';
import { labelsOf } from '@/charts/words';
import { Legend } from '@/charts/Legend';
import { ProfileChart } from '@/charts/ProfileChart';
import { useAhead, useProfile } from '@/charts/useProfile';
import { useMeterColour } from '@/household/colours';
import { usePreferences } from '@/theme/preferences';
import { useTheme } from '@/theme/theme';
import type { Bucket } from '@shared/profiles';
import { formatPercent, type Locale } from '@shared/units';
import { today } from '@shared/zones';
import { router } from 'expo-router';
import { useMemo } from 'react';
import { View } from 'react-native';

/** From here on what was read is no news. */
export const STALE_MS = 2 * 3_600_000;
const CLOSE = 0.05;

export function TodayCard({ point, zone, now }: { point: MeteringPoint; zone: string; now: number }) {
  const t = useT();
  const { language } = usePreferences();
  const { c } = useTheme();
  const colour = useMeterColour(point);
  const date = useMemo(() => today(zone, now), [zone, now]);
  const asked = { id: point.id, commodity: point.commodity, zone, span: 'day' as const, date, now };
  const { query, amounts, drawn, line } = useProfile(asked);
  const ahead = useAhead(asked, amounts.factor);
  const input = useMemo(() => ({ series: [{ buckets: drawn?.buckets ?? [] }], line, ahead: drawn ? coming(drawn.buckets, ahead) : null }), [drawn, line, ahead]);
  if (query.isError && !drawn) return <Failure error={query.error} retry={() => void query.refetch()} />;
  if (!drawn) return <Skeleton height={360} />;
  const { buckets, totals } = drawn;
  const words = comparison(buckets, line, t, language);
  const hours = hoursText(totals.known, totals.due, t);
  const total = amounts.text(totals.sum === null ? null : totals.sum / amounts.factor);
  const lastEnd = lastKnown(buckets);
  const summary = [`${t('today')}: ${total}.`, `${hours}.`, words ? `${words.text}.` : ''].filter(Boolean).join(' ');
  return (
    <Card>
      <View style={{ gap: 2 }}>
        <T tone="quiet">{t(`commodity.${point.commodity}`)}, {t('home.sinceMidnight')}</T>
        <T size="figure" figures testID="today-figure">{total}</T>
      </View>
      <View style={{ flexDirection: 'row', flexWrap: 'wrap', gap: 8 }}>
        <Status tone={totals.known < totals.due ? 'warning' : 'quiet'} icon="clock" word={hours} />
        {words && <Status tone={words.tone} icon={words.tone === 'ok' ? 'ok' : 'info'} word={words.text} />}
        {lastEnd !== null && now - lastEnd > STALE_MS && <Status tone="warning" icon="clock" word={t('stale', { ago: ago(t, lastEnd, now) })} />}
      </View>
      <ProfileChart input={input} strokes={[{ colour, dash: '' }]} labels={labelsOf(buckets, 'day', zone, language)} summary={summary} chosen={null} height={170} compact />
      <Legend
        entries={[
          { mark: 'bar', colour, label: t('today') },
          ...(line ? [{ mark: 'line' as const, colour: c.average, label: t('chart.usual.day') }] : []),
          ...(input.ahead ? [{ mark: 'dotted' as const, colour, label: t('chart.forecast') }] : []),
          ...(buckets.some(({ look }) => look === 'hatch') ? [{ mark: 'hatch' as const, colour: c.field, label: t('quality.missing') }] : []),
        ]}
      />
      <Button kind="plain" icon="chart" label={t('home.details')} onPress={() => router.navigate({ pathname: '/history', params: { point: point.id } })} />
    </Card>
  );
}

/** The forecast of what is still to come; hours that came speak for themselves. */
export function coming(buckets: readonly Bucket[], ahead: { p10: (number | null)[]; p50: (number | null)[]; p90: (number | null)[] } | null) {
  if (!ahead) return null;
  const only = (values: readonly (number | null)[]) => buckets.map((bucket, index) => (bucket.look === 'blank' ? (values[index] ?? null) : null));
  const told = { p10: only(ahead.p10), p50: only(ahead.p50), p90: only(ahead.p90) };
  return told.p50.some((value) => value !== null) ? told : null;
}

export function hoursText(known: number, due: number, t: Translate): string {
  if (due === 0) return t('home.hours.none');
  return known < due ? t('home.hours', { known, due }) : t('home.hours.all', { count: due });
}

/** The known hours of today against the same hours of a usual day. */
function comparison(buckets: readonly Bucket[], line: readonly (number | null)[] | null, t: Translate, locale: Locale) {
  if (!line) return null;
  let [sum, usual] = [0, 0];
  buckets.forEach(({ value, look }, index) => {
    const typical = line[index];
    if (look === 'blank' || value === null || typical == null) return;
    sum += value;
    usual += typical;
  });
  if (usual <= 0) return null;
  const share = sum / usual - 1;
  const percent = formatPercent(Math.abs(share), locale, 0);
  if (Math.abs(share) < CLOSE) return { text: t('home.usual.same'), tone: 'quiet' as const };
  return share > 0 ? { text: t('home.usual.over', { percent }), tone: 'warning' as const } : { text: t('home.usual.under', { percent }), tone: 'ok' as const };
}

export function lastKnown(buckets: readonly Bucket[]): number | null {
  return buckets.reduce<number | null>((found, { value, end, look }) => (value !== null && look !== 'blank' ? end : found), null);
}
