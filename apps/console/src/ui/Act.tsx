/** What was done: in words where there are any, and by the code that the log is filtered by. */
import { isKey } from '@shared/i18n';
import { useT } from '../app/preferences';

export function Act({ action }: { action: string }) {
  const t = useT();
  const key = `act.${action}`;
  if (!isKey(key)) return <span className="mono">{action}</span>;
  return <span>{t(key)}<br /><small className="mono quiet">{action}</small></span>;
}
