/** The zone of a home as far as it was read already: asks nobody. */
import type { Tagged } from '@/api/bff';
import { HOME } from '@/api/changes';
import type { HomeAnswer } from '@/api/home';
import { Household } from '@/api/operations.generated';
import type { QueryClient } from '@tanstack/react-query';
import type { HouseholdAnswer } from './useHome';

export function zoneKept(queries: QueryClient): string | null {
  const screens = queries.getQueriesData<Tagged<HomeAnswer>>({ queryKey: [HOME] });
  const zones = screens.map(([, screen]) => screen?.content.meters[0]?.timezone);
  return zones.find((zone) => zone !== undefined) ?? queries.getQueryData<HouseholdAnswer>([Household.name])?.points[0]?.site.timezone ?? null;
}
