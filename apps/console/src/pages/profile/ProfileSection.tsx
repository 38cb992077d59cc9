/** A day, month or year of a meter or group, with its usual line, its forecast and what is missing. */
import { clock, dayAndMonth, fullDate, hourRange, monthName, spanName, spanTitle } from '@shared/dates';
import { bucketsOf, totalsOf, type Bucket } from '@shared/profiles';
import { qualityOf } from '@shared/quality';
import { OVERLAY, type Commodity } from '@shared/tokens';
import { formatAmount, formatPercent, unitText } from '@shared/units';
import { HOUR_MS, iso, isoDate, localTime, rangeOf, STEP_OF, today, weekday, type LocalDate, type Span } from '@shared/zones';
import { lazy, Suspense, useMemo, useState, type ReactNode } from 'react';
import { useQuery } from 'urql';
import type { SpanSearch } from '../../app/addresses';
import { usePreferences } from '../../app/preferences';
import { ChartFrame, LegendItem } from '../../charts/ChartFrame';
import { useColours } from '../../charts/useColours';
import { profileOption, type BarSeries } from '../../charts/profileOption';
import { Answer, Empty, Waiting } from '../../ui/Answer';
import { SpanPicker } from '../../ui/SpanPicker';
import { DAY_AHEAD, MONTH, PROFILE, SCORE } from './documents';
import { usualRange, usualValues } from '@shared/usual';
import { useCompared } from './useCompared';

const Chart = lazy(async () => ({ default: (await import('../../charts/Chart')).Chart }));

interface SectionProps {
  id: string;
  commodity: Commodity;
  zone: string;
  span: Span;
  date: LocalDate;
  onChange: (search: SpanSearch) => void;
  compare?: string[];
  actions?: ReactNode;
  /** Changes when it should be read again. */
  version?: number;
}

export function ProfileSection(props: SectionProps) {
  const { id, zone, span, date } = props;
  const { t } = usePreferences();
  const variables = useMemo(() => {
    const { from, to } = rangeOf(span, date, zone);
    const usual = usualRange(span, date, zone);
    return { id, from: iso(from), to: iso(to), step: STEP_OF[span], usualFrom: iso(usual.from), usualTo: iso(usual.to), usualStep: usual.step };
  }, [id, span, date.year, date.month, date.day, zone]);
  const [result, again] = useQuery({ query: PROFILE, variables, requestPolicy: 'cache-and-network' });
  return (
    <Answer result={result} retry={() => again({ requestPolicy: 'network-only' })} skeleton={420}>
      {({ node }) =>
        node && 'profile' in node ? (
          <Drawn {...props} name={node.name} profile={node.profile} usual={node.usual} />
        ) : (
          <Empty icon="meter" title={t('meters.absent')} />
        )
      }
    </Answer>
  );
}

interface Score {
  wape: number | null;
  wapeLag24: number | null;
  covered: number | null;
}

type PackedProfile = Parameters<typeof bucketsOf>[0];

