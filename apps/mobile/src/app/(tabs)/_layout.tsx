import { useInbox } from '@/alerts/useInbox';
import { useHome } from '@/household/useHome';
import { useT } from '@/i18n';
import { useTheme } from '@/theme/theme';
import { TabBar } from '@/ui/TabBar';
import { Tabs } from 'expo-router';

export default function TabsLayout() {
  const t = useT();
  const { c } = useTheme();
  const { may } = useHome();
  const { unseen } = useInbox(may('alerts:read'));
  return (
    <Tabs tabBar={(props) => <TabBar {...props} />} screenOptions={{ headerShown: false, sceneStyle: { backgroundColor: c.ground } }}>
      <Tabs.Screen name="index" options={{ title: t('tab.home') }} />
      <Tabs.Screen name="history" options={{ title: t('tab.history') }} />
      <Tabs.Screen name="meters" options={{ title: t('tab.meters') }} />
      <Tabs.Screen name="alerts" options={{ title: t('tab.alerts'), ...(unseen ? { tabBarBadge: unseen } : {}) }} />
      <Tabs.Screen name="settings" options={{ title: t('tab.settings') }} />
    </Tabs>
  );
}
