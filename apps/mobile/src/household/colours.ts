/** The colour of a meter: what the person chose, else that of its resource. */
import { usePreferences } from '@/theme/preferences';
import { useTheme } from '@/theme/theme';
import { paletteColour } from '@shared/palette';
import type { Commodity } from '@shared/tokens';

export function useMeterColour(point: { id: string; commodity: Commodity }): string {
  const { colours } = usePreferences();
  const { c, scheme } = useTheme();
  return paletteColour(colours[point.id], scheme) ?? c[point.commodity];
}
