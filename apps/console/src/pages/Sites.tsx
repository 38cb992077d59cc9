/** The tree of sites, and what stands at the chosen one. */
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useT } from '../app/preferences';
import { useViewer } from '../app/viewer';
import { Empty } from '../ui/Answer';
import { Panel } from '../ui/Panel';
import { SiteDetail } from './sites/SiteDetail';
import { SiteTree } from './sites/SiteTree';

export function Sites() {
  const t = useT();
  const viewer = useViewer();
  const { path } = useSearch({ from: '/sites' });
  const navigate = useNavigate();
  const [version, setVersion] = useState(0);
  const changed = (to: string) => {
    // Tops are read at the beginning alone.
    if (!to.includes('/')) return location.assign(`/console/sites?path=${encodeURIComponent(to)}`);
    setVersion((known) => known + 1);
    void navigate({ to: '/sites', search: { path: to } });
  };
  if (viewer.tops.length === 0) return <Panel><Empty icon="tree" title={t('sites.none')}>{t('first.lead')}</Empty></Panel>;
  const chosen = path ?? viewer.tops[0]?.path ?? '';
  return (
    <div className="sites">
      <Panel label={t('nav.sites')}>
        <SiteTree key={version} fresh={version > 0} tops={viewer.tops} chosen={chosen} onChoose={(to) => void navigate({ to: '/sites', search: { path: to } })} />
      </Panel>
      <div className="stack">
        <SiteDetail path={chosen} changed={changed} />
      </div>
    </div>
  );
}
