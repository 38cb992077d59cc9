/** Heat that the flow and the two temperatures of a volume meter come to, hour by hour. */
import { sumOf } from '@shared/balances';
import { dateTime, spanTitle } from '@shared/dates';
import { formatAmount, formatNumber, formatPercent, unitText } from '@shared/units';
import { HOUR_MS, iso, rangeOf, type LocalDate, type Span } from '@shared/zones';
import { lazy, Suspense, useMemo } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../../api/graphql';
import { usePreferences } from '../../app/preferences';
import { ChartFrame, LegendItem } from '../../charts/ChartFrame';
import { useColours } from '../../charts/useColours';
import { FailureNote, Waiting } from '../../ui/Answer';

const LongChart = lazy(async () => ({ default: (await import('../../charts/LongChart')).LongChart }));

const FLOW = graphql(`
  query HeatFlow($id: ID!, $from: DateTime!, $to: DateTime!) {
    node(id: $id) { id ... on MeteringPoint { heatFlow(from: $from, to: $to) { start kwh uncertainty } } }
  }
`);

export function HeatFlow({ id, zone, span, date }: { id: string; zone: string; span: Span; date: LocalDate }) {
  const { t, locale } = usePreferences();
  const { colours } = useColours();
  const { from, to } = rangeOf(span, date, zone);
  const end = Math.max(from + HOUR_MS, Math.min(to, Math.floor(Date.now() / HOUR_MS) * HOUR_MS));
  const [{ data, error }, again] = useQuery({ query: FLOW, variables: { id, from: iso(from), to: iso(end) }, pause: span === 'year' });
  const found = data?.node && 'heatFlow' in data.node ? data.node.heatFlow : null;
  const starts = useMemo(() => (found ? found.kwh.map((_, index) => Date.parse(found.start) + index * HOUR_MS) : []), [found]);
  const lines = useMemo(() => (found ? [{ name: t('heatFlow.heat'), values: found.kwh, colour: colours.HEAT, width: 1.8, fill: true }] : []), [found, colours, t]);
  if (error) return <FailureNote error={error} retry={() => again({ requestPolicy: 'network-only' })} />;
  if (!found || span === 'year' || !found.kwh.some((value) => value !== null)) return null;
  const known = found.kwh.filter((value) => value !== null).length;
  return (
    <ChartFrame
      title={<>{t('heatFlow.title')}, {unitText('kWh', locale)}</>}
      hint={t('heatFlow.hint')}
      summary={t('heatFlow.summary', { span: spanTitle(span, date, zone, locale), amount: formatAmount(sumOf(found.kwh), 'kWh', locale), known, due: found.kwh.length })}
      legend={<LegendItem mark="band" colour={colours.HEAT}>{t('heatFlow.heat')}</LegendItem>}
      columns={[t('span.hour'), t('heatFlow.heat'), t('heatFlow.uncertainty')]}
      rows={() => starts.map((start, index) => {
        const [heat, share] = [found.kwh[index] ?? null, found.uncertainty[index] ?? null];
        return [dateTime(start, zone, locale), heat === null ? '–' : formatNumber(heat, locale, 2), share === null ? '–' : `± ${formatPercent(share, locale, 1)}`];
      })}
    >
      <Suspense fallback={<Waiting height={240} />}>
        <LongChart starts={starts} lines={lines} unit="kWh" zone={zone} locale={locale} height={240} />
      </Suspense>
    </ChartFrame>
  );
}
