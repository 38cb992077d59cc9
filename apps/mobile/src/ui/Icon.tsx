/** Icons, always beside a word. */
import { ICONS, type IconName } from '@shared/icons';
import type { Colour, Commodity } from '@shared/tokens';
import { Platform, View } from 'react-native';
import Svg, { Path } from 'react-native-svg';
import { useTheme } from '@/theme/theme';

export type { IconName };

/** Drawings say nothing to those who listen: the words beside them do. */
export const HIDDEN = Platform.OS === 'web' ? ({ 'aria-hidden': true } as const) : ({ accessibilityElementsHidden: true, importantForAccessibility: 'no-hide-descendants' } as const);

export function Icon({ name, size = 22, tone = 'text', colour }: { name: IconName; size?: number; tone?: Colour; colour?: string }) {
  const { c } = useTheme();
  return (
    <View {...HIDDEN} style={{ width: size, height: size }}>
      <Svg width={size} height={size} viewBox="0 0 24 24" fill="none">
        <Path d={ICONS[name]} stroke={colour ?? c[tone]} strokeWidth={1.9} strokeLinecap="round" strokeLinejoin="round" />
      </Svg>
    </View>
  );
}

/** The icon of a resource on a round of its colour. */
export function CommodityBadge({ commodity, size = 40, colour }: { commodity: Commodity; size?: number; colour?: string }) {
  const { c, tint } = useTheme();
  const own = colour ?? c[commodity];
  return (
    <View {...HIDDEN} style={{ width: size, height: size, borderRadius: size / 2, alignItems: 'center', justifyContent: 'center', backgroundColor: tint(own) }}>
      <Icon name={commodity} size={size * 0.55} colour={own} />
    </View>
  );
}
