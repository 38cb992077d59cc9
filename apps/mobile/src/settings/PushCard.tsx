/** Whether alerts reach this device while the app is closed; absent where nothing can be sent to. */
import { useT } from '@/i18n';
import { deviceZone } from '@/lib/now';
import { pushOn, pushThere, startPush, stopPush } from '@/lib/push';
import { usePreferences } from '@/theme/preferences';
import { Card } from '@/ui/Card';
import { FaultLine } from '@/ui/Fault';
import { T } from '@/ui/Text';
import { Toggle } from '@/ui/Toggle';
import { useEffect, useState } from 'react';
import { View } from 'react-native';

export function PushCard() {
  const t = useT();
  const { language } = usePreferences();
  const [on, setOn] = useState(false);
  const [denied, setDenied] = useState(false);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    void pushOn().then(setOn);
  }, []);
  if (!pushThere()) return null;
  const change = async (wanted: boolean) => {
    setError(null);
    try {
      if (!wanted) await stopPush();
      const is = wanted ? await startPush({ locale: language, zone: deviceZone() }) : false;
      setDenied(wanted && !is);
      setOn(is);
    } catch (caught) {
      setError(caught);
    }
  };
  return (
    <Card flush style={{ paddingVertical: 4 }}>
      <Toggle icon="alarm" label={t('push.title')} lead={t('push.lead')} value={on} onChange={(wanted) => void change(wanted)} last />
      {(denied || error !== null) && (
        <View style={{ padding: 16, paddingTop: 0 }}>{denied ? <T tone="warning">{t('push.denied')}</T> : <FaultLine error={error} />}</View>
      )}
    </Card>
  );
}
