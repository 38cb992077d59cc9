import { claim, look, type Invitation } from '@/api/invitations';
import { codeOf } from '@/api/acts';
import { leave, presenceNow } from '@/api/session';
import { useT } from '@/i18n';
import { signIn } from '@/lib/signIn';
import { usePreferences } from '@/theme/preferences';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { FaultLine } from '@/ui/Fault';
import { Field } from '@/ui/Field';
import { Row } from '@/ui/Row';
import { Screen } from '@/ui/Screen';
import { Skeleton } from '@/ui/Skeleton';
import { Empty, Failure } from '@/ui/State';
import { T } from '@/ui/Text';
import { Toggle } from '@/ui/Toggle';
import { shortDate } from '@shared/dates';
import { useMutation, useQuery } from '@tanstack/react-query';
import { router, useLocalSearchParams } from 'expo-router';
import { useState } from 'react';

export default function Claiming() {
  const t = useT();
  const { language } = usePreferences();
  const { code = '' } = useLocalSearchParams<{ code: string }>();
  const query = useQuery({ queryKey: ['invitation', code, language], queryFn: () => look(code, language), gcTime: 0, retry: false });
  return (
    <Screen title={t('invite.title')} back>
      {query.data ? (
        <Form code={code} told={query.data} />
      ) : query.isError ? (
        codeOf(query.error) === 'INVITATION_UNKNOWN' ? (
          <Card><Empty icon="warning" title={t('invite.unknown')} lead={t('invite.unknown.lead')} action={{ label: t('invite.other'), onPress: () => router.replace('/invite') }} /></Card>
        ) : (
          <Failure error={query.error} retry={() => void query.refetch()} />
        )
      ) : (
        <Skeleton height={420} />
      )}
    </Screen>
  );
}

const SHORTEST = 10;

function Form({ code, told }: { code: string; told: Invitation }) {
  const t = useT();
  const { language } = usePreferences();
  const [email, setEmail] = useState(told.email ?? '');
  const [password, setPassword] = useState('');
  const [agreed, setAgreed] = useState(false);
  const [tried, setTried] = useState(false);
  const claiming = useMutation({ mutationFn: () => claim({ code, email: email.trim(), password, consent: true, locale: language }) });
  const wrong = { email: /^\S+@\S+\.\S+$/.test(email.trim()) ? null : t('invite.email.wrong'), password: password.length >= SHORTEST ? null : t('invite.password.wrong', { count: SHORTEST }), consent: agreed ? null : t('invite.consent.wrong') };
  const take = () => {
    setTried(true);
    if (Object.values(wrong).some(Boolean)) return;
    claiming.mutate();
  };
  const enter = async () => {
    // Somebody else may be signed in on this device.
    if (presenceNow() === 'present') await leave();
    await signIn(language);
  };
  if (claiming.isSuccess) {
    return (
      <Card>
        <Empty icon="ok" title={t('invite.done')} lead={t('invite.done.lead', { home: told.home })} action={{ label: t('welcome.signIn'), onPress: () => void enter() }} />
      </Card>
    );
  }
  return (
    <>
      <Card flush style={{ paddingVertical: 4 }}>
        <Row icon="house" title={told.house.split('/').slice(-2).join(', ')} lead={told.home} />
        <Row icon="user" title={told.name} lead={t(told.role === 'RESIDENT' ? 'invite.as.resident' : 'invite.as.delegate')} />
        <Row icon="certificate" title={told.tenant} lead={t('invite.until', { when: shortDate(Date.parse(told.expiresAt), 'UTC', language) })} last />
      </Card>
      <Card title={t('invite.account')}>
        <Field label={t('invite.email')} value={email} onChangeText={setEmail} inputMode="email" autoCapitalize="none" autoComplete="email" wrong={tried ? wrong.email : null} />
        <Field label={t('invite.password')} hint={t('invite.password.hint', { count: SHORTEST })} value={password} onChangeText={setPassword} secureTextEntry autoCapitalize="none" autoComplete="new-password" wrong={tried ? wrong.password : null} />
      </Card>
      <Card title={t('invite.consent')}>
        <T tone="quiet">{told.consent.text}</T>
      </Card>
      <Card flush style={{ paddingVertical: 4 }}>
        <Toggle label={t('invite.agree')} value={agreed} onChange={setAgreed} last />
      </Card>
      {tried && wrong.consent && <T tone="critical" role="alert">{wrong.consent}</T>}
      <FaultLine error={claiming.error} />
      <Button label={t('invite.take')} busy={claiming.isPending} onPress={take} />
    </>
  );
}
