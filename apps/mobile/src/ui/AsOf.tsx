/** Without a connection: how old what is shown may be, in the zone of the home. */
import { dateTime } from '@shared/dates';
import { useQueryClient } from '@tanstack/react-query';
import { View } from 'react-native';
import { zoneKept } from '@/household/zoneKept';
import { useT } from '@/i18n';
import { useOnline } from '@/lib/online';
import { usePreferences } from '@/theme/preferences';
import { RADIUS, SPACE, useTheme } from '@/theme/theme';
import { Icon } from './Icon';
import { T } from './Text';

export function AsOf() {
  const { c, tint } = useTheme();
  const t = useT();
  const { language } = usePreferences();
  const queries = useQueryClient();
  const online = useOnline();
  if (online) return null;
  const read = queries.getQueryCache().getAll().filter((query) => query.isActive() && query.state.dataUpdatedAt > 0).map((query) => query.state.dataUpdatedAt);
  const when = read.length ? dateTime(Math.min(...read), zoneKept(queries) ?? 'UTC', language) : null;
  return (
    <View role="status" style={{ flexDirection: 'row', alignItems: 'center', gap: SPACE.tight, padding: SPACE.snug, borderRadius: RADIUS.control, backgroundColor: tint(c.warning) }}>
      <Icon name="offline" tone="warning" />
      <T style={{ flexShrink: 1 }}>{when ? t('offline.asOf', { when }) : t('offline')}</T>
    </View>
  );
}
