/** One of several in a row that scrolls: resources, meters. */
import { Pressable, ScrollView, View } from 'react-native';
import { SPACE, TOUCH, useTheme } from '@/theme/theme';
import { Icon, type IconName } from './Icon';
import { T } from './Text';

export interface Chip {
  value: string;
  label: string;
  icon?: IconName;
  colour?: string;
}

export function Chips({ label, chips, value, onChange }: { label: string; chips: readonly Chip[]; value: string; onChange: (value: string) => void }) {
  const { c, tint } = useTheme();
  return (
    <ScrollView horizontal showsHorizontalScrollIndicator={false} style={{ marginHorizontal: -SPACE.normal, flexGrow: 0 }} contentContainerStyle={{ paddingHorizontal: SPACE.normal }}>
      <View role="radiogroup" aria-label={label} style={{ flexDirection: 'row', gap: SPACE.tight }}>
        {chips.map((one) => {
          const chosen = one.value === value;
          const colour = one.colour ?? c.accent;
          return (
            <Pressable
              key={one.value}
              role="radio"
              aria-checked={chosen}
              onPress={() => onChange(one.value)}
              style={{ minHeight: TOUCH, borderRadius: TOUCH / 2, paddingHorizontal: 16, flexDirection: 'row', alignItems: 'center', gap: 8, borderWidth: 1.5, borderColor: chosen ? colour : c.line, backgroundColor: chosen ? tint(colour) : c.card }}
            >
              {one.icon && <Icon name={one.icon} size={20} colour={colour} />}
              <T strong={chosen}>{one.label}</T>
            </Pressable>
          );
        })}
      </View>
    </ScrollView>
  );
}
