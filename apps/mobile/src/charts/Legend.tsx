/** What the marks of a chart mean. */
import { View } from 'react-native';
import Svg, { Path, Rect } from 'react-native-svg';
import { HIDDEN } from '@/ui/Icon';
import { T } from '@/ui/Text';

export type Mark = 'bar' | 'partial' | 'line' | 'dotted' | 'band' | 'hatch' | 'outline';

export interface LegendEntry {
  mark: Mark;
  colour: string;
  dash?: string;
  label: string;
}

export function Legend({ entries }: { entries: readonly LegendEntry[] }) {
  return (
    <View style={{ flexDirection: 'row', flexWrap: 'wrap', columnGap: 14, rowGap: 4 }}>
      {entries.map((entry) => (
        <View key={entry.label} style={{ flexDirection: 'row', alignItems: 'center', gap: 6 }}>
          <View {...HIDDEN}>
            <Svg width={18} height={12}>{shape(entry)}</Svg>
          </View>
          <T size="small" tone="quiet">{entry.label}</T>
        </View>
      ))}
    </View>
  );
}

function shape({ mark, colour, dash }: LegendEntry) {
  switch (mark) {
    case 'bar':
      return <Rect x={4} y={1} width={10} height={10} rx={2.5} fill={colour} />;
    case 'partial':
      return <Rect x={4.5} y={1.5} width={9} height={9} rx={2.5} fill={colour} fillOpacity={0.55} stroke={colour} strokeWidth={1} />;
    case 'outline':
      return <Rect x={4.5} y={1.5} width={9} height={9} rx={2.5} fill={colour} fillOpacity={0.12} stroke={colour} strokeWidth={1.5} />;
    case 'band':
      return <Rect x={0} y={1} width={18} height={10} rx={2} fill={colour} fillOpacity={0.2} />;
    case 'hatch':
      return <Path d="M2 11 8 1M7 11l6-10M12 11l5-8" stroke={colour} strokeWidth={1.2} fill="none" />;
    case 'dotted':
      return <Path d="M1 6h16" stroke={colour} strokeWidth={2} strokeDasharray="2 4" strokeLinecap="round" />;
    case 'line':
      return <Path d="M0 6h18" stroke={colour} strokeWidth={2} strokeDasharray={dash || undefined} />;
  }
}
