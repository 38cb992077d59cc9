/** Takes a meter off its point; its history stays. */
import { useAct } from '@/api/acts';
import { Household, Meter, RemoveMeter } from '@/api/operations.generated';
import { Confirm } from '@/control/Confirm';
import { shortName, type MeteringPoint } from '@/household/homes';
import { useT } from '@/i18n';
import { useOnline } from '@/lib/online';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { FaultLine } from '@/ui/Fault';
import { Field, numberIn } from '@/ui/Field';
import { T } from '@/ui/Text';
import { HOUR_MS, iso } from '@shared/zones';
import { router } from 'expo-router';
import { useState } from 'react';

export function RemoveCard({ point }: { point: MeteringPoint }) {
  const t = useT();
  const online = useOnline();
  const [final, setFinal] = useState('');
  const [asking, setAsking] = useState(false);
  const remove = useAct(RemoveMeter, Household, Meter);
  const index = numberIn(final);
  const run = () => {
    setAsking(false);
    const removedAt = iso(Math.floor(Date.now() / HOUR_MS) * HOUR_MS);
    remove.mutate({ point: point.id, removedAt, finalIndex: index === null ? null : String(index) }, { onSuccess: () => router.dismissTo('/meters') });
  };
  return (
    <Card title={t('remove.title')} lead={t('remove.lead')}>
      <Field label={t('remove.final')} value={final} onChangeText={setFinal} inputMode="decimal" />
      <FaultLine error={remove.error} />
      <Button kind="quiet" icon="trash" label={t('remove.title')} busy={remove.isPending} disabled={!online} onPress={() => setAsking(true)} />
      <T size="small" tone="quiet">{t('meters.serial', { serial: shortName(point) })}</T>
      <Confirm open={asking} title={t('remove.title')} lead={t('remove.sure', { serial: shortName(point) })} word={t('remove.word')} onClose={() => setAsking(false)} onConfirm={run} />
    </Card>
  );
}
