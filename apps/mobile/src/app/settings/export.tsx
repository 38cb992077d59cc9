import { ask } from '@/api/client';
import { Profile } from '@/api/operations.generated';
import { reasonOf } from '@/api/refusal';
import { useHome } from '@/household/useHome';
import { useT } from '@/i18n';
import { saveText } from '@/lib/files';
import { useOnline } from '@/lib/online';
import { hoursTable } from '@/settings/hoursTable';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Failure } from '@/ui/State';
import { Screen } from '@/ui/Screen';
import { T } from '@/ui/Text';
import { addDays, HOUR_MS, instantOf, iso, isoDate, today } from '@shared/zones';
import { useState } from 'react';

export default function Export() {
  const t = useT();
  const { home } = useHome();
  const online = useOnline();
  const [step, setStep] = useState<string | null>(null);
  const [file, setFile] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const run = async () => {
    if (!home) return;
    setError(null);
    setFile(null);
    try {
      const now = Date.now();
      const to = Math.floor(now / HOUR_MS) * HOUR_MS;
      const from = instantOf(addDays(today(home.zone, now), -365), home.zone);
      const columns = [];
      for (const point of home.points) {
        setStep(t('export.running', { name: t(`commodity.${point.commodity}`) }));
        const { node } = await ask(Profile, { id: point.id, from: iso(from), to: iso(to), step: 'PT1H' });
        if (node) columns.push({ name: `${point.commodity.toLowerCase()} ${point.meter?.serial ?? point.name}`, profile: node.profile });
      }
      const name = `balance-${isoDate(today(home.zone, now))}.csv`;
      if (await saveText(name, 'text/csv', hoursTable(columns, home.zone))) setFile(name);
    } catch (caught) {
      setError(caught);
    } finally {
      setStep(null);
    }
  };
  return (
    <Screen title={t('export.title')} back="/settings">
      <Card>
        <T tone="quiet">{t('export.lead')}</T>
        <Button icon="save" label={step ?? t('export.run')} busy={step !== null} disabled={!home || !online} onPress={() => void run()} />
        {file !== null && <T role="status">{t('export.done', { file })}</T>}
      </Card>
      {error !== null && reasonOf(error) !== 'signedOut' && <Failure error={error} retry={() => void run()} />}
    </Screen>
  );
}
