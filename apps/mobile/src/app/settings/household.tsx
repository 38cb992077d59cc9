import { act, useAct } from '@/api/acts';
import { Household, Homes, InviteDelegate, LeaveHousehold, RemoveDelegate, type HomesData, type InviteDelegateData } from '@/api/operations.generated';
import { useAnswer } from '@/api/queries';
import { useHome } from '@/household/useHome';
import { useT } from '@/i18n';
import { useOnline } from '@/lib/online';
import { shareText } from '@/lib/share';
import { usePreferences } from '@/theme/preferences';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Confirm } from '@/control/Confirm';
import { FaultLine } from '@/ui/Fault';
import { Field } from '@/ui/Field';
import { Row } from '@/ui/Row';
import { Screen } from '@/ui/Screen';
import { Skeleton } from '@/ui/Skeleton';
import { Empty, Failure } from '@/ui/State';
import { T } from '@/ui/Text';
import { shortDate } from '@shared/dates';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { View } from 'react-native';
import { SvgXml } from 'react-native-svg';

type Home = HomesData['viewer']['homes'][number];
type Issued = NonNullable<InviteDelegateData['inviteDelegate']['invitation']>;

/** Who else sees the home, and the way out of it. */
export default function HouseholdScreen() {
  const t = useT();
  const { home } = useHome();
  const query = useAnswer(Homes, {});
  const mine = query.data?.viewer.homes.find(({ premiseId }) => premiseId === home?.id);
  return (
    <Screen title={t('household.title')} {...(home?.flat ? { lead: home.flat } : {})} back="/settings">
      {query.isError && !query.data ? (
        <Failure error={query.error} retry={() => void query.refetch()} />
      ) : !query.data ? (
        <Skeleton height={300} />
      ) : mine && home ? (
        <Shown mine={mine} zone={home.zone} name={home.flat ?? home.house} />
      ) : (
        <Empty icon="people" title={t('household.none')} />
      )}
    </Screen>
  );
}

function Shown({ mine, zone, name }: { mine: Home; zone: string; name: string }) {
  const t = useT();
  const online = useOnline();
  const queries = useQueryClient();
  const { language } = usePreferences();
  const [leaving, setLeaving] = useState(false);
  const remove = useAct(RemoveDelegate, Homes);
  const leave = useMutation({
    mutationFn: () => act(LeaveHousehold, { home: mine.premiseId }),
    onSuccess: () => Promise.all([queries.invalidateQueries({ queryKey: [Household.name] }), queries.invalidateQueries({ queryKey: [Homes.name] })]),
  });
  const date = (text: string) => shortDate(Date.parse(text), zone, language);
  return (
    <>
      {mine.holder && (
        <>
          <Card title={t('household.family')} lead={t('household.family.lead')} flush style={{ paddingBottom: 4 }}>
            {mine.delegates.length === 0 && <View style={{ paddingHorizontal: 16, paddingBottom: 12 }}><T tone="quiet">{t('household.alone')}</T></View>}
            {mine.delegates.map((one, index) => (
              <Row key={one.id} icon="user" title={one.name} lead={t('household.since', { when: date(one.since) })} side={<Button kind="quiet" icon="trash" label={t('remove')} disabled={!online || remove.isPending} onPress={() => remove.mutate({ delegate: one.id })} />} last={index === mine.delegates.length - 1} />
            ))}
          </Card>
          <FaultLine error={remove.error} />
          <Invite home={mine.premiseId} zone={zone} />
        </>
      )}
      <Card title={t('household.leave')}>
        <T tone="quiet">{t(mine.holder ? 'household.leave.holder' : 'household.leave.delegate')}</T>
        <FaultLine error={leave.error} />
        <Button kind="quiet" icon="out" label={t('household.leave')} disabled={!online} busy={leave.isPending} onPress={() => setLeaving(true)} />
      </Card>
      <Confirm open={leaving} title={t('household.leave')} lead={t('household.leave.sure', { home: name })} word={t('household.leave.word')} onClose={() => setLeaving(false)} onConfirm={() => { setLeaving(false); leave.mutate(); }} />
    </>
  );
}

function Invite({ home, zone }: { home: string; zone: string }) {
  const t = useT();
  const online = useOnline();
  const { language } = usePreferences();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [shared, setShared] = useState(false);
  const invite = useAct(InviteDelegate, Homes);
  const issued: Issued | null = invite.data?.inviteDelegate.invitation ?? null;
  if (issued) {
    return (
      <Card title={t('household.invited')} lead={t('invite.until', { when: shortDate(Date.parse(issued.invitation.expiresAt), zone, language) })}>
        <View role="img" aria-label={t('household.qr')} style={{ alignSelf: 'center', backgroundColor: '#FFFFFF', padding: 12, borderRadius: 12 }}>
          <SvgXml xml={issued.qr} width={200} height={200} />
        </View>
        <T size="title" centred selectable figures>{issued.code}</T>
        <T size="small" tone="quiet" centred selectable>{issued.link}</T>
        <Button icon="away" label={t(shared ? 'household.shared' : 'household.share')} onPress={() => void shareText(issued.link).then(setShared).catch(() => undefined)} />
        <Button kind="quiet" label={t('done')} onPress={() => { invite.reset(); setName(''); setEmail(''); setShared(false); }} />
      </Card>
    );
  }
  const send = () => name.trim() && invite.mutate({ input: { home, name: name.trim(), email: email.trim() || null, locale: language } });
  return (
    <Card title={t('household.invite')} lead={t('household.invite.lead')}>
      <Field label={t('household.name')} value={name} onChangeText={setName} autoComplete="name" />
      <Field label={t('household.email')} value={email} onChangeText={setEmail} inputMode="email" autoCapitalize="none" />
      <FaultLine error={invite.error} />
      <Button icon="plus" label={t('household.invite.send')} busy={invite.isPending} disabled={!online || !name.trim()} onPress={send} />
    </Card>
  );
}
