/** The first screen: one answer of the server, named by its content, kept for the lift. */
import { HOME, CHANGES, look, lookAgainMs } from '@/api/changes';
import { readHome, type HomeAnswer, type HomeMeter } from '@/api/home';
import type { Tagged } from '@/api/bff';
import { Alerts } from '@/api/operations.generated';
import { prefetch } from '@/api/queries';
import { readHousehold } from '@/household/useHome';
import type { Place, Point } from '@/household/homes';
import { usePreferences } from '@/theme/preferences';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';

const AGAIN_MS = 300_000;
const LIFT_MS = 3_000;

export type ScreenMeter = HomeMeter & Point;

export function useScreen() {
  const { object, language, brand, change } = usePreferences();
  const queries = useQueryClient();
  const queryKey = [HOME, { object, language }];
  const query = useQuery({
    queryKey,
    queryFn: () => readHome(object, language, queries.getQueryData<Tagged<HomeAnswer>>(queryKey)),
    refetchInterval: AGAIN_MS,
  });
  const told = query.data?.content;
  useEffect(() => {
    if (told && JSON.stringify(told.brand ?? null) !== JSON.stringify(brand)) change({ brand: told.brand ?? null });
  }, [told, brand, change]);
  const places = useMemo((): Place[] => told?.objects.map(({ id, name, path }) => ({ id, flat: name, house: name, path })) ?? [], [told]);
  const meters = useMemo((): ScreenMeter[] => told?.meters.map((one) => ({ ...one, meter: one.serial === null ? null : { serial: one.serial } })) ?? [], [told]);
  return {
    query,
    told,
    places,
    place: places.find(({ id }) => id === told?.object) ?? null,
    meters,
    may: (permission: string) => told?.permissions.includes(permission) ?? false,
    choose: (id: string) => change({ object: id }),
  };
}

/** Follows what changes at the server, and reads ahead what other screens show without a connection. */
export function useNews(): void {
  const { told } = useScreen();
  const { language } = usePreferences();
  const queries = useQueryClient();
  const follows = told?.household ?? false;
  useQuery({
    queryKey: [CHANGES],
    queryFn: ({ signal }) => look(queries, signal),
    enabled: follows,
    refetchInterval: ({ state }) => lookAgainMs(state.data, state.status === 'error'),
    staleTime: 0,
  });
  useEffect(() => {
    if (!follows) return undefined;
    const timer = setTimeout(() => {
      void readHousehold(queries);
      void prefetch(Alerts, { locale: language });
    }, LIFT_MS);
    return () => clearTimeout(timer);
  }, [follows, queries, language]);
}
