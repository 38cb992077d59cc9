/** Input, sum and imbalance of a day by hours, of a month by days or what is lost by hours, of a year by days. */
import { SegmentedControl } from '@mantine/core';
import { dateTime, fullDate, spanTitle } from '@shared/dates';
import { balanceDays, bucketsOver, byHourOfDay, sumImbalance, sumOf } from '@shared/balances';
import { formatAmount, formatNumber, formatPercent, unitText } from '@shared/units';
import { bucketStarts, iso, localTime, rangeOf, type LocalDate, type Span } from '@shared/zones';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../../api/graphql';
import { usePreferences } from '../../app/preferences';
import type { SpanSearch } from '../../app/addresses';
import { ChartFrame, LegendItem } from '../../charts/ChartFrame';
import { useColours } from '../../charts/useColours';
import { Spark } from '../../charts/Spark';
import { Answer, Empty, Waiting } from '../../ui/Answer';
import { Figure, Figures, Panel } from '../../ui/Panel';
import { SpanPicker } from '../../ui/SpanPicker';
import { Status } from '../../ui/Status';
import { toneOf } from './Share';

const LongChart = lazy(async () => ({ default: (await import('../../charts/LongChart')).LongChart }));

const IMBALANCE = graphql(`
  query Imbalance($id: ID!, $from: DateTime!, $to: DateTime!, $step: Duration!) {
    node(id: $id) { id ... on BalanceGroup { imbalance(from: $from, to: $to, step: $step) { start unit supplied delivered imbalance technicalLoss ownConsumption nonTechnicalLoss coverage } } }
  }
`);

/** A year of hours is never drawn raw. */
const stepOf = (span: Span) => (span === 'year' ? 'P1D' : 'PT1H');

interface SectionProps {
  id: string;
  zone: string;
  span: Span;
  date: LocalDate;
  metered: boolean;
  onChange: (search: SpanSearch) => void;
}

interface Packed {
  start: string;
  unit: string;
  supplied: (number | null)[];
  delivered: (number | null)[];
  imbalance: (number | null)[];
  technicalLoss: (number | null)[];
  ownConsumption: (number | null)[];
  nonTechnicalLoss: (number | null)[];
  coverage: (number | null)[];
}

export function ImbalanceSection(props: SectionProps) {
  const { id, zone, span, date, metered } = props;
  const { t } = usePreferences();
  const range = rangeOf(span, date, zone);
  const [result, again] = useQuery({ query: IMBALANCE, variables: { id, from: iso(range.from), to: iso(range.to), step: stepOf(span) }, requestPolicy: 'cache-and-network' });
  if (!metered) return <Panel title={t('balance.title')}><Empty icon="balance" title={t('members.noInlet')}>{t('members.noInletLead')}</Empty></Panel>;
  return (
    <Answer result={result} retry={() => again({ requestPolicy: 'network-only' })} skeleton={460}>
      {({ node }) => (node && 'imbalance' in node ? <Drawn {...props} packed={node.imbalance} /> : null)}
    </Answer>
  );
}

