/** All hours of a year as a band: smallest, mean and largest hour of each day. */
import { fullDate } from '@shared/dates';
import { dailyBand } from '@shared/profiles';
import type { Commodity } from '@shared/tokens';
import { formatAmount, formatNumber, unitText } from '@shared/units';
import { HOUR_MS, iso, rangeOf } from '@shared/zones';
import { lazy, Suspense, useMemo } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../../api/graphql';
import { usePreferences } from '../../app/preferences';
import { ChartFrame, LegendItem } from '../../charts/ChartFrame';
import { useColours } from '../../charts/useColours';
import { Answer, Waiting } from '../../ui/Answer';

const LongChart = lazy(async () => ({ default: (await import('../../charts/LongChart')).LongChart }));

const HOURS = graphql(`
  query YearHours($id: ID!, $from: DateTime!, $to: DateTime!) {
    node(id: $id) { id ... on Metered { profile(from: $from, to: $to, step: "PT1H") { start unit values } } }
  }
`);

interface BandProps {
  id: string;
  zone: string;
  year: number;
  commodity: Commodity;
}

export function YearBand({ id, zone, year, commodity }: BandProps) {
  const { from, to } = rangeOf('year', { year, month: 1, day: 1 }, zone);
  const [result, again] = useQuery({ query: HOURS, variables: { id, from: iso(from), to: iso(to) } });
  return (
    <Answer result={result} retry={() => again({ requestPolicy: 'network-only' })} skeleton={340}>
      {({ node }) => (node && 'profile' in node ? <Drawn zone={zone} year={year} commodity={commodity} profile={node.profile} /> : null)}
    </Answer>
  );
}

function Drawn({ zone, year, commodity, profile }: Omit<BandProps, 'id'> & { profile: { start: string; unit: string; values: (number | null)[] } }) {
  const { t, locale } = usePreferences();
  const { colours } = useColours();
  const days = useMemo(() => {
    performance.mark('band-start');
    const made = dailyBand(Date.parse(profile.start), profile.values, zone);
    performance.measure('band', 'band-start');
    return made;
  }, [profile, zone]);
  const starts = useMemo(() => days.map((day) => day.start), [days]);
  const colour = colours[commodity];
  const lines = useMemo(
    () => [
      { name: t('year.low'), values: days.map((day) => day.low), colour, width: 1 },
      { name: t('year.high'), values: days.map((day) => day.high), colour, width: 1, band: true },
      { name: t('year.mean'), values: days.map((day) => day.mean), colour: colours.text, width: 1.6 },
    ],
    [days, colour, colours, t],
  );
  const known = profile.values.filter((value) => value !== null);
  const cell = (value: number | null) => (value === null ? '–' : formatNumber(value, locale));
  return (
    <ChartFrame
      title={<>{t('year.title')}, {unitText(profile.unit, locale)}</>}
      hint={t('timesIn', { zone })}
      summary={t('year.summary', { hours: known.length, year: String(year), amount: formatAmount(known.length ? Math.max(...known) : null, profile.unit, locale) })}
      legend={<><LegendItem mark="band" colour={colour}>{t('year.low')} – {t('year.high')}</LegendItem><LegendItem mark="line" colour={colours.text}>{t('year.mean')}</LegendItem></>}
      columns={[t('span.day'), t('year.low'), t('year.mean'), t('year.high')]}
      rows={() => days.filter((day) => day.start + HOUR_MS < Date.now()).map((day) => [fullDate(day.start, zone, locale), cell(day.low), cell(day.mean), cell(day.high)])}
    >
      <Suspense fallback={<Waiting height={260} />}>
        <LongChart starts={starts} lines={lines} unit={profile.unit} zone={zone} locale={locale} height={260} />
      </Suspense>
    </ChartFrame>
  );
}
