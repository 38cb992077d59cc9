/**
 * The imbalance between CS-min and CS-max: like CS-min the phases are well spread, like CS-max all
 * loads share one conductor; and what the house itself takes.
 */
import { dateTime } from '@shared/dates';
import { bucketsOver, sumOf } from '@shared/balances';
import { formatAmount, formatNumber, formatPercent, unitText } from '@shared/units';
import { bucketStarts, iso, rangeOf, type LocalDate, type Span } from '@shared/zones';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useQuery } from 'urql';
import { graphql, type ResultOf } from '../../api/graphql';
import { usePreferences } from '../../app/preferences';
import { ChartFrame, LegendItem } from '../../charts/ChartFrame';
import { useColours } from '../../charts/useColours';
import { Answer, Waiting } from '../../ui/Answer';
import { Figure, Figures } from '../../ui/Panel';

const LongChart = lazy(async () => ({ default: (await import('../../charts/LongChart')).LongChart }));

const CURVES = graphql(`
  query Simultaneity($id: ID!, $from: DateTime!, $to: DateTime!, $step: Duration!) {
    node(id: $id) {
      id
      ... on BalanceGroup {
        imbalance(from: $from, to: $to, step: $step) { start unit supplied delivered imbalance technicalLoss ownConsumption nonTechnicalLoss coverage }
        simultaneity(from: $from, to: $to, step: $step) { start unit least most mixture coincidence }
        commonNeeds(from: $from, to: $to, step: $step) { start unit total metered technicalLoss rest }
      }
    }
  }
`);

type Curves = Extract<NonNullable<ResultOf<typeof CURVES>['node']>, { simultaneity: unknown }>;

interface SectionProps {
  id: string;
  zone: string;
  span: Span;
  date: LocalDate;
}

export function Simultaneity({ id, zone, span, date }: SectionProps) {
  const { from, to } = rangeOf(span, date, zone);
  const step = span === 'day' ? 'PT1H' : 'P1D';
  const [result, again] = useQuery({ query: CURVES, variables: { id, from: iso(from), to: iso(to), step } });
  return (
    <Answer result={result} retry={() => again({ requestPolicy: 'network-only' })} skeleton={400}>
      {({ node }) => (node && 'simultaneity' in node ? <Drawn curves={node} zone={zone} step={step} /> : null)}
    </Answer>
  );
}

function Drawn({ curves, zone, step }: { curves: Curves; zone: string; step: string }) {
  const { t, locale } = usePreferences();
  const { colours } = useColours();
  const { imbalance, simultaneity, commonNeeds } = curves;
  const starts = useMemo(() => bucketStarts(Date.parse(simultaneity.start), step, simultaneity.least.length, zone), [simultaneity, step, zone]);
  const [now] = useState(() => Date.now());
  const over = bucketsOver(starts, step, zone, now);
  const lines = useMemo(() => {
    // What is to come has no load, and a day that goes on has not all of it: blank, and no fall.
    const whole = (values: (number | null)[]) => values.map((value, index) => (index < over ? value : null));
    return [
      { name: t('cs.least'), values: whole(simultaneity.least), colour: colours.ok, width: 1.6, dash: [6, 3] },
      { name: t('cs.most'), values: whole(simultaneity.most), colour: colours.critical, width: 1.6, dash: [2, 3] },
      { name: t('balance.imbalance'), values: whole(imbalance.imbalance), colour: colours.warning, width: 2.2 },
    ];
  }, [simultaneity, imbalance, over, colours, t]);
  // The two may cross, and the band is what lies between them, whichever is above.
  const drawn = useMemo(() => {
    const edge = (of: (a: number, b: number) => number) => (lines[0]?.values ?? []).map((least, index) => {
      const most = lines[1]?.values[index] ?? null;
      return least === null || most === null ? null : of(least, most);
    });
    const bare = { name: '', colour: colours.critical, bare: true };
    return [{ ...bare, values: edge(Math.min) }, { ...bare, values: edge(Math.max), band: true }, ...lines];
  }, [lines, colours]);
  if (!simultaneity.least.some((value) => value !== null)) return null;
  const unit = simultaneity.unit;
  const goesOn = step === 'P1D' && (starts[over] ?? Infinity) <= now;
  const amount = (values: (number | null)[]) => formatAmount(sumOf(values), commonNeeds.unit, locale);
  const cell = (value: number | null | undefined) => (value === null || value === undefined ? '–' : formatNumber(value, locale));
  return (
    <>
      <ChartFrame
        title={<>{t('cs.title')}, {unitText(unit, locale)}</>}
        hint={t('cs.hint')}
        summary={[t('cs.summary', { mixture: formatPercent(simultaneity.mixture, locale, 0), coincidence: formatPercent(simultaneity.coincidence, locale, 0) }), goesOn ? t('balance.goesOn') : ''].filter(Boolean).join(' ')}
        legend={
          <>
            <LegendItem mark="line" colour={colours.warning}>{t('balance.imbalance')}</LegendItem>
            <LegendItem mark="dash" colour={colours.ok}>{t('cs.least')}</LegendItem>
            <LegendItem mark="dotted" colour={colours.critical}>{t('cs.most')}</LegendItem>
          </>
        }
        columns={[t(step === 'P1D' ? 'span.day' : 'span.hour'), ...lines.map((line) => line.name)]}
        rows={() => starts.slice(0, over).map((start, index) => [dateTime(start, zone, locale), ...lines.map((line) => cell(line.values[index]))])}
      >
        <Suspense fallback={<Waiting height={280} />}>
          <LongChart starts={starts} lines={drawn} unit={unit} zone={zone} locale={locale} height={280} />
        </Suspense>
      </ChartFrame>
      <Figures>
        <Figure label={t('needs.total')} value={amount(commonNeeds.total)} note={t('needs.totalNote')} />
        <Figure label={t('needs.metered')} value={amount(commonNeeds.metered)} />
        <Figure label={t('balance.technical')} value={amount(commonNeeds.technicalLoss)} />
        <Figure label={t('needs.rest')} value={amount(commonNeeds.rest)} note={t('needs.restNote')} />
      </Figures>
    </>
  );
}
