/** How this home compares, in words; each indicator has its own good direction. */
import type { HomeMeter } from '@/api/home';
import { useT, type Key } from '@/i18n';
import { usePreferences } from '@/theme/preferences';
import { Card } from '@/ui/Card';
import type { IconName } from '@/ui/Icon';
import { Row } from '@/ui/Row';
import { Status, type Tone } from '@/ui/Status';
import { T } from '@/ui/Text';
import { formatPercent } from '@shared/units';
import { View } from 'react-native';

type Told = HomeMeter['indicators'];

export type Good = 'low' | 'none';

const CLOSE = 0.03;
const FAR = 0.15;

/** What a ratio to an average is worth: lower is good, or neither is. */
export function worth(ratio: number, good: Good): 'good' | 'watch' | 'plain' {
  if (good === 'none') return Math.abs(ratio - 1) > FAR ? 'watch' : 'plain';
  if (ratio < 1 - CLOSE) return 'good';
  return ratio > 1 + FAR ? 'watch' : 'plain';
}

const TONES: Record<'good' | 'watch' | 'plain', Tone> = { good: 'ok', watch: 'warning', plain: 'quiet' };

export function IndicatorsCard({ told }: { told: Told }) {
  const t = useT();
  const { language } = usePreferences();
  const rows: { key: string; label: Key; ratio: number | null; good: Good; icon: IconName; norm?: boolean }[] = [
    { key: 'consumption', label: told.byArea ? 'indicators.consumption.area' : 'indicators.consumption', ratio: told.consumption, good: 'low', icon: 'people' },
    { key: 'norm', label: 'indicators.norm', ratio: told.norm, good: 'low', icon: 'gauge', norm: true },
    { key: 'temperature', label: 'indicators.temperature', ratio: told.temperature, good: 'none', icon: 'thermometer' },
    { key: 'efficiency', label: 'indicators.efficiency', ratio: told.efficiency, good: 'low', icon: 'house' },
  ];
  const known = rows.filter(({ ratio }) => ratio !== null);
  const compared = told.consumption !== null || told.temperature !== null || told.efficiency !== null;
  return (
    <Card title={t('indicators.title')} {...(compared ? { lead: t('indicators.lead', { count: told.homes }) } : {})} flush style={{ paddingBottom: known.length ? 4 : 16 }}>
      {!compared && <View style={{ paddingHorizontal: 16 }}><T tone="quiet">{t('indicators.few')}</T></View>}
      {known.map(({ key, label, ratio, good, icon, norm }, index) => {
        const value = worth(ratio ?? 1, good);
        const percent = formatPercent(Math.abs((ratio ?? 1) - 1), language, 0);
        const way = Math.abs((ratio ?? 1) - 1) < CLOSE ? 'same' : (ratio ?? 1) < 1 ? 'under' : 'over';
        return (
          <Row
            key={key}
            icon={icon}
            title={t(label)}
            lead={t(`indicators.${norm ? 'norm.' : ''}${way}` as Key, { percent })}
            side={<Status tone={TONES[value]} word={t(`indicators.${value}`)} />}
            last={index === known.length - 1}
          />
        );
      })}
    </Card>
  );
}
