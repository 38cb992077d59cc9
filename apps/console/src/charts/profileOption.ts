/** The chart grammar as an ECharts option: bars, average line, running sum, forecast, hatch. */
import { niceMax, runningSum, type Bucket } from '@shared/profiles';
import { COLOURS, type Scheme } from '@shared/tokens';
import { formatNumber, unitText, type Locale } from '@shared/units';
import type { ChartOption } from './echarts';

export interface BarSeries {
  name: string;
  colour: string;
  buckets: readonly Bucket[];
}

export interface Forecast {
  soFar: number;
  p10: number | null;
  p50: number;
  p90: number | null;
}

export interface ProfileChartInput {
  series: BarSeries[];
  labels: string[];
  titles: string[];
  unit: string;
  locale: Locale;
  scheme: Scheme;
  line?: { name: string; values: readonly (number | null)[] } | undefined;
  /** The hours to come, with the band that holds 8 of 10. */
  ahead?: { name: string; p10: readonly (number | null)[]; p50: readonly (number | null)[]; p90: readonly (number | null)[] } | undefined;
  cumulative?: { name: string; forecastName: string; forecast: Forecast | null } | undefined;
  qualityWord: (bucket: Bucket) => string;
}

const MOST_BAR = 44;

export function hatch(colour: string): object | string {
  const size = 8;
  const canvas = document.createElement('canvas');
  canvas.width = size;
  canvas.height = size;
  const pen = canvas.getContext('2d');
  if (!pen) return colour;
  pen.strokeStyle = colour;
  pen.lineWidth = 1.2;
  pen.beginPath();
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift, size);
    pen.lineTo(shift + size, 0);
  }
  pen.stroke();
  return { image: canvas, repeat: 'repeat' };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

/** Straight ways from what was used so far to what the month may come to. */
export function forecastLines(buckets: readonly Bucket[], forecast: Forecast) {
  const last = buckets.findLastIndex((bucket) => bucket.look !== 'blank');
  const ahead = buckets.length - 1 - last;
  const way = (end: number | null) =>
    buckets.map((_, index) =>
      index < last || end === null || ahead <= 0 ? null : forecast.soFar + ((end - forecast.soFar) * (index - last)) / ahead,
    );
  return { p10: way(forecast.p10), p50: way(forecast.p50), p90: way(forecast.p90) };
}

export function profileOption(input: ProfileChartInput): ChartOption {
  const { series, labels, unit, locale, scheme, line, cumulative, ahead } = input;
  const colours = COLOURS[scheme];
  const values = series.flatMap(({ buckets }) => buckets.map((bucket) => bucket.value ?? 0));
  const least = Math.min(0, ...values);
  const most = niceMax(Math.max(0, ...values, ...(line?.values ?? []).map((value) => value ?? 0), ...(ahead?.p90 ?? []).map((value) => value ?? 0)));
  const axisText = { color: colours.quiet, fontSize: 13, fontFamily: 'system-ui, sans-serif' };
  const hatched = hatch(colours.field);
  const bars = series.map(({ name, colour, buckets }) => ({
    type: 'bar' as const,
    name,
    barMaxWidth: MOST_BAR,
    barGap: '12%',
    barCategoryGap: '22%',
    data: buckets.map((bucket) => barOf(bucket, colour, colours.card)),
  }));
  const missing = {
    type: 'bar' as const,
    name: '',
    barGap: '-100%',
    barMaxWidth: MOST_BAR,
    silent: true,
    z: 1,
    itemStyle: { color: hatched as string },
    data: (series[0]?.buckets ?? []).map((bucket) => (bucket.look === 'hatch' && series.length === 1 ? most : null)),
  };
  return {
    grid: { left: 4, right: cumulative ? 4 : 8, top: 36, bottom: 4, outerBoundsMode: 'same' },
    xAxis: {
      type: 'category',
      data: labels,
      axisLine: { lineStyle: { color: colours.field } },
      axisTick: { show: false },
      axisLabel: { ...axisText, hideOverlap: true },
    },
    yAxis: [
      {
        type: 'value',
        name: unitText(unit, locale),
        nameTextStyle: { ...axisText, align: 'left', padding: [0, 0, 4, -28] },
        min: least < 0 ? undefined : 0,
        max: least < 0 ? undefined : most,
        ...(least < 0 ? {} : { interval: most / 4 }),
        axisLabel: { ...axisText, formatter: (value: number) => formatNumber(value, locale) },
        splitLine: { lineStyle: { color: colours.line } },
      },
      ...(cumulative
        ? [
            {
              type: 'value' as const,
              name: cumulative.name,
              nameTextStyle: { ...axisText, align: 'right' as const, padding: [0, -36, 4, 0] as [number, number, number, number] },
              min: 0,
              splitNumber: 4,
              splitLine: { show: false },
              axisLabel: { ...axisText, formatter: (value: number) => formatNumber(value, locale) },
            },
          ]
        : []),
    ],
    tooltip: {
      trigger: 'axis',
      confine: true,
      axisPointer: { type: 'shadow', shadowStyle: { color: colours.text, opacity: 0.06 } },
      backgroundColor: colours.card,
      borderColor: colours.line,
      textStyle: { color: colours.text, fontSize: 13, fontFamily: 'system-ui, sans-serif' },
      formatter: (found: unknown) => tooltip(input, (found as { dataIndex: number }[])[0]?.dataIndex ?? 0),
    },
    series: [
      ...bars,
      ...(missing.data.some((value) => value !== null) ? [missing] : []),
      ...(line ? [averageLine(line, colours.average)] : []),
      ...(ahead ? bandLines(ahead, 0, colours.quiet) : []),
      ...(cumulative && series[0] ? cumulativeLines(cumulative, series[0].buckets, colours.quiet) : []),
    ],
  } as ChartOption;
}

