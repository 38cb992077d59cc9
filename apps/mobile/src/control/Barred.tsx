/** Why a supply is not the person's to switch, and what to do about it. */
import type { SupplyBar } from '@/api/home';
import { useT } from '@/i18n';
import { SPACE } from '@/theme/theme';
import { Status } from '@/ui/Status';
import { T } from '@/ui/Text';
import { View } from 'react-native';
import { barWords } from './words';

export function Barred({ bar }: { bar: SupplyBar }) {
  const t = useT();
  const { why, next } = barWords(bar);
  return (
    <View testID="supply-bar" style={{ gap: SPACE.tight }}>
      <Status tone="quiet" icon="info" word={t(why)} />
      <T tone="quiet">{t(next)}</T>
    </View>
  );
}
