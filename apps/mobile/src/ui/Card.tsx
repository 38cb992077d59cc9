/** A card: one thought, with an optional title and what can be done beside it. */
import type { ReactNode } from 'react';
import { View, type ViewStyle } from 'react-native';
import { RADIUS, SPACE, useTheme } from '@/theme/theme';
import { Heading, T } from './Text';

interface Props {
  title?: string;
  lead?: string;
  side?: ReactNode;
  children?: ReactNode;
  flush?: boolean;
  style?: ViewStyle;
}

export function Card({ title, lead, side, children, flush, style }: Props) {
  const { c, scheme } = useTheme();
  return (
    <View
      style={[
        { backgroundColor: c.card, borderRadius: RADIUS.card, paddingVertical: SPACE.normal, paddingHorizontal: flush ? 0 : SPACE.normal, gap: flush ? 0 : SPACE.snug },
        scheme === 'light' ? { boxShadow: '0px 1px 2px rgba(21,25,30,0.06), 0px 6px 20px rgba(21,25,30,0.05)' } : { borderWidth: 1, borderColor: c.line },
        style,
      ]}
    >
      {title !== undefined && (
        <View style={{ flexDirection: 'row', alignItems: 'center', justifyContent: 'space-between', gap: SPACE.tight, paddingHorizontal: flush ? SPACE.normal : 0, paddingBottom: flush ? SPACE.hair : 0 }}>
          <View style={{ flexShrink: 1, gap: 2 }}>
            <Heading>{title}</Heading>
            {lead !== undefined && <T size="small" tone="quiet">{lead}</T>}
          </View>
          {side}
        </View>
      )}
      {children}
    </View>
  );
}
