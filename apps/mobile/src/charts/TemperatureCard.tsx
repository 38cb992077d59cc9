/** Supply and return temperatures of the heat sensors of a point, by the hour. */
import { Temperatures } from '@/api/operations.generated';
import { useAnswer } from '@/api/queries';
import { useT } from '@/i18n';
import { usePreferences } from '@/theme/preferences';
import { COLUMN, useTheme } from '@/theme/theme';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Failure } from '@/ui/State';
import { Skeleton } from '@/ui/Skeleton';
import { T } from '@/ui/Text';
import { labelled, linePath, slots, yBetween, type Frame } from '@shared/chart';
import { clock, hourRange } from '@shared/dates';
import { formatAmount, formatNumber } from '@shared/units';
import { HOUR_MS, iso } from '@shared/zones';
import { useState } from 'react';
import { useWindowDimensions, View } from 'react-native';
import Svg, { Line, Path, Text as SvgText } from 'react-native-svg';
import { Legend } from './Legend';
import { Table } from './Table';

export function TemperatureCard({ id, zone, range }: { id: string; zone: string; range: { from: number; to: number } }) {
  const t = useT();
  const { c } = useTheme();
  const { language } = usePreferences();
  const [table, setTable] = useState(false);
  const query = useAnswer(Temperatures, { id, from: iso(range.from), to: iso(range.to) });
  const told = query.data?.node?.temperatures;
  if (query.isError && !told) return <Failure error={query.error} retry={() => void query.refetch()} />;
  if (!told) return <Skeleton height={240} />;
  if (told.supply.every((value) => value === null)) return null;
  const start = Date.parse(told.start);
  const at = (index: number) => start + index * HOUR_MS;
  const last = told.supply.reduce<number>((found, value, index) => (value !== null && told.return[index] != null ? index : found), -1);
  const write = (value: number | null | undefined) => formatAmount(value, 'degC', language);
  const summary = last < 0 ? t('temperature.title') : t('temperature.summary', {
    supply: write(told.supply[last]), back: write(told.return[last]), apart: write((told.supply[last] ?? 0) - (told.return[last] ?? 0)), when: clock(at(last), zone, language),
  });
  return (
    <Card title={`${t('temperature.title')}, °C`}>
      {table ? (
        <Table label={summary} columns={[t('chart.hour'), t('temperature.supply'), t('temperature.return')]} rows={told.supply.map((value, index) => [hourRange(at(index), zone, language), write(value), write(told.return[index])])} />
      ) : (
        <>
          <Lines supply={told.supply} back={told.return} labels={told.supply.map((_, index) => clock(at(index), zone, language).slice(0, 2))} summary={summary} />
          <Legend entries={[{ mark: 'line', colour: c.WATER_HOT, label: t('temperature.supply') }, { mark: 'line', colour: c.WATER_COLD, dash: '7 4', label: t('temperature.return') }]} />
        </>
      )}
      <T tone="quiet">{summary}</T>
      <Button kind="quiet" icon={table ? 'chart' : 'table'} label={t(table ? 'chart.asChart' : 'chart.asTable')} onPress={() => setTable(!table)} />
    </Card>
  );
}

function Lines({ supply, back, labels, summary }: { supply: readonly (number | null)[]; back: readonly (number | null)[]; labels: readonly string[]; summary: string }) {
  const { c } = useTheme();
  const { language } = usePreferences();
  const window = useWindowDimensions();
  const [width, setWidth] = useState(Math.min(window.width, COLUMN) - 64);
  const frame: Frame = { width, height: 180, left: 34, right: 0, top: 10, bottom: 22 };
  const known = [...supply, ...back].filter((value): value is number => value !== null);
  const low = Math.floor(Math.min(...known) / 5) * 5;
  const high = Math.ceil(Math.max(...known) / 5 + 0.01) * 5;
  const places = slots(supply.length, frame);
  const path = (values: readonly (number | null)[]) => linePath(values.map((value, index) => (value === null ? null : [places[index]?.middle ?? 0, yBetween(value, low, high, frame)])));
  return (
    <View role="img" aria-label={summary} onLayout={(event) => setWidth(Math.round(event.nativeEvent.layout.width))}>
      <Svg width={width} height={frame.height}>
        {[low, (low + high) / 2, high].map((value) => (
          <Line key={value} x1={frame.left} x2={width} y1={yBetween(value, low, high, frame)} y2={yBetween(value, low, high, frame)} stroke={c.line} />
        ))}
        {[low, (low + high) / 2, high].map((value) => (
          <SvgText key={value} x={frame.left - 6} y={yBetween(value, low, high, frame) + 4} fontSize={11} fill={c.quiet} textAnchor="end">{formatNumber(value, language)}</SvgText>
        ))}
        <Path d={path(supply)} stroke={c.WATER_HOT} strokeWidth={2.2} fill="none" />
        <Path d={path(back)} stroke={c.WATER_COLD} strokeWidth={2.2} strokeDasharray="7 4" fill="none" />
        {labelled(labels.length, width - frame.left, 24, [1, 2, 3, 4, 6]).map((index) => (
          <SvgText key={index} x={places[index]?.middle ?? 0} y={frame.height - 5} fontSize={11} fill={c.quiet} textAnchor="middle">{labels[index]}</SvgText>
        ))}
      </Svg>
    </View>
  );
}
