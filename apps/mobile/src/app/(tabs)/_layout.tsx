import { useNews, useScreen } from '@/home/useScreen';
import { useT } from '@/i18n';
import { useTheme } from '@/theme/theme';
import { TabBar } from '@/ui/TabBar';
import { Tabs } from 'expo-router';

export default function TabsLayout() {
  const t = useT();
  const { c } = useTheme();
  const unseen = useScreen().told?.unseen ?? 0;
  useNews();
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
