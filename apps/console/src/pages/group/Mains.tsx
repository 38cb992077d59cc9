/** What leaves a heating main on its way: water that does not come back, warmth through the walls. */
import { sumOf } from '@shared/balances';
import { dateTime, spanTitle } from '@shared/dates';
import { formatAmount, formatNumber, formatPercent, unitText } from '@shared/units';
import { HOUR_MS, iso, rangeOf, type LocalDate, type Span } from '@shared/zones';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useMemo } from 'react';
import { useQuery } from 'urql';
import { graphql, type ResultOf } from '../../api/graphql';
import { usePreferences } from '../../app/preferences';
import { useViewer } from '../../app/viewer';
import { ChartFrame, LegendItem } from '../../charts/ChartFrame';
import { useColours } from '../../charts/useColours';
import { Answer, Empty, Waiting } from '../../ui/Answer';
import { Figure, Figures, Panel } from '../../ui/Panel';
import { chosenSpan, SpanPicker } from '../../ui/SpanPicker';
import { Status } from '../../ui/Status';
import { FindingsOf } from '../findings/FindingsOf';
import { GroupView, type Group } from './GroupViews';

const LongChart = lazy(async () => ({ default: (await import('../../charts/LongChart')).LongChart }));

const MAINS = graphql(`
  query Mains($id: ID!, $from: DateTime!, $to: DateTime!) {
    node(id: $id) {
      id
      ... on BalanceGroup {
        coolant(from: $from, to: $to) { start outKg backKg lostKg lostKwh allowedKg }
        mainsLoss(from: $from, to: $to) { start houses sentKwh warmthKwh coolantKg coolantKwh }
      }
    }
  }
`);

type Found = Extract<NonNullable<ResultOf<typeof MAINS>['node']>, { coolant: unknown }>;
type Coolant = NonNullable<Found['coolant']>;
type MainsLoss = NonNullable<Found['mainsLoss']>;

export function Mains() {
  const { t } = usePreferences();
  const { id } = useParams({ from: '/balances/$id/mains' });
  return <GroupView id={id} lead={t('mains.lead')}>{(group, zone) => <Shown group={group} zone={zone} />}</GroupView>;
}

function Shown({ group, zone }: { group: Group; zone: string }) {
  const { t } = usePreferences();
  const viewer = useViewer();
  const search = useSearch({ from: '/balances/$id/mains' });
  const navigate = useNavigate({ from: '/balances/$id/mains' });
  const { span, date } = chosenSpan(search, zone, 'month');
  const { from, to } = rangeOf(span, date, zone);
  // What is to come is blank, and an hour that still runs is not told yet.
  const end = Math.max(from + HOUR_MS, Math.min(to, Math.floor(Date.now() / HOUR_MS) * HOUR_MS));
  const [result, again] = useQuery({ query: MAINS, variables: { id: group.id, from: iso(from), to: iso(end) } });
  return (
    <>
      <SpanPicker span={span} date={date} zone={zone} spans={['day', 'month']} onChange={(next) => void navigate({ search: next })} />
      <Answer result={result} retry={() => again({ requestPolicy: 'network-only' })} skeleton={460}>
        {({ node }) => {
          if (!node || !('coolant' in node)) return null;
          const { coolant, mainsLoss } = node;
          if (!coolant) return <Panel><Empty icon="balance" title={t('mains.none')}>{t('mains.noneLead')}</Empty></Panel>;
          return (
            <>
              <Sums coolant={coolant} mains={mainsLoss} />
              <CoolantChart coolant={coolant} zone={zone} span={span} date={date} />
              {mainsLoss
                ? <WarmthChart mains={mainsLoss} zone={zone} span={span} date={date} />
                : <Panel title={t('mains.warmth')}><Empty icon="house" title={t('mains.noHouses')}>{t('mains.noHousesLead')}</Empty></Panel>}
            </>
          );
        }}
      </Answer>
      {viewer.may('findings:read') && <Panel flush title={t('nav.findings')}><FindingsOf id={group.id} zone={zone} /></Panel>}
    </>
  );
}

/** Hours in which the loss is known, and those in which it is more than sound meters may differ by. */
function judged({ lostKg, allowedKg }: Coolant): { known: number; above: number } {
  const known = lostKg.filter((value) => value !== null).length;
  const above = lostKg.filter((value, index) => value !== null && value > (allowedKg[index] ?? Infinity)).length;
  return { known, above };
}

interface Together {
  part: number | null;
  whole: number | null;
}

/** A part and its whole over those hours in which both are known. */
function together(part: readonly (number | null)[], whole: readonly (number | null)[]): Together {
  const known = (index: number) => part[index] != null && whole[index] != null;
  return { part: sumOf(part.filter((_, index) => known(index))), whole: sumOf(whole.filter((_, index) => known(index))) };
}

