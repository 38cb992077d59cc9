/** A meter that was connected, until the network has seen it. */
import { Meter } from '@/api/operations.generated';
import { useAnswer } from '@/api/queries';
import { lookedAt } from '@/household/condition';
import { useT } from '@/i18n';
import { useNow } from '@/lib/now';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Empty } from '@/ui/State';
import { Status } from '@/ui/Status';
import { HOUR_MS } from '@shared/zones';
import { router } from 'expo-router';
import { View } from 'react-native';

/** Until the first hour of the new meter came. */
export function Placed({ id, at, again }: { id: string; at: number; again: () => void }) {
  const t = useT();
  const query = useAnswer(Meter, { id, now: lookedAt(useNow() + HOUR_MS) }, { freshMs: 0, everyMs: 15_000 });
  const seen = query.data?.node?.readingAt ? Date.parse(query.data.node.readingAt.at) : null;
  const hours = seen === null ? 0 : Math.max(0, Math.floor((seen - Math.floor(at / HOUR_MS) * HOUR_MS) / HOUR_MS));
  return (
    <Card>
      <Empty icon="ok" title={t('install.done')} />
      <View style={{ alignItems: 'center' }}>
        <Status tone={hours > 0 ? 'ok' : 'accent'} icon="signal" word={hours > 0 ? t('install.seen', { hours }) : t('install.waits')} />
      </View>
      <Button label={t('install.open')} onPress={() => router.dismissTo({ pathname: '/meter/[id]', params: { id } })} />
      <Button kind="quiet" label={t('install.another')} onPress={again} />
    </Card>
  );
}
