/** The homes of the person, and the one that is shown. */
import { ask } from '@/api/client';
import { Household, type HouseholdData } from '@/api/operations.generated';
import { usePreferences } from '@/theme/preferences';
import { useQuery, type QueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { homesOf, type MeteringPoint } from './homes';

export interface HouseholdAnswer {
  viewer: Pick<HouseholdData['viewer'], 'permissions' | 'tenant'>;
  points: MeteringPoint[];
}

async function readAll(): Promise<HouseholdAnswer> {
  const points: MeteringPoint[] = [];
  for (let after: string | null = null; ; ) {
    const { viewer }: HouseholdData = await ask(Household, { after });
    points.push(...viewer.meteringPoints.edges.map(({ node }) => node));
    if (!viewer.meteringPoints.pageInfo.hasNextPage) return { viewer: { permissions: viewer.permissions, tenant: viewer.tenant }, points };
    after = viewer.meteringPoints.pageInfo.endCursor;
  }
}

const QUESTION = { queryKey: [Household.name], queryFn: readAll, staleTime: 300_000 };

/** Reads the household unless it is known. */
export const readHousehold = (queries: QueryClient): Promise<void> => queries.prefetchQuery(QUESTION);

export function useHome() {
  const { object, change } = usePreferences();
  const query = useQuery(QUESTION);
  const homes = useMemo(() => (query.data ? homesOf(query.data.points) : []), [query.data]);
  const home = homes.find(({ id }) => id === object) ?? homes[0] ?? null;
  return {
    query,
    homes,
    home,
    may: (permission: string) => query.data?.viewer.permissions.includes(permission) ?? false,
    choose: (id: string) => change({ object: id }),
  };
}
