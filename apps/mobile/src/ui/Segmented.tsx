/** One of a few, side by side. */
import { Pressable, View } from 'react-native';
import { RADIUS, useTheme } from '@/theme/theme';
import { T } from './Text';

interface Props<Value extends string> {
  label: string;
  values: readonly { value: Value; label: string }[];
  value: Value;
  onChange: (value: Value) => void;
}

export function Segmented<Value extends string>({ label, values, value, onChange }: Props<Value>) {
  const { c, scheme } = useTheme();
  return (
    <View role="radiogroup" aria-label={label} style={{ flexDirection: 'row', backgroundColor: scheme === 'light' ? '#E3E9EE' : c.hover, borderRadius: RADIUS.control, padding: 3 }}>
      {values.map((one) => {
        const chosen = one.value === value;
        return (
          <Pressable
            key={one.value}
            role="radio"
            aria-checked={chosen}
            onPress={() => onChange(one.value)}
            style={[
              { flex: 1, minHeight: 48, borderRadius: RADIUS.control - 3, alignItems: 'center', justifyContent: 'center', paddingHorizontal: 6, paddingVertical: 6 },
              chosen && { backgroundColor: c.card, boxShadow: '0px 1px 3px rgba(21,25,30,0.18)' },
            ]}
          >
            <T strong={chosen} tone={chosen ? 'text' : 'quiet'} centred>{one.label}</T>
          </Pressable>
        );
      })}
    </View>
  );
}
