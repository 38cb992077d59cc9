/** What can be done: at least 48 points high, with a word. */
import { ActivityIndicator, Pressable, View, type ViewStyle } from 'react-native';
import { RADIUS, SPACE, TOUCH, useTheme } from '@/theme/theme';
import { Icon, type IconName } from './Icon';
import { T } from './Text';

interface Props {
  label: string;
  onPress: () => void;
  kind?: 'primary' | 'plain' | 'danger' | 'quiet';
  icon?: IconName;
  busy?: boolean;
  disabled?: boolean;
  style?: ViewStyle;
}

export function Button({ label, onPress, kind = 'primary', icon, busy = false, disabled = false, style }: Props) {
  const { c, tint, scheme } = useTheme();
  const off = disabled || busy;
  const ground = { primary: c.accent, danger: c.critical, plain: tint(c.accent), quiet: 'transparent' }[kind];
  const ink = { primary: c.onAccent, danger: scheme === 'light' ? '#FFFFFF' : '#15191E', plain: c.accent, quiet: c.accent }[kind];
  return (
    <Pressable
      role="button"
      aria-label={label}
      aria-busy={busy}
      aria-disabled={off}
      disabled={off}
      onPress={onPress}
      style={({ pressed }) => [
        { minHeight: TOUCH, borderRadius: RADIUS.control, paddingHorizontal: SPACE.normal, paddingVertical: SPACE.snug, backgroundColor: ground, flexDirection: 'row', alignItems: 'center', justifyContent: 'center', gap: SPACE.tight },
        disabled && { opacity: 0.45 },
        pressed && { opacity: 0.75 },
        style,
      ]}
    >
      {busy ? <View aria-hidden><ActivityIndicator color={ink} /></View> : icon ? <Icon name={icon} size={20} colour={ink} /> : null}
      <T strong style={{ color: ink, flexShrink: 1, textAlign: 'center' }}>{label}</T>
    </Pressable>
  );
}

/** A round of 48 points with an icon; its word is for those who listen. */
export function IconButton({ label, icon, onPress, disabled = false }: { label: string; icon: IconName; onPress: () => void; disabled?: boolean }) {
  const { c, tint } = useTheme();
  return (
    <Pressable role="button" aria-label={label} aria-disabled={disabled} disabled={disabled} onPress={onPress} style={{ width: TOUCH, height: TOUCH, alignItems: 'center', justifyContent: 'center' }}>
      {({ pressed }) => (
        <View style={{ width: 40, height: 40, borderRadius: 20, alignItems: 'center', justifyContent: 'center', backgroundColor: pressed ? c.line : tint(c.quiet), opacity: disabled ? 0.35 : 1 }}>
          <Icon name={icon} size={20} />
        </View>
      )}
    </Pressable>
  );
}
