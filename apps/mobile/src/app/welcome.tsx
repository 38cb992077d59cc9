import { useT } from '@/i18n';
import { signIn } from '@/lib/signIn';
import { usePreferences } from '@/theme/preferences';
import { COLUMN, SPACE, useTheme } from '@/theme/theme';
import { Button } from '@/ui/Button';
import { Icon, type IconName } from '@/ui/Icon';
import { Mark } from '@/ui/Mark';
import { Heading, T } from '@/ui/Text';
import { router } from 'expo-router';
import { useState } from 'react';
import { ScrollView, View } from 'react-native';
import { useSafeAreaInsets } from 'react-native-safe-area-context';

export default function Welcome() {
  const t = useT();
  const { c, tint } = useTheme();
  const { language } = usePreferences();
  const insets = useSafeAreaInsets();
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(false);
  const begin = () => {
    setBusy(true);
    setFailed(false);
    signIn(language).catch(() => setFailed(true)).finally(() => setBusy(false));
  };
  const points: { icon: IconName; text: string; colour: string }[] = [
    { icon: 'clock', text: t('welcome.point.hours'), colour: c.accent },
    { icon: 'alarm', text: t('welcome.point.alerts'), colour: c.ELECTRICITY },
    { icon: 'shield', text: t('welcome.point.private'), colour: c.ok },
  ];
  return (
    <ScrollView style={{ backgroundColor: c.ground }} contentContainerStyle={{ flexGrow: 1, alignItems: 'center', paddingTop: insets.top + 24, paddingBottom: insets.bottom + 24 }} role="main">
      <View style={{ width: '100%', maxWidth: COLUMN, flexGrow: 1, paddingHorizontal: SPACE.wide, justifyContent: 'space-between', gap: SPACE.wide }}>
        <View style={{ gap: SPACE.wide, paddingTop: SPACE.wide }}>
          <Mark size={76} />
          <View style={{ gap: SPACE.tight }}>
            <Heading level={1} style={{ fontSize: 34, lineHeight: 40, letterSpacing: -0.6 }}>{t('welcome.title')}</Heading>
            <T size="lead" tone="quiet">{t('welcome.lead')}</T>
          </View>
          <View style={{ gap: SPACE.normal }}>
            {points.map(({ icon, text, colour }) => (
              <View key={icon} style={{ flexDirection: 'row', alignItems: 'center', gap: SPACE.normal }}>
                <View style={{ width: 44, height: 44, borderRadius: 22, backgroundColor: tint(colour), alignItems: 'center', justifyContent: 'center' }}>
                  <Icon name={icon} colour={colour} />
                </View>
                <T style={{ flex: 1 }}>{text}</T>
              </View>
            ))}
          </View>
        </View>
        <View style={{ gap: SPACE.snug }}>
          {failed && <T tone="critical" role="alert">{t('signIn.failed')}</T>}
          <Button label={t('welcome.signIn')} onPress={begin} busy={busy} />
          <Button kind="quiet" label={t('welcome.invited')} onPress={() => router.push('/invite')} />
        </View>
      </View>
    </ScrollView>
  );
}
