/** The bar below: four or five places, each an icon and a word. */
import { Pressable, View } from 'react-native';
import { useSafeAreaInsets } from 'react-native-safe-area-context';
import { COLUMN, useTheme } from '@/theme/theme';
import { Icon, type IconName } from './Icon';
import { T } from './Text';

const ICONS: Record<string, IconName> = { index: 'home', history: 'chart', meters: 'meter', alerts: 'alarm', settings: 'settings' };

interface Props {
  state: { index: number; routes: { key: string; name: string; params?: object | undefined }[] };
  descriptors: Record<string, { options: { title?: string | undefined; tabBarBadge?: string | number | undefined } } | undefined>;
  navigation: { emit: (event: { type: 'tabPress'; target: string; canPreventDefault: true }) => { defaultPrevented: boolean }; navigate: (name: string, params?: object) => void };
}

export function TabBar({ state, descriptors, navigation }: Props) {
  const { c } = useTheme();
  const insets = useSafeAreaInsets();
  return (
    <View style={{ backgroundColor: c.card, borderTopWidth: 1, borderTopColor: c.line, paddingBottom: insets.bottom, alignItems: 'center' }}>
      <View role="tablist" style={{ flexDirection: 'row', width: '100%', maxWidth: COLUMN }}>
        {state.routes.map((route, index) => {
          const focused = index === state.index;
          const { title = route.name, tabBarBadge: badge } = descriptors[route.key]?.options ?? {};
          const press = () => {
            const event = navigation.emit({ type: 'tabPress', target: route.key, canPreventDefault: true });
            if (!focused && !event.defaultPrevented) navigation.navigate(route.name, route.params);
          };
          return (
            <Pressable key={route.key} role="tab" aria-selected={focused} aria-label={badge ? `${title}, ${badge}` : title} onPress={press} style={{ flex: 1, minHeight: 58, paddingTop: 8, paddingBottom: 6, alignItems: 'center', gap: 3 }}>
              <View>
                <Icon name={ICONS[route.name] ?? 'home'} size={24} tone={focused ? 'accent' : 'quiet'} />
                {badge ? (
                  <View style={{ position: 'absolute', top: -5, left: 14, minWidth: 18, height: 18, borderRadius: 9, paddingHorizontal: 4, backgroundColor: c.critical, alignItems: 'center', justifyContent: 'center' }}>
                    <T style={{ fontSize: 11, lineHeight: 14, color: c.card }} strong>{badge}</T>
                  </View>
                ) : null}
              </View>
              <T numberOfLines={1} maxFontSizeMultiplier={1.3} style={{ fontSize: 12, lineHeight: 15, color: focused ? c.accent : c.quiet }} strong={focused}>{title}</T>
            </Pressable>
          );
        })}
      </View>
    </View>
  );
}
