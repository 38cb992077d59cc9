import { codeIn } from '@/api/invitations';
import { useT } from '@/i18n';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Field } from '@/ui/Field';
import { Scanner, scannerThere } from '@/ui/Scanner';
import { Screen } from '@/ui/Screen';
import { T } from '@/ui/Text';
import { router } from 'expo-router';
import { useState } from 'react';

/** The code of an invitation, scanned or typed. */
export default function InviteScreen() {
  const t = useT();
  const [code, setCode] = useState('');
  const [tried, setTried] = useState(false);
  const [scanning, setScanning] = useState(false);
  const go = (text: string) => {
    const found = codeIn(text);
    setTried(true);
    if (found) router.push({ pathname: '/invite/[code]', params: { code: found } });
  };
  return (
    <Screen title={t('invite.title')} back>
      <Card>
        <T tone="quiet">{t('invite.lead')}</T>
        <Field label={t('invite.code')} value={code} onChangeText={setCode} autoCapitalize="characters" autoCorrect={false} autoComplete="off" wrong={tried && codeIn(code) === null ? t('invite.code.wrong') : null} onSubmitEditing={() => go(code)} />
        <Button label={t('next')} onPress={() => go(code)} />
        {scannerThere && <Button kind="plain" icon="scan" label={t('scan.open')} onPress={() => setScanning(true)} />}
      </Card>
      <Scanner open={scanning} title={t('scan.invitation')} onClose={() => setScanning(false)} onRead={(text) => { setScanning(false); go(text); }} />
    </Screen>
  );
}