function Drawn({ zone, span, date, onChange, packed }: SectionProps & { packed: Packed }) {
  const { t, locale } = usePreferences();
  const { colours } = useColours();
  const [month, setMonth] = useState<'days' | 'hours'>('days');
  const [now] = useState(() => Date.now());
  const daily = span === 'year';
  const starts = useMemo(() => bucketStarts(Date.parse(packed.start), stepOf(span), packed.imbalance.length, zone), [packed, span, zone]);
  const due = bucketsOver(starts, stepOf(span), zone, now);
  const sums = sumImbalance(packed, due);
  const hours = useMemo(() => starts.map((start) => localTime(start, zone).hour), [starts, zone]);
  // Technical losses are told by the group's own history, once there is enough of it.
  const explained = packed.nonTechnicalLoss.some((value) => value !== null);
  // Supply and delivery of 700 hours lie over each other: a month of hours shows what is between them.
  const byDay = daily || (span === 'month' && month === 'days');
  const lossOnly = span === 'month' && !byDay;
  const shown = useMemo(() => (span === 'month' && byDay ? balanceDays(starts, packed, zone) : { ...packed, starts }), [span, byDay, starts, packed, zone]);
  const over = bucketsOver(shown.starts, byDay ? 'P1D' : 'PT1H', zone, now);
  const lines = useMemo(() => {
    // A day that goes on is no fall.
    const whole = (values: readonly (number | null)[]) => values.map((value, index) => (index < over ? value : null));
    const both = [
      { name: t('balance.supplied'), values: whole(shown.supplied), colour: colours.text, width: 1.8 },
      { name: t('balance.delivered'), values: whole(shown.delivered), colour: colours.accent, width: 1.8, dash: [7, 3] },
    ];
    const width = lossOnly ? 1.2 : 1.8;
    return [
      ...(lossOnly ? [] : both),
      { name: t('balance.imbalance'), values: whole(shown.imbalance), colour: colours.warning, width, fill: !explained },
      ...(explained ? [{ name: t('balance.nonTechnical'), values: whole(shown.nonTechnicalLoss), colour: colours.critical, width, fill: true }] : []),
    ];
  }, [shown, over, lossOnly, colours, t, explained]);
  const goesOn = byDay && (shown.starts[over] ?? Infinity) <= now;
  const tone = sums.share === null ? 'quiet' : toneOf(sums.share);
  const summary = [
    sums.imbalance === null
      ? t('balance.unknown')
      : t('balance.summary', { span: spanTitle(span, date, zone, locale), amount: formatAmount(sums.imbalance, packed.unit, locale), share: formatPercent(sums.share, locale) }),
    !daily && sums.judged < due ? t('balance.partial', { known: sums.judged, due }) : '',
    goesOn ? t('balance.goesOn') : '',
  ].filter(Boolean).join(' ');
  return (
    <>
      <Figures>
        <Figure label={t('balance.supplied')} value={formatAmount(sums.supplied, packed.unit, locale)} />
        <Figure label={t('balance.delivered')} value={formatAmount(sums.delivered, packed.unit, locale)} />
        <Figure label={t('balance.imbalance')} value={formatAmount(sums.imbalance, packed.unit, locale)} tone={tone} note={sums.share === null ? '–' : <Status tone={tone}>{t('balance.ofSupplied', { percent: formatPercent(sums.share, locale) })}</Status>} />
        {explained && <Figure label={t('balance.technical')} value={formatAmount(sumOf(packed.technicalLoss), packed.unit, locale)} note={t('balance.technicalNote')} />}
        {explained && <Figure label={t('balance.nonTechnical')} value={formatAmount(sumOf(packed.nonTechnicalLoss), packed.unit, locale)} note={t('balance.nonTechnicalNote')} />}
        <Figure label={t('balance.coverage')} value={formatPercent(sums.coverage, locale)} note={t(daily ? 'balance.judgedDays' : 'balance.judgedHours', { known: sums.judged, due })} />
        <div className="figure" hidden={daily}>
          <div className="figure-label">{t('balance.byHour')}</div>
          <Spark values={byHourOfDay(hours, explained ? packed.nonTechnicalLoss : packed.imbalance)} colour="var(--b-critical)" label={t('balance.byHour')} width={420} height={56} />
        </div>
      </Figures>
      <ChartFrame
        title={<>{t(byDay ? 'balance.titleDays' : lossOnly ? 'balance.titleLost' : 'balance.title')}, {unitText(packed.unit, locale)}</>}
        hint={t('timesIn', { zone })}
        actions={
          <>
            {span === 'month' && (
              <SegmentedControl
                aria-label={t('findings.step')}
                value={month}
                onChange={(value) => setMonth(value === 'hours' ? 'hours' : 'days')}
                data={[{ value: 'days', label: t('findings.days') }, { value: 'hours', label: t('findings.hours') }]}
              />
            )}
            <SpanPicker span={span} date={date} zone={zone} onChange={onChange} />
          </>
        }
        summary={summary}
        legend={
          <>
            {!lossOnly && <LegendItem mark="line" colour={colours.text}>{t('balance.supplied')}</LegendItem>}
            {!lossOnly && <LegendItem mark="dash" colour={colours.accent}>{t('balance.delivered')}</LegendItem>}
            <LegendItem mark={explained ? 'line' : 'band'} colour={colours.warning}>{t('balance.imbalance')}</LegendItem>
            {explained && <LegendItem mark="band" colour={colours.critical}>{t('balance.nonTechnical')}</LegendItem>}
          </>
        }
        columns={[t(byDay ? 'span.day' : 'span.hour'), t('balance.supplied'), t('balance.delivered'), t('balance.imbalance'), t('balance.technical'), t('balance.nonTechnical'), t('balance.coverage')]}
        rows={() =>
          shown.starts.slice(0, over).map((start, index) => [
            byDay ? fullDate(start, zone, locale) : dateTime(start, zone, locale),
            cell(shown.supplied[index]),
            cell(shown.delivered[index]),
            cell(shown.imbalance[index]),
            cell(shown.technicalLoss[index]),
            cell(shown.nonTechnicalLoss[index]),
            formatPercent(shown.coverage[index], locale),
          ])
        }
      >
        <Suspense fallback={<Waiting height={320} />}>
          <LongChart starts={shown.starts} lines={lines} unit={packed.unit} zone={zone} locale={locale} height={320} />
        </Suspense>
      </ChartFrame>
    </>
  );

  function cell(value: number | null | undefined): string {
    return value === null || value === undefined ? '–' : formatNumber(value, locale);
  }
}
