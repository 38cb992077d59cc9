/** The chart of one meter, with others overlaid, and its words. */
import { ChartCard } from './ChartCard';
import { OverlaySheet, useOverlayColours, comparable } from './Overlay';
import { TemperatureCard } from './TemperatureCard';
import { useOthers } from './useOthers';
import { useAhead, useMonth, useProfile } from './useProfile';
import { titlesOf } from './words';
import { coming } from './ahead';
import { amountText } from '@/household/amounts';
import { pointName } from '@/household/PointChips';
import type { Home, MeteringPoint } from '@/household/homes';
import { useT } from '@/i18n';
import { usePreferences } from '@/theme/preferences';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Empty, Failure } from '@/ui/State';
import { Skeleton } from '@/ui/Skeleton';
import { spanTitle } from '@shared/dates';
import { DASHES } from '@shared/palette';
import { formatPercent } from '@shared/units';
import { today, type LocalDate, type Span } from '@shared/zones';
import { useMemo, useState } from 'react';

interface Props {
  home: Home;
  point: MeteringPoint;
  span: Span;
  date: LocalDate;
  now: number;
  onOpen: (span: Span, date: LocalDate) => void;
}

export function HistoryChart({ home, point, span, date, now, onOpen }: Props) {
  const t = useT();
  const { language } = usePreferences();
  const [others, setOthers] = useState<string[]>([]);
  const [choosing, setChoosing] = useState(false);
  const { zone } = home;
  const asked = { id: point.id, commodity: point.commodity, zone, span, date, now };
  const { query, range, running, amounts, drawn, line } = useProfile(asked);
  const ahead = useAhead(asked, amounts.factor);
  const month = useMonth(point.id, span === 'month' && running);
  const chosen = home.points.filter(({ id }) => others.includes(id));
  const overlaid = useOthers(chosen, span, range, now);
  const colours = useOverlayColours([point, ...chosen]);
  const alone = overlaid.length === 0;
  const forecast = span === 'month' && running && alone ? (month.data?.node?.monthToDate ?? null) : null;
  const series = useMemo(
    () => [
      { name: pointName(point, home, t(`commodity.${point.commodity}`)), stroke: { colour: colours[0] ?? '', dash: alone ? '' : DASHES[0] }, buckets: drawn?.buckets ?? [] },
      ...overlaid.map(({ point: other, buckets }, index) => ({
        name: pointName(other, home, t(`commodity.${other.commodity}`)),
        stroke: { colour: colours[index + 1] ?? '', dash: DASHES[index + 1] ?? '' },
        buckets,
      })),
    ],
    [drawn, overlaid.map(({ buckets }) => buckets.length + (buckets[0]?.start ?? 0)).join(), colours.join(), language],
  );
  if (query.isError && !drawn) return <Failure error={query.error} retry={() => void query.refetch()} />;
  if (!drawn) return <Skeleton height={460} />;
  const { buckets, totals } = drawn;
  const write = (value: number | null | undefined) => amountText(value, amounts.unit, language);
  const scaled = (value: number | null) => (value === null ? null : value * amounts.factor);
  const cumulative = span === 'month' && alone
    ? { soFar: totals.sum ?? 0, p10: scaled(forecast?.forecast?.p10 ?? null), p50: scaled(forecast?.forecast?.p50 ?? null), p90: scaled(forecast?.forecast?.p90 ?? null) }
    : null;
  const titles = titlesOf(buckets, span, zone, language);
  const summary = [
    t('summary.total', { span: spanTitle(span, date, zone, language), amount: write(totals.sum) }),
    totals.known < totals.due ? t(`summary.partial.${span}`, { known: totals.known, due: totals.due }) : '',
    totals.peak ? t('summary.peak', { when: titles[buckets.indexOf(totals.peak)] ?? '', amount: write(totals.peak.value) }) : '',
    beside(buckets, line, t, language),
    cumulative?.p50 != null ? t('summary.forecast', { amount: write(cumulative.p50), low: write(cumulative.p10), high: write(cumulative.p90) }) : '',
  ].filter(Boolean).join(' ');
  const nothing = totals.due > 0 && totals.known === 0;
  return (
    <>
      {nothing && alone ? (
        <Card><Empty icon="chart" title={t('chart.nothing.title')} lead={t('chart.nothing.lead')} /></Card>
      ) : (
        <ChartCard
          span={span}
          zone={zone}
          title={`${t('chart.consumption')}, ${amounts.word}`}
          series={series}
          line={alone ? line : null}
          ahead={alone ? coming(buckets, ahead) : null}
          cumulative={cumulative}
          write={write}
          summary={summary}
          whole={totals}
          onOpen={(bucket) => onOpen(span === 'year' ? 'month' : 'day', today(zone, bucket.start))}
        />
      )}
      {home.points.some((other) => comparable(point, other)) && <Button kind="plain" icon="plus" label={t('overlay.add')} onPress={() => setChoosing(true)} />}
      <OverlaySheet open={choosing} onClose={() => setChoosing(false)} home={home} point={point} others={others} onChange={setOthers} />
      {point.commodity === 'HEAT' && span === 'day' && <TemperatureCard id={point.id} zone={zone} range={range} />}
    </>
  );
}

/** The known buckets against the same ones of the line beside them. */
function beside(buckets: readonly { value: number | null; look: string }[], line: readonly (number | null)[] | null, t: ReturnType<typeof useT>, locale: Parameters<typeof formatPercent>[1]): string {
  let [sum, usual] = [0, 0];
  buckets.forEach(({ value, look }, index) => {
    const typical = line?.[index];
    if (look === 'blank' || look === 'partial' || value === null || typical == null) return;
    sum += value;
    usual += typical;
  });
  if (usual <= 0) return '';
  return t(sum > usual ? 'summary.over' : 'summary.under', { percent: formatPercent(Math.abs(sum / usual - 1), locale, 0) });
}
