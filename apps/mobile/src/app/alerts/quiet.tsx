import { useT } from '@/i18n';
import { Preferences, SavePreferences, type PreferencesData } from '@/api/operations.generated';
import { useAct } from '@/api/acts';
import { useAnswer } from '@/api/queries';
import { ICONS, TOLD } from '@/alerts/words';
import { useOnline } from '@/lib/online';
import { ChoiceRow } from '@/settings/ChoiceRow';
import { usePreferences } from '@/theme/preferences';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { FaultLine } from '@/ui/Fault';
import { Field } from '@/ui/Field';
import { Icon, type IconName } from '@/ui/Icon';
import { Row } from '@/ui/Row';
import { Screen } from '@/ui/Screen';
import { Skeleton } from '@/ui/Skeleton';
import { Failure } from '@/ui/State';
import { T } from '@/ui/Text';
import { Toggle } from '@/ui/Toggle';
import { useState } from 'react';
import { View } from 'react-native';

type Told = PreferencesData['viewer']['notificationPreferences'];

const HOURS = Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, '0')}:00`);

/** When and how the person is told. */
export default function Quiet() {
  const t = useT();
  const query = useAnswer(Preferences, {});
  const told = query.data?.viewer.notificationPreferences;
  return (
    <Screen title={t('quiet.title')} back="/alerts">
      {query.isError && !told ? <Failure error={query.error} retry={() => void query.refetch()} /> : !told ? <Skeleton height={420} /> : <Form told={told} />}
    </Screen>
  );
}

function Form({ told }: { told: Told }) {
  const t = useT();
  const online = useOnline();
  const { language } = usePreferences();
  const [asked, setAsked] = useState(told);
  const save = useAct(SavePreferences, Preferences);
  const quiet = asked.quietFrom !== null;
  const change = (some: Partial<Told>) => {
    save.reset();
    setAsked({ ...asked, ...some });
  };
  const keep = () => {
    const { zone, digestAt, quietFrom, quietUntil, phone, kinds } = asked;
    save.mutate({ input: { zone, locale: language, digestAt, quietFrom, quietUntil, phone: phone?.trim() || null, kinds: kinds.map(({ kind, push, email, sms }) => ({ kind, push, email, sms })) } });
  };
  // without a number no SMS can go out, whatever is wished for
  const ways = WAYS.filter((way) => way !== 'sms' || Boolean(asked.phone?.trim()));
  const hours = HOURS.map((value) => ({ value, label: value }));
  return (
    <>
      <Card flush style={{ paddingVertical: 4 }}>
        <Toggle icon="moon" label={t('quiet.on')} lead={t('quiet.on.lead')} value={quiet} onChange={(on) => change(on ? { quietFrom: '22:00', quietUntil: '07:00' } : { quietFrom: null, quietUntil: null })} last={!quiet} />
        {quiet && (
          <>
            <ChoiceRow icon="clock" label={t('quiet.from')} value={asked.quietFrom ?? ''} values={hours} onChange={(quietFrom) => change({ quietFrom })} />
            <ChoiceRow icon="clock" label={t('quiet.until')} value={asked.quietUntil ?? ''} values={hours} onChange={(quietUntil) => change({ quietUntil })} last />
          </>
        )}
      </Card>
      <Card flush style={{ paddingVertical: 4 }}>
        <ChoiceRow icon="clock" label={t('quiet.digest')} value={asked.digestAt} values={hours} onChange={(digestAt) => change({ digestAt })} last />
      </Card>
      <Card>
        <Field label={t('quiet.phone')} hint={t('quiet.phone.hint')} value={asked.phone ?? ''} onChangeText={(phone) => change({ phone })} inputMode="tel" autoComplete="tel" />
      </Card>
      <Card title={t('quiet.ways')} lead={asked.email ?? undefined} flush style={{ paddingBottom: 4 }}>
        {TOLD.map((kind, index) => {
          const one = asked.kinds.find((found) => found.kind === kind);
          return one ? <Ways key={kind} one={one} ways={ways} last={index === TOLD.length - 1} onChange={(next) => change({ kinds: asked.kinds.map((found) => (found.kind === kind ? next : found)) })} /> : null;
        })}
      </Card>
      <FaultLine error={save.error} />
      {save.isSuccess && <T role="status" tone="ok">{t('saved')}</T>}
      <Button label={t('save')} busy={save.isPending} disabled={!online} onPress={keep} />
    </>
  );
}

const WAYS = ['push', 'email', 'sms'] as const;
type Way = (typeof WAYS)[number];
type Kind = Told['kinds'][number];
type Mode = Kind['push'];

function Ways({ one, ways, onChange, last }: { one: Kind; ways: Way[]; onChange: (next: Kind) => void; last: boolean }) {
  const t = useT();
  const values = (['NOW', 'DIGEST', 'OFF'] as const).map((value) => ({ value, label: t(`quiet.mode.${value}`) }));
  const [open, setOpen] = useState(false);
  const told = ways.filter((way) => one[way] !== 'OFF').map((way) => `${t(`quiet.way.${way}`)}${one[way] === 'DIGEST' ? ` (${t('quiet.mode.DIGEST').toLowerCase()})` : ''}`);
  return (
    <>
      <ChoiceHead label={t(`rules.kind.${one.kind}` as Parameters<typeof t>[0])} icon={ICONS[one.kind]} lead={told.map((word, at) => (at > 0 && word !== word.toUpperCase() ? word.charAt(0).toLowerCase() + word.slice(1) : word)).join(', ') || t('quiet.mode.OFF')} open={open} onPress={() => setOpen(!open)} last={last && !open} />
      {open && (
        <View style={{ paddingLeft: 24 }}>
          {ways.map((way) => (
            <ChoiceRow key={way} icon={way === 'push' ? 'alarm' : way === 'email' ? 'file' : 'user'} label={t(`quiet.way.${way}`)} value={one[way]} values={values} onChange={(value) => onChange({ ...one, [way]: value as Mode })} />
          ))}
        </View>
      )}
    </>
  );
}

interface HeadProps {
  label: string;
  lead: string;
  icon: IconName;
  open: boolean;
  onPress: () => void;
  last: boolean;
}

function ChoiceHead({ label, lead, icon, open, onPress, last }: HeadProps) {
  return <Row icon={icon} title={label} lead={lead} side={<Icon name={open ? 'close' : 'down'} size={18} tone="quiet" />} onPress={onPress} last={last} />;
}
