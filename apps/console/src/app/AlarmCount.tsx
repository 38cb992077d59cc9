/** How many alerts nobody took note of and devices are silent, beside the way to them. */
import { useEffect } from 'react';
import { useQuery, useSubscription } from 'urql';
import { graphql } from '../api/graphql';
import { useLive } from '../api/live';
import { useT } from './preferences';
import { useViewer } from './viewer';

const SILENT = graphql(`query SilentCount { viewer { sites { id networkAlarmCount } } }`);
const UNHEEDED = graphql(`query UnheededCount { viewer { alerts(first: 100, onlyOpen: true, acknowledged: false) { edges { node { id } } pageInfo { hasNextPage } } } }`);
const RAISED = graphql(`subscription RaisedCount { alertRaised { id } }`);

export function AlarmCount() {
  const t = useT();
  const viewer = useViewer();
  const hears = viewer.may('alerts:read');
  const [{ data: devices }] = useQuery({ query: SILENT, pause: !viewer.may('health:read') || !viewer.may('metering:read') });
  const [{ data: raised }, again] = useQuery({ query: UNHEEDED, pause: !hears });
  const [{ data: news }] = useSubscription({ query: RAISED, pause: !hears });
  const { resumed } = useLive();
  useEffect(() => {
    if (hears && (news || resumed > 0)) again({ requestPolicy: 'network-only' });
  }, [news, resumed]);
  const silent = devices?.viewer.sites.reduce((sum, site) => sum + site.networkAlarmCount, 0) ?? 0;
  const alerts = raised?.viewer.alerts.edges.length ?? 0;
  const count = silent + alerts;
  if (count === 0) return null;
  const words = [alerts > 0 && t('alerts.count', { count: alerts }), silent > 0 && t('alarms.silentCount', { count: silent })].filter(Boolean).join(', ');
  return <span className="count" aria-label={words} title={words}>{count}{raised?.viewer.alerts.pageInfo.hasNextPage && '+'}</span>;
}
