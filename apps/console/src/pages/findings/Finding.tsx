/** One finding: what is said, the curves behind it, what it costs, and what is done about it. */
import { SegmentedControl } from '@mantine/core';
import { dateTime, dayAndMonth, fullDate } from '@shared/dates';
import { isKey, type Translate } from '@shared/i18n';
import { bucketsOver } from '@shared/balances';
import { dailySums, levelsAround } from '@shared/profiles';
import type { Commodity as Word } from '@shared/tokens';
import { formatAmount, formatMoney, formatNumber, sureness, unitText } from '@shared/units';
import { HOUR_MS } from '@shared/zones';
import { Link, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useQuery } from 'urql';
import { usePreferences } from '../../app/preferences';
import { useZone } from '../../app/viewer';
import { ChartFrame, LegendItem } from '../../charts/ChartFrame';
import { useColours } from '../../charts/useColours';
import { Answer, Empty, Waiting } from '../../ui/Answer';
import { Commodity } from '../../ui/Commodity';
import { Crumbs } from '../../ui/Crumbs';
import { Figure, Figures, PageHead, Panel } from '../../ui/Panel';
import { Advice } from './Advice';
import { Candidates } from './Candidates';
import { FINDING, type FindingNode } from './documents';
import { Confidence, FindingState } from './FindingState';
import { Workflow } from './Workflow';

const DAY_MS = 24 * HOUR_MS;

const LongChart = lazy(async () => ({ default: (await import('../../charts/LongChart')).LongChart }));

export function Finding() {
  const { t, locale } = usePreferences();
  const { id } = useParams({ from: '/findings/$id' });
  const [result, ask] = useQuery({ query: FINDING, variables: { id, locale } });
  const again = () => ask({ requestPolicy: 'network-only' });
  return (
    <Answer result={result} retry={again} skeleton={600} shape="page">
      {({ node }) =>
        node && 'evidence' in node ? <Shown finding={node} again={again} /> : <Panel><Empty icon="finding" title={t('findings.absent')} /></Panel>
      }
    </Answer>
  );
}

function Shown({ finding, again }: { finding: FindingNode; again: () => void }) {
  const { t, locale } = usePreferences();
  const tenantZone = useZone();
  const zone = finding.site?.timezone ?? tenantZone;
  const { energy, energyLow, energyHigh, flow, money, point, group } = finding;
  return (
    <>
      <PageHead
        eyebrow={<><Link to="/findings" search={{}}>{t('nav.findings')}</Link>{finding.site && <> · <Crumbs path={finding.site.path} /></>}</>}
        title={t(`finding.${finding.kind}`)}
        lead={
          <span className="row">
            <Commodity commodity={finding.commodity as Word} />
            {point && <span>· <Link to="/meters/$id" params={{ id: point.id }} search={{ span: 'month' }}>{point.meter?.serial ?? point.name}</Link>{point.premise && `, ${point.premise.name}`}</span>}
            {finding.site?.address && <span className="address" title={t('place.address')}>· {finding.site.address.line}</span>}
            {group && <span>· <Link to="/balances/$id" params={{ id: group.id }} search={{ span: 'month' }}>{t('findings.balanceOf', { name: group.name })}</Link></span>}
            <FindingState state={finding.state} verdict={finding.verdict} />
          </span>
        }
      />
      <Figures>
        <Figure label={t('findings.confidence')} value={sureness(finding.confidence, locale)} note={<Confidence value={finding.confidence} bare />} />
        <Figure label={t('findings.since')} value={dayAndMonth(Date.parse(finding.since), zone, locale)} note={<>{dateTime(Date.parse(finding.since), zone, locale)}<br />{t('findings.seenLast', { when: dateTime(Date.parse(finding.seenAt), zone, locale) })}</>} />
        <Figure
          label={t('findings.loss')}
          value={energy ? formatAmount(energy.value, energy.unit, locale) : '–'}
          note={energyLow && energyHigh ? t('findings.band', { low: formatAmount(energyLow.value, energyLow.unit, locale), high: formatAmount(energyHigh.value, energyHigh.unit, locale) }) : t('findings.noBand')}
        />
        <Figure label={t('findings.money')} value={money ? formatMoney(money, locale) : '–'} note={money ? t('findings.atPrice') : t('findings.noPrice')} />
        {flow && <Figure label={t('findings.flow')} value={formatAmount(flow.value, flow.unit, locale)} note={t('findings.perHour')} />}
      </Figures>
      <div className="grid-side">
        <div className="stack">
          <Panel title={t('findings.why')}>
            <p>{finding.reason}</p>
            {finding.causes.length > 0 && (
              <>
                <h3 style={{ marginTop: 16 }}>{t('findings.causes')}</h3>
                <ul className="causes">{finding.causes.map((cause) => <li key={cause}>{cause}</li>)}</ul>
              </>
            )}
          </Panel>
          <Advice finding={finding} zone={zone} />
          <Candidates candidates={finding.candidates} />
          <Evidence finding={finding} zone={zone} />
          {finding.figures.length > 0 && (
            <Panel title={t('findings.figures')}>
              <dl className="facts">
                {finding.figures.map((figure) => (
                  <div key={figure.name} style={{ display: 'contents' }}>
                    <dt>{measureOf(figure.name, t)}</dt>
                    <dd>{formatNumber(figure.value, locale)}</dd>
                  </div>
                ))}
              </dl>
            </Panel>
          )}
        </div>
        <Workflow finding={finding} zone={zone} again={again} />
      </div>
    </>
  );
}

