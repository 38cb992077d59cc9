/** The running month: so far, what is expected, and the month before. */
import { useAmounts } from '@/household/amounts';
import { useT } from '@/i18n';
import { usePreferences } from '@/theme/preferences';
import { useTheme } from '@/theme/theme';
import { Card } from '@/ui/Card';
import { HIDDEN } from '@/ui/Icon';
import { T } from '@/ui/Text';
import { formatPercent } from '@shared/units';
import { View } from 'react-native';

interface ToDate {
  soFar: number | null;
  /** The month before by the same hour; null where too little of it is known. */
  average: number | null;
  unit: string;
  forecast: { p10: number | null; p50: number; p90: number | null } | null;
}

const CLOSE = 0.02;

interface Props {
  toDate: ToDate;
  commodity: string;
  colour: string;
  name: string;
}

export function MonthCard({ toDate, commodity, colour, name }: Props) {
  const t = useT();
  const { language } = usePreferences();
  const amounts = useAmounts(commodity, toDate.unit);
  const { soFar, forecast, average } = toDate;
  const share = soFar !== null && average ? soFar / average - 1 : null;
  const percent = share === null ? '' : formatPercent(Math.abs(share), language, 0);
  return (
    <Card title={t('month.title')} lead={name}>
      <View style={{ flexDirection: 'row', flexWrap: 'wrap', gap: 20 }}>
        <Figure label={t('month.soFar')} value={amounts.text(soFar)} />
        {forecast && <Figure label={t('month.expected')} value={`≈ ${amounts.text(forecast.p50)}`} />}
      </View>
      {forecast ? <Course soFar={soFar ?? 0} forecast={forecast} average={average} colour={colour} /> : <T tone="quiet">{t('month.noForecast')}</T>}
      {forecast?.p10 != null && forecast.p90 != null && <T size="small" tone="quiet">{t('month.between', { low: amounts.text(forecast.p10), high: amounts.text(forecast.p90) })}</T>}
      {share !== null && <T>{t(Math.abs(share) < CLOSE ? 'month.same' : share > 0 ? 'month.over' : 'month.under', { percent })}</T>}
    </Card>
  );
}

function Figure({ label, value }: { label: string; value: string }) {
  return (
    <View style={{ flexGrow: 1, flexShrink: 0, maxWidth: '100%', gap: 2 }}>
      <T size="small" tone="quiet">{label}</T>
      <T size="title" figures>{value}</T>
    </View>
  );
}

/** What is used, the band of what may come, and where last month stood by now. */
function Course({ soFar, forecast, average, colour }: { soFar: number; forecast: { p10: number | null; p50: number; p90: number | null }; average: number | null; colour: string }) {
  const { c, tint } = useTheme();
  const most = Math.max(soFar, forecast.p50, forecast.p90 ?? 0, average ?? 0) || 1;
  const at = (value: number) => `${Math.min(100, (value / most) * 100)}%` as const;
  return (
    <View {...HIDDEN} style={{ height: 16, justifyContent: 'center' }}>
      <View style={{ height: 12, borderRadius: 6, backgroundColor: tint(colour), overflow: 'hidden' }}>
        {forecast.p10 !== null && forecast.p90 !== null && (
          <View style={{ position: 'absolute', left: at(forecast.p10), width: `${((forecast.p90 - forecast.p10) / most) * 100}%`, height: 12, backgroundColor: colour, opacity: 0.35 }} />
        )}
        <View style={{ width: at(soFar), height: 12, borderRadius: 6, backgroundColor: colour }} />
      </View>
      <View style={{ position: 'absolute', left: at(forecast.p50), width: 3, marginLeft: -1.5, height: 16, borderRadius: 2, backgroundColor: c.text }} />
    </View>
  );
}