function Drawn(props: SectionProps & { name: string; profile: PackedProfile; usual: PackedProfile }) {
  const { id, commodity, zone, span, date, onChange, compare = [], profile, usual, actions, name } = props;
  const { t, locale } = usePreferences();
  const { scheme, colours } = useColours();
  const [now] = useState(() => Date.now());
  const range = rangeOf(span, date, zone);
  const runs = span === 'month' && isoDate({ ...today(zone, now), day: 1 }) === isoDate({ ...date, day: 1 });
  const [month] = useQuery({ query: MONTH, variables: { id }, pause: !runs });
  const others = useCompared(compare, { from: iso(range.from), to: iso(range.to), step: STEP_OF[span] });
  const isToday = span === 'day' && isoDate(date) >= isoDate(today(zone, now));
  const [coming] = useQuery({ query: DAY_AHEAD, variables: { id, day: isoDate(date) }, pause: !isToday });
  const day = coming.data?.node && 'forecast' in coming.data.node ? coming.data.node.forecast : null;
  const toDate = month.data?.node && 'monthToDate' in month.data.node ? month.data.node.monthToDate : null;

  const shown = useMemo(() => {
    const buckets = bucketsOf(profile, range.to, now);
    const alone = others.length === 0;
    const first: BarSeries = { name, buckets, colour: alone ? colours[commodity] : OVERLAY[0][scheme] };
    const series = [
      first,
      ...others.map((other, index) => ({ name: other.name, buckets: bucketsOf(other.profile, range.to, now), colour: OVERLAY[(index + 1) % OVERLAY.length]?.[scheme] ?? colours.accent })),
    ];
    const line = usualValues(span, buckets, usual, now);
    return { buckets, series, line: line.some((value) => value !== null) ? line : null };
  }, [profile, usual, others, span, now, range.to, name, colours, commodity, scheme]);

  const { buckets, series, line } = shown;
  const titles = useMemo(() => titlesOf(buckets, span, zone, locale), [buckets, span, zone, locale]);
  const totals = totalsOf(buckets);
  const lineName = t(`usual.${span}`);
  const forecast = runs && others.length === 0 && toDate?.forecast ? { soFar: toDate.soFar ?? 0, ...toDate.forecast } : null;
  const ahead = useMemo(() => (day && others.length === 0 ? aheadOf(buckets, day) : null), [day, buckets, others.length]);
  const [scored] = useQuery({ query: SCORE, variables: { id }, pause: forecast === null && ahead === null });
  const score = scored.data?.node && 'forecastScore' in scored.data.node ? scored.data.node.forecastScore : null;
  const qualityWord = (bucket: Bucket) => wordOf(bucket, t, locale);
  const option = useMemo(
    () =>
      profileOption({
        series,
        labels: labelsOf(buckets, span, zone, locale),
        titles,
        unit: profile.unit,
        locale,
        scheme,
        line: line && others.length === 0 ? { name: lineName, values: line } : undefined,
        ahead: ahead ? { name: t('chart.forecast'), ...ahead } : undefined,
        cumulative: span === 'month' && others.length === 0 ? { name: t('chart.cumulative'), forecastName: t('chart.forecast'), forecast } : undefined,
        qualityWord: (bucket) => wordOf(bucket, t, locale),
      }),
    [series, buckets, titles, line, ahead, forecast?.p50, forecast?.soFar, locale, scheme, span],
  );
  const usualSum = line?.every((value) => value !== null) && totals.known === buckets.length ? line.reduce<number>((sum, value) => sum + (value ?? 0), 0) : null;
  const summary = [
    t('summary.total', { span: spanTitle(span, date, zone, locale), amount: formatAmount(totals.sum, profile.unit, locale) }),
    totals.known < totals.due ? t(`summary.partial.${span}`, { known: totals.known, due: totals.due }) : '',
    totals.peak ? t('summary.peak', { amount: formatAmount(totals.peak.value, profile.unit, locale), when: titles[buckets.indexOf(totals.peak)] ?? '' }) : '',
    usualSum && totals.sum !== null
      ? t(totals.sum > usualSum ? 'summary.over' : 'summary.under', { percent: formatPercent(Math.abs(totals.sum / usualSum - 1), locale, 0) })
      : '',
    forecast ? t('summary.forecast', { amount: formatAmount(forecast.p50, profile.unit, locale), low: formatAmount(forecast.p10, profile.unit, locale), high: formatAmount(forecast.p90, profile.unit, locale) }) : '',
    score ? scoreOf(score, t, locale) : '',
  ].filter(Boolean).join(' ');
  return (
    <ChartFrame
      title={<>{t('chart.consumption')}, {unitText(profile.unit, locale)}</>}
      hint={t('timesIn', { zone })}
      actions={
        <>
          {actions}
          <SpanPicker span={span} date={date} zone={zone} onChange={onChange} />
        </>
      }
      legend={<Legend series={series} line={line && others.length === 0 ? lineName : null} buckets={buckets} month={span === 'month' && others.length === 0} forecast={forecast !== null || ahead !== null} />}
      summary={summary}
      columns={[t(`span.${span === 'day' ? 'hour' : span === 'month' ? 'day' : 'month'}`), ...series.map((one) => one.name), ...(line ? [lineName] : []), t('quality')]}
      rows={() =>
        buckets.map((bucket, index) => [
          titles[index],
          ...series.map((one) => formatAmount(one.buckets[index]?.value, profile.unit, locale)),
          ...(line ? [formatAmount(line[index], profile.unit, locale)] : []),
          qualityWord(bucket) || t('quality.measured'),
        ])
      }
    >
      <Suspense fallback={<Waiting height={320} />}>
        <Chart option={option} height={320} onChoose={span === 'day' ? undefined : (index) => choose(buckets[index], span, zone, onChange)} />
      </Suspense>
    </ChartFrame>
  );
}

