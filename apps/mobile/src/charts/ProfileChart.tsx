/** Bars, lines and forecasts of one day, month or year; a finger on it chooses a bucket. */
import { labelled, slotAt, type Frame } from '@shared/chart';
import { drawProfile, type ProfileInput, type Shape } from '@shared/profileDrawing';
import { formatNumber } from '@shared/units';
import { useMemo, useState } from 'react';
import { useWindowDimensions, View, type GestureResponderEvent, type LayoutChangeEvent } from 'react-native';
import Svg, { Line, Path, Rect, Text as SvgText } from 'react-native-svg';
import { usePreferences } from '@/theme/preferences';
import { COLUMN, useTheme } from '@/theme/theme';

export interface Stroke {
  colour: string;
  dash: string;
}

interface Props {
  input: ProfileInput;
  strokes: readonly Stroke[];
  labels: readonly string[];
  summary: string;
  chosen: number | null;
  onChoose?: (index: number) => void;
  height?: number;
}

const PLEASANT = [1, 2, 3, 4, 6, 7, 12, 14];

export function ProfileChart({ input, strokes, labels, summary, chosen, onChoose, height = 220 }: Props) {
  const theme = useTheme();
  const { language } = usePreferences();
  const window = useWindowDimensions();
  const [width, setWidth] = useState(Math.min(window.width, COLUMN) - 64);
  const { drawing, frame } = useMemo(() => {
    const bare: Frame = { width, height, left: 0, right: 0, top: 10, bottom: 22 };
    // The ends of the scales do not depend on the frame, and their words need room beside it.
    const { most, sumMost } = drawProfile(input, bare);
    const roomFor = (value: number) => formatNumber(value, language).length * 6.5 + 10;
    const frame: Frame = { ...bare, left: Math.max(roomFor(most), roomFor(most / 2)), right: sumMost === null ? 0 : roomFor(sumMost) };
    return { drawing: drawProfile(input, frame), frame };
  }, [input, width, height, language]);
  const shown = useMemo(() => labelled(labels.length, frame.width - frame.left - frame.right, widest(labels), PLEASANT), [labels, frame]);
  const place = (event: GestureResponderEvent) => {
    const index = slotAt(event.nativeEvent.locationX, labels.length, frame);
    if (index >= 0) onChoose?.(index);
  };
  const base = frame.height - frame.bottom;
  const slot = chosen === null ? undefined : drawing.slots[chosen];
  return (
    <View role="img" aria-label={summary} onLayout={(event: LayoutChangeEvent) => setWidth(Math.round(event.nativeEvent.layout.width))}>
      <Svg width={width} height={height}>
        {drawing.ticks.map(({ value, y }) => (
          <Line key={value} x1={frame.left} x2={width - frame.right} y1={y} y2={y} stroke={theme.c.line} strokeWidth={1} />
        ))}
        {drawing.ticks.map(({ value, y }) => (
          <SvgText key={value} x={frame.left - 6} y={y + 4} fontSize={11} fill={theme.c.quiet} textAnchor="end">{formatNumber(value, language)}</SvgText>
        ))}
        {drawing.sumMost !== null && (
          <SvgText x={width - frame.right + 6} y={frame.top + 4} fontSize={11} fill={theme.c.quiet}>{formatNumber(drawing.sumMost, language)}</SvgText>
        )}
        {slot && <Rect x={slot.middle - (slot.width / 2 + 3)} y={frame.top - 4} width={slot.width + 6} height={base - frame.top + 4} rx={6} fill={theme.c.hover} />}
        {drawing.shapes.map((shape, index) => (
          <Path key={index} d={shape.path} {...paint(shape, strokes, theme.c)} />
        ))}
        {shown.map((index) => (
          <SvgText key={index} x={Math.max(drawing.slots[index]?.middle ?? 0, widest(labels) / 2 - 4)} y={height - 5} fontSize={11} fill={theme.c.quiet} textAnchor="middle">{labels[index]}</SvgText>
        ))}
      </Svg>
      {onChoose && (
        <View
          testID="chart-touch"
          style={{ position: 'absolute', inset: 0 }}
          onStartShouldSetResponder={() => true}
          onMoveShouldSetResponder={() => true}
          onResponderTerminationRequest={() => true}
          onResponderGrant={place}
          onResponderMove={place}
        />
      )}
    </View>
  );
}

function widest(labels: readonly string[]): number {
  return Math.max(0, ...labels.map(({ length }) => length)) * 6.5 + 8;
}

/** How a part of the drawing looks: the same in every chart of the product. */
function paint({ part, series }: Shape, strokes: readonly Stroke[], c: ReturnType<typeof useTheme>['c']) {
  const { colour, dash } = strokes[series] ?? { colour: c.accent, dash: '' };
  switch (part) {
    case 'bar':
      return { fill: colour };
    case 'partial':
      return { fill: colour, fillOpacity: 0.55, stroke: colour, strokeWidth: 1 };
    case 'outline':
      return { fill: colour, fillOpacity: 0.12, stroke: colour, strokeWidth: 1.5 };
    case 'hatch':
      return { stroke: c.field, strokeWidth: 1, strokeOpacity: 0.7, fill: 'none' };
    case 'series':
      return { stroke: colour, strokeWidth: 2.2, fill: 'none', strokeDasharray: dash || undefined, strokeLinejoin: 'round', strokeLinecap: 'round' } as const;
    case 'line':
      return { stroke: c.average, strokeWidth: 1.8, fill: 'none', strokeLinejoin: 'round' } as const;
    case 'ahead':
      return { stroke: colour, strokeWidth: 2, fill: 'none', strokeDasharray: '2 4', strokeLinecap: 'round' } as const;
    case 'band':
      return { fill: colour, fillOpacity: 0.16 };
    case 'sum':
      return { stroke: c.quiet, strokeWidth: 1.6, fill: 'none', strokeLinejoin: 'round' } as const;
    case 'sumAhead':
      return { stroke: c.quiet, strokeWidth: 1.8, fill: 'none', strokeDasharray: '2 4', strokeLinecap: 'round' } as const;
    case 'sumBand':
      return { fill: c.quiet, fillOpacity: 0.14 };
    case 'limit':
      return { stroke: c.critical, strokeWidth: 1.6, fill: 'none', strokeDasharray: '6 3' };
  }
}
