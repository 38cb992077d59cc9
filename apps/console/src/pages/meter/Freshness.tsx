/** When the meter was last heard; a badge where that is too long ago. */
import { ago } from '@shared/dates';
import { HOUR_MS, iso } from '@shared/zones';
import { useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../../api/graphql';
import { usePreferences } from '../../app/preferences';
import { Status } from '../../ui/Status';

const LAST = graphql(`query LastReading($id: ID!, $at: DateTime!) { node(id: $id) { id ... on MeteringPoint { last: readingAt(at: $at) { at } } } }`);

export const STALE_MS = 2 * HOUR_MS;

export function Freshness({ id }: { id: string; zone: string }) {
  const { t, locale } = usePreferences();
  const [now] = useState(() => Date.now());
  const [{ data }] = useQuery({ query: LAST, variables: { id, at: iso(now) }, requestPolicy: 'network-only' });
  const last = data?.node && 'last' in data.node ? data.node.last : undefined;
  if (last === undefined) return null;
  if (last === null) return <Status tone="warning">{t('fresh.never')}</Status>;
  const at = Date.parse(last.at);
  const stale = now - at > STALE_MS;
  return (
    <Status tone={stale ? 'warning' : 'ok'} icon={stale ? 'clock' : 'ok'}>
      {t(stale ? 'fresh.stale' : 'fresh.now', { when: ago(at, now, locale) })}
    </Status>
  );
}
