/** Whose app this is: the logo and name of the organisation, above everything else. */
import { usePreferences } from '@/theme/preferences';
import { markOf } from '@/theme/brand';
import { RADIUS, SIZE, SPACE, useTheme } from '@/theme/theme';
import { useState } from 'react';
import { Image, View } from 'react-native';
import { HIDDEN } from './Icon';
import { T } from './Text';

const MARK = 28;

export function BrandLine() {
  const { brand } = usePreferences();
  const { scheme } = useTheme();
  const [lost, setLost] = useState<string | null>(null);
  if (!brand || !(brand.name ?? brand.logo)) return null;
  const { ground, ink } = markOf(brand, scheme);
  return (
    <View style={{ flexDirection: 'row', alignItems: 'center', gap: SPACE.tight, minHeight: MARK }}>
      {brand.logo && brand.logo !== lost ? (
        <Image source={{ uri: brand.logo }} style={{ width: MARK, height: MARK, borderRadius: RADIUS.small }} resizeMode="contain" accessible={false} alt="" onError={() => setLost(brand.logo)} />
      ) : (
        <View {...HIDDEN} style={{ width: MARK, height: MARK, borderRadius: RADIUS.small, backgroundColor: ground, alignItems: 'center', justifyContent: 'center' }}>
          <T style={{ color: ink, fontSize: SIZE.body, fontWeight: '700' }}>{(brand.name ?? '').trim().charAt(0).toUpperCase()}</T>
        </View>
      )}
      {brand.name && <T tone="quiet" style={{ flexShrink: 1 }}>{brand.name}</T>}
    </View>
  );
}
