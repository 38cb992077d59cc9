/** This version of the app is served no more. */
import type { Compatibility } from '@/api/bff';
import { web } from '@/api/server';
import { useT } from '@/i18n';
import { SPACE, useTheme } from '@/theme/theme';
import { Linking, View } from 'react-native';
import { Button } from './Button';
import { Empty } from './State';

export function Upgrade({ told }: { told: Compatibility }) {
  const t = useT();
  const { c } = useTheme();
  const { store } = told;
  return (
    <View role="main" style={{ flex: 1, justifyContent: 'center', padding: SPACE.wide, backgroundColor: c.ground }}>
      <Empty icon="save" title={t('upgrade.title')} lead={t('upgrade.lead', { oldest: told.oldest })} />
      {web ? <Button label={t('upgrade.reload')} onPress={() => location.reload()} /> : store ? <Button label={t('upgrade.get')} onPress={() => void Linking.openURL(store)} /> : null}
    </View>
  );
}
