/** The supply of a meter where the person may switch it, or where it is off. */
import type { ScreenMeter } from './useScreen';
import { supplyWord } from '@/control/words';
import { useT } from '@/i18n';
import { usePreferences } from '@/theme/preferences';
import { Card } from '@/ui/Card';
import { Row } from '@/ui/Row';
import { formatNumber } from '@shared/units';
import { router } from 'expo-router';

export function SupplyCard({ meter: { id, supply } }: { meter: ScreenMeter }) {
  const t = useT();
  const { language } = usePreferences();
  if (supply.bar !== null && supply.state !== 'OFF') return null;
  const limit = supply.limits && supply.limitKw !== null ? t('control.limit.now', { limit: formatNumber(supply.limitKw, language) }) : null;
  return (
    <Card flush style={{ paddingVertical: 4 }}>
      <Row icon="command" title={t(supplyWord(supply.state))} lead={[supply.command ? t('control.progress') : null, limit].filter(Boolean).join(' · ') || t('control.title')} onPress={() => router.push({ pathname: '/control/[id]', params: { id } })} last />
    </Card>
  );
}
