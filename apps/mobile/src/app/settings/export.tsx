import { fileOf } from '@/api/bff';
import { reasonOf } from '@/api/refusal';
import { token } from '@/api/session';
import { useHome } from '@/household/useHome';
import { useT } from '@/i18n';
import { saveText } from '@/lib/files';
import { useOnline } from '@/lib/online';
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
  const [busy, setBusy] = useState(false);
  const [file, setFile] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const run = async () => {
    if (!home) return;
    setError(null);
    setFile(null);
    setBusy(true);
    try {
      const now = Date.now();
      const to = Math.floor(now / HOUR_MS) * HOUR_MS;
      const from = instantOf(addDays(today(home.zone, now), -364), home.zone);
      const query = new URLSearchParams({ home: home.id, from: iso(from), to: iso(to) });
      const text = await fileOf(`/export.csv?${query}`, await token());
      const name = `balance-${isoDate(today(home.zone, now))}.csv`;
      if (await saveText(name, 'text/csv', text)) setFile(name);
    } catch (caught) {
      setError(caught);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Screen title={t('export.title')} back="/settings">
      <Card>
        <T tone="quiet">{t('export.lead')}</T>
        <Button icon="save" label={t('export.run')} busy={busy} disabled={!home || !online} onPress={() => void run()} />
        {file !== null && <T role="status">{t('export.done', { file })}</T>}
      </Card>
      {error !== null && reasonOf(error) !== 'signedOut' && <Failure error={error} retry={() => void run()} />}
    </Screen>
  );
}