/** The forecast of the hours that are still to come; those that came speak for themselves. */
function aheadOf(buckets: readonly Bucket[], day: { p10: (number | null)[]; p50: (number | null)[]; p90: (number | null)[] }) {
  const coming = (values: (number | null)[]) => buckets.map((bucket, index) => (bucket.value === null ? (values[index] ?? null) : null));
  return { p10: coming(day.p10), p50: coming(day.p50), p90: coming(day.p90) };
}

/** How good its forecasts were, in words; nothing while none was scored. */
export function scoreOf({ wape, wapeLag24, covered }: Score, t: T, locale: L): string {
  if (wape === null || covered === null) return '';
  const told = { wape: formatPercent(wape, locale), covered: formatPercent(covered, locale) };
  return wapeLag24 === null ? t('forecast.score', told) : t('forecast.scoreBeside', { ...told, before: formatPercent(wapeLag24, locale) });
}

function choose(bucket: Bucket | undefined, span: Span, zone: string, onChange: (search: SpanSearch) => void) {
  if (!bucket || bucket.look === 'blank') return;
  onChange({ span: span === 'year' ? 'month' : 'day', date: isoDate(today(zone, bucket.start)) });
}

type T = ReturnType<typeof usePreferences>['t'];
type L = ReturnType<typeof usePreferences>['locale'];

function wordOf(bucket: Bucket, t: T, locale: L): string {
  if (bucket.look === 'blank') return t('quality.notYet');
  const words = [];
  const quality = qualityOf(bucket.quality);
  const hourly = bucket.end - bucket.start <= HOUR_MS;
  if (quality !== 'measured') words.push(hourly || bucket.value === null ? t(`quality.${quality}`) : t('quality.partly', { word: t(`quality.${quality}`) }));
  if (bucket.coverage !== null && bucket.coverage < 0.9995) words.push(t('chart.coverage', { percent: formatPercent(bucket.coverage, locale) }));
  return words.join(', ');
}

function labelsOf(buckets: readonly Bucket[], span: Span, zone: string, locale: L): string[] {
  return buckets.map(({ start }) => {
    if (span === 'day') return clock(start, zone, locale);
    if (span === 'year') return monthName(start, zone, locale);
    const date = today(zone, start);
    return weekday(date) === 0 || date.day === 1 ? dayAndMonth(start, zone, locale) : String(date.day);
  });
}

function titlesOf(buckets: readonly Bucket[], span: Span, zone: string, locale: L): string[] {
  const hours = buckets.map(({ start }) => localTime(start, zone).hour);
  return buckets.map(({ start }, index) => {
    if (span === 'day') return hourRange(start, zone, locale, hours[index] === hours[index - 1] || hours[index] === hours[index + 1]);
    if (span === 'month') return fullDate(start, zone, locale);
    return spanName('month', today(zone, start), zone, locale);
  });
}

interface LegendProps {
  series: BarSeries[];
  line: string | null;
  buckets: readonly Bucket[];
  month: boolean;
  forecast: boolean;
}

function Legend({ series, line, buckets, month, forecast }: LegendProps) {
  const { t } = usePreferences();
  const has = (look: Bucket['look']) => buckets.some((bucket) => bucket.look === look);
  return (
    <>
      {series.map((one) => <LegendItem key={one.name} mark="bar" colour={one.colour}>{one.name}</LegendItem>)}
      {line && <LegendItem mark="line" colour="var(--b-average)">{line}</LegendItem>}
      {month && <LegendItem mark="thin" colour="var(--b-quiet)">{t('chart.cumulativeRight')}</LegendItem>}
      {forecast && <LegendItem mark="dotted" colour="var(--b-quiet)">{t('chart.forecast')}</LegendItem>}
      {forecast && <LegendItem mark="band" colour="var(--b-quiet)">{t('chart.band')}</LegendItem>}
      {has('outline') && <LegendItem mark="outline" colour={series[0]?.colour ?? ''}>{t('quality.estimated')}</LegendItem>}
      {has('hatch') && <LegendItem mark="hatch" colour="var(--b-field)">{t('quality.missing')}</LegendItem>}
    </>
  );
}

