/** Being asked to use less: when, how long, and whether the home takes part. */
import type { DrEventState, HomeEvent } from '@/api/home';
import { useT } from '@/i18n';
import { useOnline } from '@/lib/online';
import { usePreferences } from '@/theme/preferences';
import { SPACE } from '@/theme/theme';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { FaultLine } from '@/ui/Fault';
import { Status, type Tone } from '@/ui/Status';
import { T } from '@/ui/Text';
import { router } from 'expo-router';
import { View } from 'react-native';
import { countdown, lengthText, whenText } from './times';
import { useAnswering } from './useAnswering';

interface Props {
  event: Omit<HomeEvent, 'message'>;
  home: string;
  zone: string;
  now: number;
  /** Whether the person answers for the home. */
  holder: boolean;
  /** On the first screen: a tap opens the rest. */
  brief?: boolean;
  name?: string;
}

const TONES: Record<DrEventState, Tone> = { SCHEDULED: 'accent', ACTIVE: 'warning', COMPLETED: 'quiet', CANCELLED: 'quiet' };

export function EventCard({ event, home, zone, now, holder, brief = false, name }: Props) {
  const t = useT();
  const { language } = usePreferences();
  const state = shownState(event, now);
  const open = state === 'SCHEDULED' || state === 'ACTIVE';
  return (
    <Card title={t(`event.what.${event.commodity ?? 'any'}`)} {...(name === undefined ? {} : { lead: t('event.home', { name }) })}>
      <View testID="dr-event" style={{ gap: SPACE.tight }}>
        <Status tone={TONES[state]} icon="clock" word={[t(`event.state.${state}`), open ? countdown(t, event, now) : null].filter(Boolean).join(' · ')} />
        <T size="lead" strong>{whenText(t, event, zone, language)}</T>
        <T tone="quiet">{[lengthText(t, event), t(`event.level.${event.level as 1 | 2 | 3}`)].join(' · ')}</T>
      </View>
      {(open || event.participate !== null) && <Answered participate={event.participate} />}
      {open && <Answers event={event} home={home} holder={holder} />}
      {brief && <Button kind="quiet" icon="info" label={t('event.details')} onPress={() => router.push({ pathname: '/event/[id]', params: { id: event.id } })} />}
    </Card>
  );
}

/** What the clock says, also before the server was asked again. */
function shownState(event: Pick<HomeEvent, 'state' | 'startsAt' | 'endsAt'>, now: number): DrEventState {
  if (event.state === 'CANCELLED' || event.state === 'COMPLETED') return event.state;
  if (Date.parse(event.endsAt) <= now) return 'COMPLETED';
  return Date.parse(event.startsAt) <= now ? 'ACTIVE' : 'SCHEDULED';
}

function Answered({ participate }: { participate: boolean | null }) {
  const t = useT();
  if (participate === null) return <Status tone="warning" icon="info" word={t('event.unanswered')} />;
  return participate ? <Status tone="ok" word={t('event.answered.yes')} /> : <Status tone="quiet" icon="close" word={t('event.answered.no')} />;
}

function Answers({ event, home, holder }: Pick<Props, 'event' | 'home' | 'holder'>) {
  const t = useT();
  const online = useOnline();
  const answering = useAnswering(event.id, home);
  if (!holder) return <T tone="quiet">{t('event.delegate')}</T>;
  const button = (participate: boolean, label: string) => (
    <Button
      kind={event.participate === null && participate ? 'primary' : 'plain'}
      icon={participate ? 'ok' : 'close'}
      label={label}
      busy={answering.isPending && answering.variables === participate}
      disabled={!online || answering.isPending || event.participate === participate}
      onPress={() => answering.mutate(participate)}
    />
  );
  return (
    <View style={{ gap: SPACE.tight }}>
      {button(true, t('event.yes'))}
      {button(false, t('event.no'))}
      <FaultLine error={answering.error} />
    </View>
  );
}
