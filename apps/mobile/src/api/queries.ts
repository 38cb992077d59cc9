/** What was read is kept for seven days on the device, so that the app speaks in a lift. */
import AsyncStorage from '@react-native-async-storage/async-storage';
import { createAsyncStoragePersister } from '@tanstack/query-async-storage-persister';
import { onlineManager, QueryClient, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { addNetworkStateListener, getNetworkStateAsync } from 'expo-network';
import { onReach } from './bff';
import { ask } from './client';
import type { Operation } from './operations.generated';
import { Refusal } from './refusal';

export const WEEK_MS = 7 * 86_400_000;
export const KEPT = 'balance.kept';
const AGAIN = 2;

export const client = new QueryClient({
  defaultOptions: {
    queries: {
      gcTime: WEEK_MS,
      staleTime: 60_000,
      networkMode: 'offlineFirst',
      // A refusal is no accident: the same question has the same answer.
      retry: (count, error) => count < AGAIN && error instanceof Refusal && error.reason === 'server' && error.code.startsWith('HTTP_5'),
    },
    // Commands never wait for a connection: they are done now, or refused.
    mutations: { networkMode: 'always', retry: false },
  },
});

export const persister = createAsyncStoragePersister({ storage: AsyncStorage, key: KEPT, throttleTime: 1_000 });

/** Follows the connection of the device, and whether the server answers: in a lift, or behind a café's sign-in page, it does not. */
export function watchConnection(): () => void {
  const told = (state: { isConnected?: boolean | undefined; isInternetReachable?: boolean | undefined }) =>
    onlineManager.setOnline(state.isConnected !== false);
  void getNetworkStateAsync().then(told).catch(() => undefined);
  const subscription = addNetworkStateListener(told);
  const forgetReach = onReach((answered) => onlineManager.setOnline(answered));
  return () => {
    subscription.remove();
    forgetReach();
  };
}

interface Options {
  enabled?: boolean;
  /** How long an answer is taken for new. */
  freshMs?: number;
  /** Reads again this often while it is shown. */
  everyMs?: number | false;
  /** Leaves what is shown until the answer to the next question came. */
  sticky?: boolean;
}

/** The answer to an operation, kept and read again. */
export function useAnswer<Data, Variables>(operation: Operation<Data, Variables>, variables: Variables, options: Options = {}): UseQueryResult<Data> {
  return useQuery({
    queryKey: [operation.name, variables],
    queryFn: () => ask(operation, variables),
    enabled: options.enabled ?? true,
    ...(options.freshMs !== undefined ? { staleTime: options.freshMs } : {}),
    ...(options.everyMs !== undefined ? { refetchInterval: options.everyMs } : {}),
    ...(options.sticky ? { placeholderData: (before: Data | undefined) => before } : {}),
  } as Parameters<typeof useQuery<Data>>[0]);
}

/** Reads an answer that will be asked for, unless it is new. */
export const prefetch = <Data, Variables>(operation: Operation<Data, Variables>, variables: Variables) =>
  client.prefetchQuery({ queryKey: [operation.name, variables], queryFn: () => ask(operation, variables) });

/** Forgets everything that was read, here and on the device. */
export async function forget(): Promise<void> {
  client.clear();
  await persister.removeClient();
}
