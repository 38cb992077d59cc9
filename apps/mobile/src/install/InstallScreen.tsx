/** What both ways to connect a meter share: channels are awaited, one is filled in, its meter is seen. */
import { Household } from '@/api/operations.generated';
import { useT } from '@/i18n';
import { Card } from '@/ui/Card';
import { Screen } from '@/ui/Screen';
import { Skeleton } from '@/ui/Skeleton';
import { Empty, Failure } from '@/ui/State';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { Placed } from './Placed';

/** The meter that was connected last, and how to tell of the next; ``list`` names what lists the channels. */
export function usePlaced(list: string) {
  const queries = useQueryClient();
  const [placed, setPlaced] = useState<{ id: string; at: number } | null>(null);
  // Only now: read again at once, the last free channel would take the form away before it is done.
  const onPlaced = (id: string) => {
    setPlaced({ id, at: Date.now() });
    for (const name of [Household.name, list]) void queries.invalidateQueries({ queryKey: [name] });
  };
  return { placed, onPlaced, again: () => setPlaced(null) };
}

interface InstallProps<Channel> {
  lead: string | undefined;
  placing: ReturnType<typeof usePlaced>;
  query: { isError: boolean; error: Error | null; refetch: () => unknown };
  channels: readonly Channel[] | undefined;
  none: { title: string; lead: string };
  children: (channels: readonly Channel[]) => ReactNode;
}

export function InstallScreen<Channel>({ lead, placing, query, channels, none, children }: InstallProps<Channel>) {
  const t = useT();
  const retry = () => void query.refetch();
  const body = () => {
    if (placing.placed) return <Placed {...placing.placed} again={placing.again} />;
    if (!channels) return query.isError ? <Failure error={query.error} retry={retry} /> : <Skeleton height={300} />;
    if (channels.length === 0) return <Card><Empty icon="signal" {...none} action={{ label: t('retry'), onPress: retry }} /></Card>;
    return children(channels);
  };
  return <Screen title={t('install.title')} lead={lead} back="/meters">{body()}</Screen>;
}