function Evidence({ finding, zone }: { finding: FindingNode; zone: string }) {
  const { t, locale } = usePreferences();
  const { colours } = useColours();
  const first = finding.evidence[0];
  const since = Date.parse(finding.since);
  const all = useMemo(() => (first ? first.values.map((_, index) => Date.parse(first.start) + index * HOUR_MS) : []), [first]);
  const end = (all.at(-1) ?? since) + HOUR_MS;
  // What began days ago shows by the hour alone.
  const [step, setStep] = useState<'days' | 'hours'>(end - since < 4 * DAY_MS ? 'hours' : 'days');
  const byDay = step === 'days';
  // By the hour a week before it is enough to compare with.
  const skip = byDay ? 0 : Math.max(0, all.findIndex((hour) => hour >= since - 7 * DAY_MS));
  const hours = useMemo(() => all.slice(skip), [all, skip]);
  const starts = useMemo(() => {
    if (!byDay) return hours;
    const days = dailySums(hours, hours.map(() => null), zone).map((day) => day.start);
    // A day that is not over would look like a fall.
    return days.slice(0, bucketsOver(days, 'P1D', zone, end));
  }, [byDay, hours, zone, end]);
  const look = useMemo(
    () => ({
      metered: { colour: colours[finding.commodity as Word], width: 1.8 },
      expected: { colour: colours.text, width: 1.4, dash: [2, 3] },
      missing: { colour: colours.critical, width: 1.8, fill: true },
      unexplained: { colour: colours.GAS, width: 1.4, dash: [7, 3] },
    }),
    [colours, finding.commodity],
  );
  const lines = useMemo(
    () =>
      finding.evidence
        .filter((curve) => curve.unit === first?.unit)
        .map((curve) => ({ name: nameOf(curve.name), values: byDay ? dailySums(hours, curve.values, zone).slice(0, starts.length).map((day) => day.value) : curve.values.slice(skip), ...(look[curve.name as keyof typeof look] ?? { colour: colours.quiet }) })),
    [finding.evidence, first, look, colours, byDay, hours, starts, skip, zone],
  );
  if (!first) return null;
  const told = finding.evidence.find((curve) => curve.name === 'metered') ?? first;
  const level = levelsAround(all, told.values, since);
  const shown = { from: dayAndMonth(starts[0] ?? 0, zone, locale), to: dayAndMonth(starts.at(-1) ?? 0, zone, locale) };
  const summary =
    level.before === null || level.after === null
      ? t('findings.evidenceSummary', { ...shown, names: lines.map((line) => line.name).join(', ') })
      : t('findings.evidenceLevels', { ...shown, name: nameOf(told.name), before: formatAmount(level.before, told.unit, locale), since: dayAndMonth(since, zone, locale), after: formatAmount(level.after, told.unit, locale) });
  return (
    <ChartFrame
      title={<>{t('findings.evidence')}, {unitText(first.unit, locale)}</>}
      hint={t('timesIn', { zone })}
      actions={
        <SegmentedControl
          aria-label={t('findings.step')}
          value={step}
          onChange={(value) => setStep(value === 'hours' ? 'hours' : 'days')}
          data={[{ value: 'days', label: t('findings.days') }, { value: 'hours', label: t('findings.hours') }]}
        />
      }
      summary={summary}
      legend={
        <>
          {lines.map((line) => <LegendItem key={line.name} mark={'dash' in line && line.dash ? 'dash' : 'fill' in line ? 'band' : 'line'} colour={line.colour}>{line.name}</LegendItem>)}
          <LegendItem mark="line" colour={colours.text}>{t('findings.since')} {dateTime(since, zone, locale)}</LegendItem>
        </>
      }
      columns={[t(byDay ? 'span.day' : 'span.hour'), ...lines.map((line) => line.name)]}
      rows={() => starts.map((start, index) => [byDay ? fullDate(start, zone, locale) : dateTime(start, zone, locale), ...lines.map((line) => formatAmount(line.values[index], first.unit, locale))])}
    >
      <Suspense fallback={<Waiting height={320} />}>
        <LongChart starts={starts} lines={lines} unit={first.unit} zone={zone} locale={locale} height={320} mark={byDay ? dayOf(starts, since) : since} />
      </Suspense>
    </ChartFrame>
  );

  function nameOf(name: string): string {
    return name === 'metered' || name === 'expected' || name === 'missing' || name === 'unexplained' ? t(`curve.${name}`) : name;
  }
}

/** The day of a moment among days; what began before all of them has none. */
const dayOf = (starts: readonly number[], at: number): number | undefined => starts.findLast((start) => start <= at);

/** What a figure is called; one that has no words yet is shown as it comes. */
function measureOf(name: string, t: Translate): string {
  const key = `measure.${name}`;
  return isKey(key) ? t(key) : name.replaceAll('_', ' ');
}
