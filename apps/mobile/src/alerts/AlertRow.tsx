/** An alert in a list: what, where, since when, and whether it goes on. */
import { useT } from '@/i18n';
import { ago } from '@/i18n/ago';
import { SPACE, TOUCH, useTheme } from '@/theme/theme';
import { Icon, HIDDEN } from '@/ui/Icon';
import { Status } from '@/ui/Status';
import { T } from '@/ui/Text';
import { router } from 'expo-router';
import { Pressable, View } from 'react-native';
import { ICONS, TONES, type Alert } from './words';

type Shown = Pick<Alert, 'id' | 'kind' | 'severity' | 'title' | 'text' | 'openedAt' | 'closedAt' | 'acknowledgedAt'>;

export function AlertRow({ alert, now, last = false }: { alert: Shown; now: number; last?: boolean }) {
  const t = useT();
  const { c, tint } = useTheme();
  const over = alert.closedAt !== null;
  const tone = over ? 'quiet' : TONES[alert.severity];
  return (
    <Pressable
      role="button"
      onPress={() => router.push({ pathname: '/alerts/[id]', params: { id: alert.id } })}
      style={({ pressed }) => [{ minHeight: TOUCH, flexDirection: 'row', gap: SPACE.snug, padding: SPACE.normal, paddingVertical: SPACE.snug }, !last && { borderBottomWidth: 1, borderBottomColor: c.line }, pressed && { backgroundColor: c.hover }]}
    >
      <View {...HIDDEN} style={{ width: 40, height: 40, borderRadius: 20, alignItems: 'center', justifyContent: 'center', backgroundColor: tint(c[tone]) }}>
        <Icon name={ICONS[alert.kind]} tone={tone} />
      </View>
      <View style={{ flex: 1, gap: 4 }}>
        <T strong>{alert.title}</T>
        <T size="small" tone="quiet" numberOfLines={3}>{alert.text}</T>
        <View style={{ flexDirection: 'row', flexWrap: 'wrap', alignItems: 'center', justifyContent: 'space-between', columnGap: SPACE.tight, rowGap: 4, marginTop: 2 }}>
          {over ? <Status tone="ok" word={t('alerts.over')} /> : <Status tone={tone} word={t(alert.acknowledgedAt ? 'alerts.seen' : `alerts.severity.${alert.severity}`)} />}
          <T size="small" tone="quiet">{ago(t, Date.parse(alert.openedAt), now)}</T>
        </View>
      </View>
    </Pressable>
  );
}
