/** Views of the networks: concentrators, firmware, the collector's way. */
import { Link } from '@tanstack/react-router';
import { useT } from '../../app/preferences';
import { useViewer } from '../../app/viewer';

export function NetworkViews() {
  const t = useT();
  const viewer = useViewer();
  if (!viewer.may('health:read')) return null;
  return (
    <nav className="views" aria-label={t('network.views')}>
      <Link to="/networks" activeOptions={{ exact: true }}>{t('networks.concentrators')}</Link>
      <Link to="/firmware">{t('network.firmware')}</Link>
      <Link to="/route" search={{}}>{t('network.route')}</Link>
    </nav>
  );
}
