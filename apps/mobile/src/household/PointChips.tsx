/** One of the meters of a home, by resource; with serials where a resource has several. */
import { useT } from '@/i18n';
import { usePreferences } from '@/theme/preferences';
import { useTheme } from '@/theme/theme';
import { Chips } from '@/ui/Chips';
import { paletteColour } from '@shared/palette';
import { shortName, type Point } from './homes';

interface Home {
  points: readonly Point[];
}

export function pointName(point: Point, home: Home, word: string): string {
  const several = home.points.filter(({ commodity }) => commodity === point.commodity).length > 1;
  return several ? `${word} ${shortName(point)}` : word;
}

export function PointChips({ home, value, onChange }: { home: Home; value: string; onChange: (id: string) => void }) {
  const t = useT();
  const { c, scheme } = useTheme();
  const { colours } = usePreferences();
  if (home.points.length < 2) return null;
  return (
    <Chips
      label={t('meters.title')}
      value={value}
      onChange={onChange}
      chips={home.points.map((point) => ({
        value: point.id,
        label: pointName(point, home, t(`commodity.${point.commodity}`)),
        icon: point.commodity,
        colour: paletteColour(colours[point.id], scheme) ?? c[point.commodity],
      }))}
    />
  );
}
