import { forget } from '@/api/queries';
import { version } from '@/api/server';
import { leave } from '@/api/session';
import { HomeSwitch } from '@/household/HomeSwitch';
import { useHome } from '@/household/useHome';
import { useT } from '@/i18n';
import { stopPush } from '@/lib/push';
import { signOutOfBrowser } from '@/lib/signIn';
import { PushCard } from '@/settings/PushCard';
import { ChoiceRow } from '@/settings/ChoiceRow';
import { usePreferences } from '@/theme/preferences';
import { Card } from '@/ui/Card';
import { Row } from '@/ui/Row';
import { Screen } from '@/ui/Screen';
import { T } from '@/ui/Text';
import { router } from 'expo-router';
import { View } from 'react-native';

export default function Settings() {
  const t = useT();
  const { homes, home, choose, query } = useHome();
  const preferences = usePreferences();
  const { change } = preferences;
  const signOut = () => void stopPush().then(leave).then(forget).then(signOutOfBrowser);
  return (
    <Screen title={t('settings.title')} {...(query.data ? { lead: query.data.viewer.tenant.name } : {})}>
      {homes.length > 1 && home && <Card title={t('object')}><HomeSwitch homes={homes} home={home} choose={choose} /></Card>}
      <Card flush style={{ paddingVertical: 4 }}>
        <ChoiceRow
          icon="globe"
          label={t('settings.language')}
          value={preferences.locale ?? 'system'}
          values={[{ value: 'system', label: t('settings.language.system') }, { value: 'en', label: 'English' }, { value: 'ru', label: 'Русский' }, { value: 'ro', label: 'Română' }]}
          onChange={(value) => change({ locale: value === 'system' ? null : (value as 'en' | 'ru' | 'ro') })}
        />
        <ChoiceRow
          icon="moon"
          label={t('settings.scheme')}
          value={preferences.scheme ?? 'system'}
          values={(['system', 'light', 'dark'] as const).map((value) => ({ value, label: t(`settings.scheme.${value}`) }))}
          onChange={(value) => change({ scheme: value === 'system' ? null : (value as 'light' | 'dark') })}
        />
        <ChoiceRow icon="WATER_COLD" label={t('settings.water')} value={preferences.water} values={(['m3', 'l'] as const).map((value) => ({ value, label: t(`settings.unit.${value}`) }))} onChange={(value) => change({ water: value as 'm3' | 'l' })} />
        <ChoiceRow icon="HEAT" label={t('settings.heat')} value={preferences.heat} values={(['kWh', 'Gcal'] as const).map((value) => ({ value, label: t(`settings.unit.${value}`) }))} onChange={(value) => change({ heat: value as 'kWh' | 'Gcal' })} last />
      </Card>
      <PushCard />
      <Card flush style={{ paddingVertical: 4 }}>
        <Row icon="people" title={t('household.title')} lead={t('household.lead')} onPress={() => router.push('/settings/household')} />
        <Row icon="save" title={t('export.title')} lead={t('export.lead')} onPress={() => router.push('/settings/export')} />
        <Row icon="out" title={t('settings.signOut')} lead={t('settings.signOut.lead')} onPress={signOut} danger />
        <Row icon="trash" title={t('delete.title')} onPress={() => router.push('/settings/delete')} danger last />
      </Card>
      <View style={{ alignItems: 'center', gap: 2 }}>
        {home && <T size="small" tone="quiet" centred>{t('settings.zone', { zone: home.zone })}</T>}
        <T size="small" tone="quiet">{t('settings.version', { version })}</T>
      </View>
    </Screen>
  );
}
