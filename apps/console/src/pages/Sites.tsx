/** The tree of sites, and what stands at the chosen one. */
import { Button } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useT } from '../app/preferences';
import { useViewer } from '../app/viewer';
import { NothingYet } from '../ui/NothingYet';
import { Panel } from '../ui/Panel';
import { FindSite } from './sites/FindSite';
import { PlaceForm } from './sites/PlaceForm';
import { SiteDetail } from './sites/SiteDetail';
import { SiteTree } from './sites/SiteTree';

export function Sites() {
  const t = useT();
  const viewer = useViewer();
  const { path } = useSearch({ from: '/sites' });
  const navigate = useNavigate();
  const [version, setVersion] = useState(0);
  const [adding, setAdding] = useState(false);
  const changed = (to: string) => {
    // Tops are read at the beginning alone.
    if (!to.includes('/')) return location.assign(`/console/sites?path=${encodeURIComponent(to)}`);
    setVersion((known) => known + 1);
    void navigate({ to: '/sites', search: { path: to } });
  };
  // Who sees a part of the tree only has its top, which lies below others.
  const limited = viewer.tops.some((top) => top.path.includes('/'));
  const add = viewer.may('metering:write') && !limited && <Button variant="default" onClick={() => setAdding(true)}>{t('place.edit.addTop')}</Button>;
  const form = adding && <PlaceForm site={null} adds close={() => setAdding(false)} done={(to) => to && changed(to)} />;
  if (viewer.tops.length === 0) return <><NothingYet icon="tree" title="nav.sites">{add}</NothingYet>{form}</>;
  const choose = (to: string) => void navigate({ to: '/sites', search: { path: to } });
  const chosen = path ?? viewer.tops[0]?.path ?? '';
  return (
    <div className="sites">
      <Panel label={t('nav.sites')}>
        <FindSite onChoose={choose}>
          <SiteTree key={version} fresh={version > 0} tops={viewer.tops} chosen={chosen} onChoose={choose} />
        </FindSite>
        {add}
        {form}
      </Panel>
      <div className="stack">
        <SiteDetail path={chosen} changed={changed} />
      </div>
    </div>
  );
}
