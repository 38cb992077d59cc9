/** Up to four meters of one unit on one chart. */
import { pointName } from '@/household/PointChips';
import type { Home, MeteringPoint } from '@/household/homes';
import { useT } from '@/i18n';
import { useTheme } from '@/theme/theme';
import { CommodityBadge } from '@/ui/Icon';
import { Row } from '@/ui/Row';
import { Sheet } from '@/ui/Sheet';
import { T } from '@/ui/Text';
import { paletteColour } from '@shared/palette';
import { OVERLAY } from '@shared/tokens';
import { usePreferences } from '@/theme/preferences';
import { View } from 'react-native';

export const MOST = 4;

/** Resources that are counted in the same unit. */
export function comparable(one: MeteringPoint, other: MeteringPoint): boolean {
  const unit = (point: MeteringPoint) => (point.quantity === 'REACTIVE' ? 'kvarh' : point.commodity === 'ELECTRICITY' || point.commodity === 'HEAT' ? 'kWh' : 'm3');
  return one.id !== other.id && unit(one) === unit(other);
}

/** Colours of meters on one chart: what the person chose, else one of four that differ. */
export function useOverlayColours(points: readonly MeteringPoint[]): string[] {
  const { scheme, c } = useTheme();
  const { colours } = usePreferences();
  if (points.length === 1 && points[0]) return [paletteColour(colours[points[0].id], scheme) ?? c[points[0].commodity]];
  return points.map((point, index) => paletteColour(colours[point.id], scheme) ?? OVERLAY[index % OVERLAY.length]?.[scheme] ?? c.accent);
}

interface Props {
  open: boolean;
  onClose: () => void;
  home: Home;
  point: MeteringPoint;
  others: readonly string[];
  onChange: (others: string[]) => void;
}

export function OverlaySheet({ open, onClose, home, point, others, onChange }: Props) {
  const t = useT();
  const found = home.points.filter((other) => comparable(point, other));
  const full = others.length >= MOST - 1;
  return (
    <Sheet open={open} title={t('overlay.title')} onClose={onClose}>
      <View>
        {found.map((other) => {
          const on = others.includes(other.id);
          return (
            <Row
              key={other.id}
              badge={<CommodityBadge commodity={other.commodity} />}
              title={pointName(other, home, t(`commodity.${other.commodity}`))}
              chosen={on}
              {...(!full || on ? { onPress: () => onChange(on ? others.filter((id) => id !== other.id) : [...others, other.id]) } : {})}
            />
          );
        })}
        <T size="small" tone="quiet" style={{ padding: 16 }}>{t(full ? 'overlay.full' : 'overlay.unit')}</T>
      </View>
    </Sheet>
  );
}
