/** On or off, with its word. */
import { Pressable, View } from 'react-native';
import { SPACE, TOUCH, useTheme } from '@/theme/theme';
import { Icon, type IconName } from './Icon';
import { T } from './Text';

interface Props {
  label: string;
  lead?: string | undefined;
  icon?: IconName;
  value: boolean;
  disabled?: boolean;
  onChange: (value: boolean) => void;
  last?: boolean;
}

export function Toggle({ label, lead, icon, value, disabled = false, onChange, last = false }: Props) {
  const { c } = useTheme();
  return (
    <Pressable
      role="switch"
      aria-checked={value}
      aria-label={label}
      aria-disabled={disabled}
      disabled={disabled}
      onPress={() => onChange(!value)}
      style={[{ minHeight: TOUCH + 8, flexDirection: 'row', alignItems: 'center', gap: SPACE.snug, paddingHorizontal: SPACE.normal, paddingVertical: SPACE.tight + 2, opacity: disabled ? 0.5 : 1 }, !last && { borderBottomWidth: 1, borderBottomColor: c.line }]}
    >
      {icon && <Icon name={icon} tone="quiet" />}
      <View style={{ flex: 1, gap: 2 }}>
        <T>{label}</T>
        {lead !== undefined && <T size="small" tone="quiet">{lead}</T>}
      </View>
      <Track on={value} />
    </Pressable>
  );
}

export function Track({ on }: { on: boolean }) {
  const { c } = useTheme();
  return (
    <View style={{ width: 52, height: 32, borderRadius: 16, padding: 3, backgroundColor: on ? c.accent : c.field, alignItems: on ? 'flex-end' : 'flex-start', justifyContent: 'center' }}>
      <View style={{ width: 26, height: 26, borderRadius: 13, backgroundColor: '#FFFFFF', alignItems: 'center', justifyContent: 'center' }}>
        <Icon name={on ? 'ok' : 'close'} size={14} colour={on ? '#15191E' : '#55606C'} />
      </View>
    </View>
  );
}
