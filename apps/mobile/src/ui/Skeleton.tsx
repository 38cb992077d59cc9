/** The place of what is being read. */
import { useEffect, useState } from 'react';
import { Animated, Platform, View } from 'react-native';
import { useT } from '@/i18n';
import { useReducedMotion } from '@/lib/motion';
import { RADIUS, useTheme } from '@/theme/theme';

export function Skeleton({ height }: { height: number }) {
  const { c } = useTheme();
  const t = useT();
  const still = useReducedMotion();
  const [light] = useState(() => new Animated.Value(1));
  useEffect(() => {
    if (still) return;
    const beat = Animated.loop(
      Animated.sequence([
        Animated.timing(light, { toValue: 0.45, duration: 700, useNativeDriver: Platform.OS !== 'web' }),
        Animated.timing(light, { toValue: 1, duration: 700, useNativeDriver: Platform.OS !== 'web' }),
      ]),
    );
    beat.start();
    return () => beat.stop();
  }, [light, still]);
  return (
    <View testID="waiting" role="progressbar" aria-label={t('loading')}>
      <Animated.View style={{ height, borderRadius: RADIUS.card, backgroundColor: c.line, opacity: light }} />
    </View>
  );
}
