/** A newer version is there: taken when the person says so, never in the middle of something. */
import { Linking, View } from 'react-native';
import { useSyncExternalStore } from 'react';
import { newerNow, onNewer } from '@/api/newer';
import { web } from '@/api/server';
import { useT } from '@/i18n';
import { onRenewed, renewed, takeShell } from '@/lib/shell';
import { RADIUS, SPACE, useTheme } from '@/theme/theme';
import { Button } from './Button';
import { T } from './Text';

export function Fresh() {
  const { c } = useTheme();
  const t = useT();
  const ready = useSyncExternalStore(onRenewed, renewed, renewed);
  const newer = useSyncExternalStore(onNewer, newerNow, newerNow);
  const store = newer?.store ?? null;
  // A device without an address of its store could only be told, and could do nothing.
  if (!ready && !(newer && (web || store))) return null;
  const take = ready ? takeShell : store === null ? () => location.reload() : () => void Linking.openURL(store);
  return (
    <View role="status" style={{ gap: SPACE.tight, padding: SPACE.normal, borderRadius: RADIUS.card, backgroundColor: c.card, borderWidth: 1, borderColor: c.accent }}>
      <T>{ready || !newer ? t('fresh.title') : t('upgrade.newer', { newest: newer.newest })}</T>
      <Button kind="plain" icon="refresh" label={ready || web ? t('fresh.take') : t('upgrade.get')} onPress={take} />
    </View>
  );
}
