/** The profiles of other meters over the same range. */
import { ask } from '@/api/client';
import { Profile } from '@/api/operations.generated';
import type { MeteringPoint } from '@/household/homes';
import { shownUnit } from '@/household/amounts';
import { usePreferences } from '@/theme/preferences';
import { bucketsOf } from '@shared/profiles';
import { iso, STEP_OF, type Span } from '@shared/zones';
import { useQueries } from '@tanstack/react-query';

export function useOthers(points: readonly MeteringPoint[], span: Span, range: { from: number; to: number }, now: number) {
  const preferences = usePreferences();
  const results = useQueries({
    queries: points.map(({ id }) => {
      const variables = { id, from: iso(range.from), to: iso(range.to), step: STEP_OF[span] };
      return { queryKey: [Profile.name, variables], queryFn: () => ask(Profile, variables) };
    }),
  });
  return points.flatMap((point, index) => {
    const profile = results[index]?.data?.node?.profile;
    if (!profile) return [];
    const { factor } = shownUnit(profile.unit, point.commodity, preferences);
    const values = profile.values.map((value) => (value === null ? null : value * factor));
    return [{ point, buckets: bucketsOf({ ...profile, values }, range.to, now) }];
  });
}
