/** Alerts of the person, the newest first, and how many wait to be seen. */
import { Alerts } from '@/api/operations.generated';
import { useAnswer } from '@/api/queries';
import { usePreferences } from '@/theme/preferences';

export const INBOX_MS = 30_000;

export function useInbox(enabled = true) {
  const { language: locale } = usePreferences();
  const query = useAnswer(Alerts, { locale }, { enabled, freshMs: 15_000, everyMs: INBOX_MS });
  const alerts = query.data?.viewer.alerts.edges.map(({ node }) => node) ?? [];
  const open = alerts.filter(({ closedAt }) => closedAt === null);
  return { query, alerts, open, unseen: open.filter(({ acknowledgedAt }) => acknowledgedAt === null).length, more: query.data?.viewer.alerts.pageInfo.hasNextPage ?? false };
}
