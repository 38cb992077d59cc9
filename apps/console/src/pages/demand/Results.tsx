/** What came of an event: the hours of its day beside what was expected of them. */
import { dateTime, clock } from '@shared/dates';
import type { Bucket } from '@shared/profiles';
import { formatAmount, unitText } from '@shared/units';
import { HOUR_MS } from '@shared/zones';
import { useEffect, useMemo } from 'react';
import { useQuery } from 'urql';
import { useNewReadings } from '../../api/useNews';
import { usePreferences } from '../../app/preferences';
import { Chart } from '../../charts/Chart';
import { ChartFrame, LegendItem } from '../../charts/ChartFrame';
import { profileOption } from '../../charts/profileOption';
import { useColours } from '../../charts/useColours';
import { Answer, Empty } from '../../ui/Answer';
import { Panel } from '../../ui/Panel';
import { RESULT, type DrEventNode, type Estimate } from './documents';

export function Results({ event }: { event: DrEventNode }) {
  const { t } = usePreferences();
  const [result, ask] = useQuery({ query: RESULT, variables: { id: event.id } });
  const again = () => ask({ requestPolicy: 'network-only' });
  useNewReadings(null, again, event.state === 'COMPLETED');
  useEffect(() => again(), [event.state]);
  return (
    <Answer result={result} retry={again} skeleton={420}>
      {({ viewer }) => {
        const estimates = viewer.drEvent?.estimates ?? [];
        if (estimates.length === 0) return <Panel title={t('dr.result')}><Empty icon="chart" title={t('dr.result.none')} /></Panel>;
        return estimates.map((one) => <Result key={one.group.id} estimate={one} event={event} />);
      }}
    </Answer>
  );
}

function Result({ estimate, event }: { estimate: Estimate; event: DrEventNode }) {
  const { t, locale } = usePreferences();
  const { colours, scheme } = useColours();
  const { unit, timezone: zone, group } = estimate;
  const used = estimate.used as (number | null)[];
  const expected = estimate.expected as (number | null)[];
  const begin = Date.parse(estimate.start);
  const starts = useMemo(() => used.map((_, index) => begin + index * HOUR_MS), [used.length, begin]);
  const colour = colours[group.commodity];
  const within = (start: number) => start < Date.parse(event.endsAt) && start + HOUR_MS > Date.parse(event.startsAt);
  const option = useMemo(() => {
    const now = Date.now();
    const buckets = starts.map((start, index): Bucket => {
      const value = used[index] ?? null;
      const look = value === null ? (start + HOUR_MS > now ? 'blank' : 'hatch') : within(start) ? 'solid' : 'partial';
      return { start, end: start + HOUR_MS, value, quality: 0, coverage: 1, look };
    });
    return profileOption({
      series: [{ name: t('dr.used'), colour, buckets }],
      labels: starts.map((start) => clock(start, zone, locale)),
      titles: starts.map((start) => dateTime(start, zone, locale)),
      unit,
      locale,
      scheme,
      line: { name: t('dr.expected'), values: expected },
      qualityWord: ({ start }) => (within(start) ? t('dr.within') : ''),
    });
  }, [starts, used, expected, colour, unit, locale, scheme, zone, event.startsAt, event.endsAt]);
  return (
    <ChartFrame
      title={<>{t('dr.result')}: {group.name}, {t(`commodity.${group.commodity}`)}, {unitText(unit, locale)}</>}
      hint={t('dr.result.hint')}
      summary={summary()}
      legend={<><LegendItem mark="bar" colour={colour}>{t('dr.used')}</LegendItem><LegendItem mark="line" colour={colours.average}>{t('dr.expected')}</LegendItem></>}
      columns={[t('span.hour'), t('dr.used'), t('dr.expected'), t('dr.within')]}
      rows={() => starts.map((start, index) => [dateTime(start, zone, locale), formatAmount(used[index] ?? null, unit, locale), formatAmount(expected[index] ?? null, unit, locale), within(start) ? t('dr.within') : ''])}
    >
      <Chart option={option} />
    </ChartFrame>
  );

  function summary(): string {
    const { less, totalUsed, totalExpected, hours, knownHours } = estimate;
    if (less === null) return t('dr.result.unknown', { known: knownHours, hours });
    const facts = { used: formatAmount(totalUsed, unit, locale), expected: formatAmount(totalExpected, unit, locale), amount: formatAmount(Math.abs(less), unit, locale), known: knownHours, hours };
    return t(less >= 0 ? 'dr.result.less' : 'dr.result.more', facts);
  }
}
