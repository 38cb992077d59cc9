/** The mark of the product. */
import { View } from 'react-native';
import Svg, { Path, Rect } from 'react-native-svg';
import { HIDDEN } from './Icon';

export function Mark({ size }: { size: number }) {
  return (
    <View {...HIDDEN}>
      <Svg width={size} height={size} viewBox="0 0 64 64">
        <Rect width={64} height={64} rx={15} fill="#0F2F4A" />
        <Path d="M14 44V31M26 44V20M38 44V26M50 44V36" stroke="#5AB4F5" strokeWidth={7} strokeLinecap="round" />
        <Path d="M11 27 26 14l13 8 14-9" fill="none" stroke="#F2C14E" strokeWidth={4} strokeLinecap="round" strokeLinejoin="round" />
      </Svg>
    </View>
  );
}
