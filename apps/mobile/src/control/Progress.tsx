/** A command on its way, told live. */
import { CommandOf } from '@/api/operations.generated';
import { useAnswer } from '@/api/queries';
import { useT, type Key } from '@/i18n';
import { en } from '@/i18n/en';
import { SPACE, useTheme } from '@/theme/theme';
import { Card } from '@/ui/Card';
import { Icon } from '@/ui/Icon';
import { Status } from '@/ui/Status';
import { T } from '@/ui/Text';
import { usePreferences } from '@/theme/preferences';
import { clock } from '@shared/dates';
import { useEffect } from 'react';
import { ActivityIndicator, View } from 'react-native';
import { ended, failed, STEPS, stepsDone } from './steps';

const LOOK_MS = 1_500;

export function Progress({ id, zone, onEnd }: { id: string; zone: string; onEnd: () => void }) {
  const t = useT();
  const { language } = usePreferences();
  const query = useAnswer(CommandOf, { id }, { freshMs: 0, everyMs: LOOK_MS });
  const command = query.data?.node;
  const over = command ? ended(command.state) : false;
  useEffect(() => {
    if (over) onEnd();
  }, [over]);
  if (!command) return <Card><ActivityIndicator aria-label={t('loading')} /></Card>;
  const done = stepsDone(command.state);
  const wrong = failed(command.state);
  const code = `fault.${command.code}`;
  return (
    <Card title={t('control.progress')}>
      <View role="status" aria-live="polite" testID="command-state" style={{ gap: SPACE.snug }}>
        {command.state === 'AWAITING_APPROVAL' && <Status tone="warning" icon="clock" word={t('control.awaits')} />}
        {STEPS.map((step, index) => (
          <Line key={step} word={t(`control.step.${step}`)} state={index < done ? 'done' : wrong ? 'never' : index === done ? 'now' : 'later'} />
        ))}
        {wrong && <Status tone="critical" word={t(`control.state.${command.state as 'FAILED' | 'EXPIRED' | 'REJECTED' | 'CANCELLED'}`)} />}
        {wrong && command.code && <T tone="quiet">{code in en ? t(code as Key) : command.code}</T>}
        {!wrong && done === 3 && <Status tone="ok" word={t(command.state === 'VERIFIED' ? 'control.verified' : 'control.done')} />}
        {!over && <T size="small" tone="quiet">{t('control.deadline', { when: clock(Date.parse(command.deadline), zone, language) })}</T>}
      </View>
    </Card>
  );
}

function Line({ word, state }: { word: string; state: 'done' | 'now' | 'later' | 'never' }) {
  const { c } = useTheme();
  return (
    <View style={{ flexDirection: 'row', alignItems: 'center', gap: SPACE.snug, minHeight: 28, opacity: state === 'later' || state === 'never' ? 0.5 : 1 }}>
      <View style={{ width: 28, height: 28, borderRadius: 14, alignItems: 'center', justifyContent: 'center', backgroundColor: state === 'done' ? c.ok : c.line }}>
        {state === 'now' ? <View aria-hidden><ActivityIndicator size="small" color={c.accent} /></View> : <Icon name={state === 'done' ? 'ok' : state === 'never' ? 'close' : 'clock'} size={16} colour={state === 'done' ? c.card : c.quiet} />}
      </View>
      <T strong={state === 'done' || state === 'now'}>{word}</T>
    </View>
  );
}
