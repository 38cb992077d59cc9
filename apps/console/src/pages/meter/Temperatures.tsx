/** Supply and return of the pipes, hour by hour; shown where they come. */
import { formatNumber } from '@shared/units';
import { HOUR_MS, iso, rangeOf, type LocalDate, type Span } from '@shared/zones';
import { dateTime } from '@shared/dates';
import { lazy, Suspense, useMemo } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../../api/graphql';
import { usePreferences } from '../../app/preferences';
import { ChartFrame, LegendItem } from '../../charts/ChartFrame';
import { useColours } from '../../charts/useColours';
import { Waiting } from '../../ui/Answer';

const LongChart = lazy(async () => ({ default: (await import('../../charts/LongChart')).LongChart }));

const TEMPERATURES = graphql(`
  query Temperatures($id: ID!, $from: DateTime!, $to: DateTime!) {
    node(id: $id) { id ... on MeteringPoint { temperatures(from: $from, to: $to) { start supply return } } }
  }
`);

export function Temperatures({ id, zone, span, date }: { id: string; zone: string; span: Span; date: LocalDate }) {
  const { t, locale } = usePreferences();
  const { colours } = useColours();
  const range = rangeOf(span, date, zone);
  const [{ data }] = useQuery({ query: TEMPERATURES, variables: { id, from: iso(range.from), to: iso(range.to) }, pause: span === 'year' });
  const found = data?.node && 'temperatures' in data.node ? data.node.temperatures : null;
  const known = found?.supply.some((value) => value !== null) ?? false;
  const starts = useMemo(() => (found ? found.supply.map((_, index) => Date.parse(found.start) + index * HOUR_MS) : []), [found]);
  const lines = useMemo(
    () => found ? [
      { name: t('temperature.supply'), values: found.supply, colour: colours.WATER_HOT, width: 2 },
      { name: t('temperature.return'), values: found.return, colour: colours.WATER_COLD, width: 2, dash: [6, 3] },
    ] : [],
    [found, colours, t],
  );
  if (!found || !known) return null;
  const mean = (values: (number | null)[]) => {
    const some = values.filter((value) => value !== null);
    return some.reduce((sum, value) => sum + value, 0) / Math.max(some.length, 1);
  };
  const [supply, back] = [mean(found.supply), mean(found.return)];
  return (
    <ChartFrame
      title={<>{t('temperature.title')}, °C</>}
      summary={t('temperature.summary', { supply: formatNumber(supply, locale, 1), back: formatNumber(back, locale, 1), difference: formatNumber(supply - back, locale, 1) })}
      legend={<><LegendItem mark="line" colour={colours.WATER_HOT}>{t('temperature.supply')}</LegendItem><LegendItem mark="dash" colour={colours.WATER_COLD}>{t('temperature.return')}</LegendItem></>}
      columns={[t('span.hour'), t('temperature.supply'), t('temperature.return'), 'ΔT']}
      rows={() => starts.map((start, index) => {
        const [hot, cold] = [found.supply[index] ?? null, found.return[index] ?? null];
        const text = (value: number | null) => (value === null ? '–' : formatNumber(value, locale, 1));
        return [dateTime(start, zone, locale), text(hot), text(cold), text(hot === null || cold === null ? null : hot - cold)];
      })}
    >
      <Suspense fallback={<Waiting height={240} />}>
        <LongChart starts={starts} lines={lines} unit="degC" zone={zone} locale={locale} height={240} />
      </Suspense>
    </ChartFrame>
  );
}
