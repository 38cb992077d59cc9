/** How many devices are silent, beside the way to them. */
import { useQuery } from 'urql';
import { graphql } from '../api/graphql';
import { useT } from './preferences';

const SILENT = graphql(`query SilentCount { viewer { sites { id networkAlarmCount } } }`);

export function AlarmCount() {
  const t = useT();
  const [{ data }] = useQuery({ query: SILENT });
  const count = data?.viewer.sites.reduce((sum, site) => sum + site.networkAlarmCount, 0) ?? 0;
  return count > 0 ? <span className="count" aria-label={t('alarms.silentCount', { count })}>{count}</span> : null;
}
