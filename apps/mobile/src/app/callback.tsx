import { resume } from '@/api/session';
import { useT } from '@/i18n';
import { comeBack } from '@/lib/signIn';
import { SPACE, useTheme } from '@/theme/theme';
import { Button } from '@/ui/Button';
import { Empty } from '@/ui/State';
import { router } from 'expo-router';
import { useEffect, useRef, useState } from 'react';
import { ActivityIndicator, View } from 'react-native';

/** Where a sign-in comes back to. */
export default function Callback() {
  const t = useT();
  const { c } = useTheme();
  const [failed, setFailed] = useState(false);
  const began = useRef(false);
  useEffect(() => {
    if (began.current) return;
    began.current = true;
    comeBack()
      .then(() => router.replace('/'))
      .catch(() => setFailed(true));
  }, []);
  return (
    <View style={{ flex: 1, justifyContent: 'center', backgroundColor: c.ground, padding: SPACE.wide }} role="main">
      {failed ? (
        <>
          <Empty icon="warning" title={t('signIn.failed')} />
          <Button label={t('retry')} onPress={() => void resume().then(() => router.replace('/welcome'))} />
        </>
      ) : (
        <ActivityIndicator size="large" color={c.accent} aria-label={t('loading')} />
      )}
    </View>
  );
}