function barOf(bucket: Bucket, colour: string, card: string) {
  const rounded = { borderRadius: [3, 3, 0, 0] };
  if (bucket.value === null) return { value: null };
  if (bucket.look === 'outline') return { value: bucket.value, itemStyle: { color: card, borderColor: colour, borderWidth: 2, ...rounded } };
  const opacity = bucket.look === 'partial' ? 0.55 : 1;
  return { value: bucket.value, itemStyle: { color: colour, opacity, ...rounded } };
}

function averageLine(line: NonNullable<ProfileChartInput['line']>, colour: string) {
  return {
    type: 'line' as const,
    name: line.name,
    data: [...line.values],
    symbol: 'none',
    z: 4,
    lineStyle: { color: colour, width: 2 },
    itemStyle: { color: colour },
  };
}

function cumulativeLines(cumulative: NonNullable<ProfileChartInput['cumulative']>, buckets: readonly Bucket[], colour: string) {
  const shared = { type: 'line' as const, yAxisIndex: 1, symbol: 'none', silent: true, z: 3 };
  const lines: object[] = [
    { ...shared, name: cumulative.name, data: runningSum(buckets), lineStyle: { color: colour, width: 1.4 } },
  ];
  if (cumulative.forecast) {
    const { p10, p50, p90 } = forecastLines(buckets, cumulative.forecast);
    lines.push(...bandLines({ name: cumulative.forecastName, p10, p50, p90 }, 1, colour));
  }
  return lines;
}

function bandLines(band: NonNullable<ProfileChartInput['ahead']>, yAxisIndex: number, colour: string) {
  const shared = { type: 'line' as const, yAxisIndex, symbol: 'none', silent: true, z: 3 };
  const stack = `band ${yAxisIndex}`;
  const height = band.p90.map((value, index) => (value === null ? null : value - (band.p10[index] ?? 0)));
  return [
    { ...shared, name: '', stack, data: [...band.p10], lineStyle: { opacity: 0 } },
    { ...shared, name: '', stack, data: height, lineStyle: { opacity: 0 }, areaStyle: { color: colour, opacity: 0.16 } },
    { ...shared, name: band.name, data: [...band.p50], lineStyle: { color: colour, width: 1.8, type: 'dotted' as const } },
  ];
}

function tooltip(input: ProfileChartInput, index: number): string {
  const { series, titles, unit, locale, line } = input;
  const rows = series.map(({ name, colour, buckets }) => {
    const bucket = buckets[index];
    if (!bucket) return '';
    const amount = bucket.value === null ? '–' : `${formatNumber(bucket.value, locale)} ${unitText(unit, locale)}`;
    const word = input.qualityWord(bucket);
    return `<div><span style="color:${colour}">■</span> ${escaped(name)} <b>${amount}</b>${word ? `<br>${escaped(word)}` : ''}</div>`;
  });
  const value = line?.values[index];
  if (line && value !== null && value !== undefined) {
    rows.push(`<div>― ${escaped(line.name)} <b>${formatNumber(value, locale)} ${unitText(unit, locale)}</b></div>`);
  }
  return `<div style="line-height:20px"><b>${escaped(titles[index] ?? '')}</b>${rows.join('')}</div>`;
}
