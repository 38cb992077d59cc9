import { act } from '@/api/acts';
import { DeleteMyAccount } from '@/api/operations.generated';
import { ended } from '@/api/session';
import { useT } from '@/i18n';
import { useOnline } from '@/lib/online';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { FaultLine } from '@/ui/Fault';
import { Field } from '@/ui/Field';
import { Icon } from '@/ui/Icon';
import { Screen } from '@/ui/Screen';
import { T } from '@/ui/Text';
import { Toggle } from '@/ui/Toggle';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { View } from 'react-native';

export default function DeleteAccount() {
  const t = useT();
  const online = useOnline();
  const [password, setPassword] = useState('');
  const [sure, setSure] = useState(false);
  const remove = useMutation({ mutationFn: () => act(DeleteMyAccount, { password }), onSuccess: ended });
  return (
    <Screen title={t('delete.title')} back="/settings">
      <Card>
        <View style={{ flexDirection: 'row', gap: 8 }}>
          <Icon name="warning" tone="critical" />
          <T strong style={{ flex: 1 }}>{t('delete.lead')}</T>
        </View>
        <T tone="quiet">{t('delete.stays')}</T>
        <Field label={t('invite.password')} value={password} onChangeText={setPassword} secureTextEntry autoCapitalize="none" autoComplete="current-password" />
      </Card>
      <Card flush style={{ paddingVertical: 4 }}>
        <Toggle label={t('delete.sure')} value={sure} onChange={setSure} last />
      </Card>
      <FaultLine error={remove.error} />
      <Button kind="danger" icon="trash" label={t('delete.title')} busy={remove.isPending} disabled={!online || !sure || password === ''} onPress={() => remove.mutate()} />
    </Screen>
  );
}