function Sums({ coolant, mains }: { coolant: Coolant; mains: MainsLoss | null }) {
  const { t, locale } = usePreferences();
  const lost = together(coolant.lostKg, coolant.outKg);
  const heat = sumOf(coolant.lostKwh);
  const warmth = together(mains?.warmthKwh ?? [], mains?.sentKwh ?? []);
  const { known, above } = judged(coolant);
  const share = ({ part, whole }: Together) => (part === null || !whole ? '–' : formatPercent(part / whole, locale, 1));
  const tone = known === 0 ? 'quiet' : above > known / 10 ? 'critical' : above > 0 ? 'warning' : 'ok';
  return (
    <Figures>
      <Figure label={t('mains.lost')} value={lost.part === null ? '–' : formatNumber(lost.part, locale, 0)} unit={t('mains.kg')} tone={tone} note={t('mains.ofOut', { percent: share(lost) })} />
      <Figure label={t('mains.above')} value={t('mains.hoursOf', { above, known })} note={<Status tone={tone}>{t(`mains.tone.${tone}`)}</Status>} />
      <Figure label={t('mains.lostHeat')} value={formatAmount(heat, 'kWh', locale)} note={t('mains.lostHeatNote')} />
      {mains && <Figure label={t('mains.sent')} value={formatAmount(sumOf(mains.sentKwh), 'kWh', locale)} note={t('mains.houses', { count: mains.houses })} />}
      {mains && <Figure label={t('mains.warmth')} value={formatAmount(warmth.part, 'kWh', locale)} note={t('mains.ofSent', { percent: share(warmth) })} />}
    </Figures>
  );
}

interface ChartProps {
  zone: string;
  span: Span;
  date: LocalDate;
}

const hoursFrom = (start: string, count: number) => Array.from({ length: count }, (_, index) => Date.parse(start) + index * HOUR_MS);

function CoolantChart({ coolant, zone, span, date }: ChartProps & { coolant: Coolant }) {
  const { t, locale } = usePreferences();
  const { colours } = useColours();
  const starts = useMemo(() => hoursFrom(coolant.start, coolant.lostKg.length), [coolant]);
  const lines = useMemo(() => [
    { name: t('mains.lost'), values: coolant.lostKg, colour: colours.WATER_HOT, width: 1.8, fill: true },
    { name: t('mains.allowed'), values: coolant.allowedKg, colour: colours.critical, width: 1.4, dash: [6, 3] },
  ], [coolant, colours, t]);
  const { known, above } = judged(coolant);
  const cell = (value: number | null | undefined, digits = 1) => (value === null || value === undefined ? '–' : formatNumber(value, locale, digits));
  return (
    <ChartFrame
      title={<>{t('mains.coolant')}, {t('mains.kgh')}</>}
      hint={t('timesIn', { zone })}
      summary={t('mains.coolantSummary', { span: spanTitle(span, date, zone, locale), above, known })}
      legend={<><LegendItem mark="band" colour={colours.WATER_HOT}>{t('mains.lost')}</LegendItem><LegendItem mark="dash" colour={colours.critical}>{t('mains.allowed')}</LegendItem></>}
      columns={[t('span.hour'), t('mains.out'), t('mains.back'), t('mains.lost'), t('mains.allowed'), `${t('mains.lostHeat')}, ${unitText('kWh', locale)}`]}
      rows={() => starts.map((start, index) => [dateTime(start, zone, locale), cell(coolant.outKg[index], 0), cell(coolant.backKg[index], 0), cell(coolant.lostKg[index]), cell(coolant.allowedKg[index]), cell(coolant.lostKwh[index])])}
    >
      <Suspense fallback={<Waiting height={300} />}>
        <LongChart starts={starts} lines={lines} unit={t('mains.kg')} zone={zone} locale={locale} height={300} />
      </Suspense>
    </ChartFrame>
  );
}

function WarmthChart({ mains, zone, span, date }: ChartProps & { mains: MainsLoss }) {
  const { t, locale } = usePreferences();
  const { colours } = useColours();
  const starts = useMemo(() => hoursFrom(mains.start, mains.warmthKwh.length), [mains]);
  const lines = useMemo(() => [
    { name: t('mains.sent'), values: mains.sentKwh, colour: colours.HEAT, width: 1.8 },
    { name: t('mains.warmth'), values: mains.warmthKwh, colour: colours.critical, width: 1.8, fill: true },
  ], [mains, colours, t]);
  const { part, whole } = together(mains.warmthKwh, mains.sentKwh);
  const cell = (value: number | null | undefined) => (value === null || value === undefined ? '–' : formatNumber(value, locale, 2));
  return (
    <ChartFrame
      title={<>{t('mains.warmthTitle')}, {unitText('kWh', locale)}</>}
      hint={t('timesIn', { zone })}
      summary={whole && part !== null ? t('mains.warmthSummary', { span: spanTitle(span, date, zone, locale), percent: formatPercent(part / whole, locale, 1) }) : t('balance.unknown')}
      legend={<><LegendItem mark="line" colour={colours.HEAT}>{t('mains.sent')}</LegendItem><LegendItem mark="band" colour={colours.critical}>{t('mains.warmth')}</LegendItem></>}
      columns={[t('span.hour'), t('mains.sent'), t('mains.warmth')]}
      rows={() => starts.map((start, index) => [dateTime(start, zone, locale), cell(mains.sentKwh[index]), cell(mains.warmthKwh[index])])}
    >
      <Suspense fallback={<Waiting height={260} />}>
        <LongChart starts={starts} lines={lines} unit="kWh" zone={zone} locale={locale} height={260} />
      </Suspense>
    </ChartFrame>
  );
}
