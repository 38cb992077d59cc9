/** A newer version of the web build is there: taken when the person says so, never in the middle of something. */
import { View } from 'react-native';
import { useSyncExternalStore } from 'react';
import { useT } from '@/i18n';
import { onRenewed, renewed, takeShell } from '@/lib/shell';
import { RADIUS, SPACE, useTheme } from '@/theme/theme';
import { Button } from './Button';
import { T } from './Text';

export function Fresh() {
  const { c, tint } = useTheme();
  const t = useT();
  const ready = useSyncExternalStore(onRenewed, renewed, renewed);
  if (!ready) return null;
  return (
    <View role="status" style={{ gap: SPACE.tight, padding: SPACE.snug, borderRadius: RADIUS.control, backgroundColor: tint(c.accent) }}>
      <T>{t('fresh.title')}</T>
      <Button kind="plain" icon="refresh" label={t('fresh.take')} onPress={takeShell} />
    </View>
  );
}
