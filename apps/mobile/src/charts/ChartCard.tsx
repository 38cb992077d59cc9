/** A profile with everything around it: what is chosen, a summary in words, the legend, the same as a table. */
import { Legend, type LegendEntry } from './Legend';
import { ProfileChart, type Stroke } from './ProfileChart';
import { Table } from './Table';
import { labelsOf, stateOf, titlesOf } from './words';
import { useT } from '@/i18n';
import { usePreferences } from '@/theme/preferences';
import { useTheme } from '@/theme/theme';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Status } from '@/ui/Status';
import { T } from '@/ui/Text';
import type { ProfileInput } from '@shared/profileDrawing';
import type { Bucket } from '@shared/profiles';
import type { Span } from '@shared/zones';
import { useEffect, useMemo, useState } from 'react';
import { View } from 'react-native';

export interface Charted {
  name: string;
  stroke: Stroke;
  buckets: readonly Bucket[];
}

interface Props {
  span: Span;
  zone: string;
  title: string;
  series: readonly Charted[];
  line: readonly (number | null)[] | null;
  ahead: ProfileInput['ahead'];
  cumulative: ProfileInput['cumulative'];
  limit?: number | null;
  /** Writes a value of the chart with its unit. */
  write: (value: number | null | undefined) => string;
  summary: string;
  whole: { known: number; due: number };
  onOpen?: ((bucket: Bucket) => void) | undefined;
}

export function ChartCard({ span, zone, title, series, line, ahead, cumulative, limit = null, write, summary, whole, onOpen }: Props) {
  const t = useT();
  const { c } = useTheme();
  const { language } = usePreferences();
  const [table, setTable] = useState(false);
  const [chosen, setChosen] = useState<number | null>(null);
  const buckets = series[0]?.buckets ?? [];
  useEffect(() => setChosen(null), [buckets[0]?.start, buckets.length]);
  const labels = useMemo(() => labelsOf(buckets, span, zone, language), [buckets, span, zone, language]);
  const titles = useMemo(() => titlesOf(buckets, span, zone, language), [buckets, span, zone, language]);
  const input = useMemo(() => ({ series, line, ahead, cumulative, limit }), [series, line, ahead, cumulative, limit]);
  const lineName = t(`chart.usual.${span}`);
  const picked = chosen === null ? undefined : buckets[chosen];
  return (
    <Card title={title} lead={t('chart.times', { zone })}>
      {whole.known < whole.due && <Status tone="warning" icon="clock" word={t(`summary.partial.${span}`, whole)} />}
      {table ? (
        <Table
          label={summary}
          columns={[t(span === 'day' ? 'chart.hour' : span === 'month' ? 'chart.day' : 'chart.month'), ...series.map(({ name }) => name), ...(line ? [lineName] : []), t('chart.state')]}
          rows={buckets.map((bucket, index) => [
            titles[index] ?? '',
            ...series.map((one) => write(one.buckets[index]?.value)),
            ...(line ? [write(line[index])] : []),
            stateOf(bucket, t, language) || t('quality.measured'),
          ])}
        />
      ) : (
        <>
          <View style={{ minHeight: 44, justifyContent: 'center' }} aria-live="polite">
            {picked && chosen !== null ? (
              <Readout titles={titles} chosen={chosen} series={series} line={line} lineName={lineName} write={write} />
            ) : (
              <T size="small" tone="quiet">{t('chart.touch')}</T>
            )}
          </View>
          <ProfileChart input={input} strokes={series.map(({ stroke }) => stroke)} labels={labels} summary={summary} chosen={chosen} onChoose={setChosen} />
          <Legend entries={entries({ series, line: line ? lineName : null, ahead: !!ahead || cumulative?.p50 != null, cumulative: !!cumulative, buckets, t, c })} />
        </>
      )}
      {picked && onOpen && span !== 'day' && picked.look !== 'blank' && (
        <Button kind="plain" icon="chart" label={t(span === 'month' ? 'chart.openDay' : 'chart.openMonth')} onPress={() => onOpen(picked)} />
      )}
      <T tone="quiet" testID="chart-summary">{summary}</T>
      <Button kind="quiet" icon={table ? 'chart' : 'table'} label={t(table ? 'chart.asChart' : 'chart.asTable')} onPress={() => setTable(!table)} />
    </Card>
  );
}

interface ReadoutProps {
  titles: readonly string[];
  chosen: number;
  series: readonly Charted[];
  line: readonly (number | null)[] | null;
  lineName: string;
  write: (value: number | null | undefined) => string;
}

function Readout({ titles, chosen, series, line, lineName, write }: ReadoutProps) {
  const t = useT();
  const { language } = usePreferences();
  const bucket = series[0]?.buckets[chosen];
  const state = bucket ? stateOf(bucket, t, language) : '';
  const alone = series.length === 1;
  return (
    <View>
      <T size="small" tone="quiet">{[titles[chosen], state].filter(Boolean).join(', ')}</T>
      <View style={{ flexDirection: 'row', flexWrap: 'wrap', columnGap: 14 }}>
        {series.map((one) => <T key={one.name} strong figures>{alone ? '' : `${one.name} `}{write(one.buckets[chosen]?.value)}</T>)}
        {line?.[chosen] != null && <T tone="quiet" figures>{lineName} {write(line[chosen])}</T>}
      </View>
    </View>
  );
}

interface EntryInput {
  series: readonly Charted[];
  line: string | null;
  ahead: boolean;
  cumulative: boolean;
  buckets: readonly Bucket[];
  t: ReturnType<typeof useT>;
  c: ReturnType<typeof useTheme>['c'];
}

function entries({ series, line, ahead, cumulative, buckets, t, c }: EntryInput): LegendEntry[] {
  const own = series[0]?.stroke.colour ?? c.accent;
  const has = (look: Bucket['look']) => buckets.some((bucket) => bucket.look === look);
  const second = cumulative ? c.quiet : own;
  return [
    ...series.map(({ name, stroke }): LegendEntry => ({ mark: series.length > 1 ? 'line' : 'bar', colour: stroke.colour, dash: stroke.dash, label: name })),
    ...(line ? [{ mark: 'line' as const, colour: c.average, label: line }] : []),
    ...(cumulative ? [{ mark: 'line' as const, colour: c.quiet, label: t('chart.cumulative') }] : []),
    ...(ahead ? [{ mark: 'dotted' as const, colour: second, label: t('chart.forecast') }, { mark: 'band' as const, colour: second, label: t('chart.band') }] : []),
    ...(has('partial') ? [{ mark: 'partial' as const, colour: own, label: t('chart.partial') }] : []),
    ...(has('outline') ? [{ mark: 'outline' as const, colour: own, label: t('quality.estimated') }] : []),
    ...(has('hatch') ? [{ mark: 'hatch' as const, colour: c.field, label: t('quality.missing') }] : []),
  ];
}
