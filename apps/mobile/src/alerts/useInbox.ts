/** Alerts of the person, the newest first. */
import { Alerts } from '@/api/operations.generated';
import { useAnswer } from '@/api/queries';
import { usePreferences } from '@/theme/preferences';

/** What a household is told shows with the changes that the app follows; staff have none. */
export const INBOX_MS = 60_000;

export function useInbox() {
  const { language: locale } = usePreferences();
  const query = useAnswer(Alerts, { locale }, { freshMs: 15_000, everyMs: INBOX_MS });
  const alerts = query.data?.viewer.alerts.edges.map(({ node }) => node) ?? [];
  const open = alerts.filter(({ closedAt }) => closedAt === null);
  return { query, alerts, open, more: query.data?.viewer.alerts.pageInfo.hasNextPage ?? false };
}
