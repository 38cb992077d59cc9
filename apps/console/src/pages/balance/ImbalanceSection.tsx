/** Input, sum and imbalance of a day, a month of hours, or a year of days. */
import { dateTime, fullDate, spanTitle } from '@shared/dates';
import { byHourOfDay, sumImbalance, sumOf } from '@shared/balances';
import { formatAmount, formatNumber, formatPercent, unitText } from '@shared/units';
import { bucketStarts, HOUR_MS, iso, localTime, rangeOf, type LocalDate, type Span } from '@shared/zones';
import { lazy, Suspense, useMemo } from 'react';
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
  const daily = span === 'year';
  const starts = useMemo(() => bucketStarts(Date.parse(packed.start), stepOf(span), packed.imbalance.length, zone), [packed, span, zone]);
  const due = starts.filter((start) => start + (daily ? 24 : 1) * HOUR_MS <= Date.now()).length;
  const sums = sumImbalance(packed, due);
  const hours = useMemo(() => starts.map((start) => localTime(start, zone).hour), [starts, zone]);
  // Technical losses are told by the group's own history, once there is enough of it.
  const explained = packed.nonTechnicalLoss.some((value) => value !== null);
  const lines = useMemo(
    () => [
      { name: t('balance.supplied'), values: packed.supplied, colour: colours.text, width: 1.8 },
      { name: t('balance.delivered'), values: packed.delivered, colour: colours.accent, width: 1.8, dash: [7, 3] },
      { name: t('balance.imbalance'), values: packed.imbalance, colour: colours.warning, width: 1.8, fill: !explained },
      ...(explained ? [{ name: t('balance.nonTechnical'), values: packed.nonTechnicalLoss, colour: colours.critical, width: 1.8, fill: true }] : []),
    ],
    [packed, colours, t, explained],
  );
  const tone = sums.share === null ? 'quiet' : toneOf(sums.share);
  const summary = [
    sums.imbalance === null
      ? t('balance.unknown')
      : t('balance.summary', { span: spanTitle(span, date, zone, locale), amount: formatAmount(sums.imbalance, packed.unit, locale), share: formatPercent(sums.share, locale) }),
    !daily && sums.judged < due ? t('balance.partial', { known: sums.judged, due }) : '',
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
        title={<>{t(daily ? 'balance.titleDays' : 'balance.title')}, {unitText(packed.unit, locale)}</>}
        hint={t('timesIn', { zone })}
        actions={<SpanPicker span={span} date={date} zone={zone} onChange={onChange} />}
        summary={summary}
        legend={
          <>
            <LegendItem mark="line" colour={colours.text}>{t('balance.supplied')}</LegendItem>
            <LegendItem mark="dash" colour={colours.accent}>{t('balance.delivered')}</LegendItem>
            <LegendItem mark={explained ? 'line' : 'band'} colour={colours.warning}>{t('balance.imbalance')}</LegendItem>
            {explained && <LegendItem mark="band" colour={colours.critical}>{t('balance.nonTechnical')}</LegendItem>}
          </>
        }
        columns={[t(daily ? 'span.day' : 'span.hour'), t('balance.supplied'), t('balance.delivered'), t('balance.imbalance'), t('balance.technical'), t('balance.nonTechnical'), t('balance.coverage')]}
        rows={() =>
          starts.slice(0, due).map((start, index) => [
            daily ? fullDate(start, zone, locale) : dateTime(start, zone, locale),
            cell(packed.supplied[index]),
            cell(packed.delivered[index]),
            cell(packed.imbalance[index]),
            cell(packed.technicalLoss[index]),
            cell(packed.nonTechnicalLoss[index]),
            formatPercent(packed.coverage[index], locale),
          ])
        }
      >
        <Suspense fallback={<Waiting height={320} />}>
          <LongChart starts={starts} lines={lines} unit={packed.unit} zone={zone} locale={locale} height={320} />
        </Suspense>
      </ChartFrame>
    </>
  );

  function cell(value: number | null | undefined): string {
    return value === null || value === undefined ? '–' : formatNumber(value, locale);
  }
}
