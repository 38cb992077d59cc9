/** A line of a list: what it is, what it says, and where it leads. */
import type { ReactNode } from 'react';
import { Pressable, View } from 'react-native';
import { SPACE, TOUCH, useTheme } from '@/theme/theme';
import { Icon, type IconName } from './Icon';
import { T } from './Text';

interface Props {
  title: string;
  lead?: string | undefined;
  value?: string | undefined;
  icon?: IconName;
  badge?: ReactNode;
  side?: ReactNode;
  onPress?: () => void;
  danger?: boolean;
  last?: boolean;
  chosen?: boolean;
}

export function Row({ title, lead, value, icon, badge, side, onPress, danger, last, chosen }: Props) {
  const { c } = useTheme();
  const inside = (
    <>
      {badge ?? (icon ? <Icon name={icon} tone={danger ? 'critical' : 'quiet'} /> : null)}
      <View style={value === undefined ? { flex: 1, gap: 2 } : { flexGrow: 1, flexShrink: 1, minWidth: '34%', gap: 2 }}>
        <T tone={danger ? 'critical' : 'text'} strong={chosen}>{title}</T>
        {lead !== undefined && <T size="small" tone="quiet">{lead}</T>}
      </View>
      {value !== undefined && <T tone="quiet" figures style={{ flexShrink: 1, maxWidth: '54%', textAlign: 'right' }}>{value}</T>}
      {side}
      {chosen && <Icon name="ok" tone="accent" />}
      {onPress && chosen === undefined && !side && <Icon name="chevron" size={18} tone="quiet" />}
    </>
  );
  const shape = { minHeight: TOUCH + 8, paddingVertical: SPACE.tight + 2, paddingHorizontal: SPACE.normal, flexDirection: 'row', alignItems: 'center', gap: SPACE.snug } as const;
  const rule = last ? null : { borderBottomWidth: 1, borderBottomColor: c.line };
  if (!onPress) return <View style={[shape, rule]}>{inside}</View>;
  return (
    <Pressable
      role={chosen === undefined ? 'button' : 'radio'}
      {...(chosen === undefined ? {} : { 'aria-checked': chosen })}
      onPress={onPress}
      style={({ pressed }) => [shape, rule, pressed && { backgroundColor: c.hover }]}
    >
      {inside}
    </Pressable>
  );
}
