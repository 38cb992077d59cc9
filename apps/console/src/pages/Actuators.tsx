/** What switches supplies: where it stands, its state, what protects the customer; and the interlocks. */
import { Button, Drawer, SegmentedControl } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { usePages } from '../api/usePages';
import { useT } from '../app/preferences';
import { useViewer, useZone } from '../app/viewer';
import { Empty } from '../ui/Answer';
import { PagedTable } from '../ui/PagedTable';
import { PageHead, Panel } from '../ui/Panel';
import { ActuatorForm } from './actuators/ActuatorForm';
import { Protection, Supply } from './actuators/ActuatorState';
import { ACTUATORS, type Listed } from './actuators/documents';
import { Policy } from './actuators/Policy';

const SHOWN = { off: 'actuators.off', critical: 'actuators.onlyCritical', missing: 'actuators.onlyMissing' } as const;

export function Actuators() {
  const t = useT();
  const viewer = useViewer();
  const own = useZone();
  const { show } = useSearch({ from: '/actuators' });
  const navigate = useNavigate({ from: '/actuators' });
  const [editing, setEditing] = useState<Listed | null>(null);
  const paged = usePages(
    ACTUATORS,
    { state: show === 'off' ? 'OFF' : null, critical: show === 'critical' ? true : null, missing: show === 'missing' ? true : null },
    (data) => data.viewer.actuators,
  );
  const installs = viewer.may('metering:install');
  return (
    <>
      <PageHead eyebrow={<Link to="/commands" search={{}}>{t('nav.commands')}</Link>} title={t('nav.actuators')} lead={t('actuators.lead')} />
      <Panel
        flush
        title={t('nav.actuators')}
        actions={
          <SegmentedControl
            aria-label={t('actuator.state')}
            value={show ?? 'all'}
            onChange={(value) => void navigate({ search: { show: value in SHOWN ? (value as keyof typeof SHOWN) : undefined } })}
            data={[{ value: 'all', label: t('actuators.all') }, ...Object.entries(SHOWN).map(([value, key]) => ({ value, label: t(key) }))]}
          />
        }
      >
        <PagedTable
          paged={paged}
          label={t('nav.actuators')}
          keyOf={(one) => one.id}
          columns={[{ title: t('actuators.where') }, { title: t('actuators.kind') }, { title: t('actuator.state') }, { title: t('actuators.protects') }, ...(installs ? [{ title: <span className="sr">{t('actuators.edit')}</span> }] : [])]}
          row={(one) => {
            const zone = one.point?.site.timezone ?? own;
            return [
              one.point ? (
                <span key="point">
                  <Link className="cell-link" to="/meters/$id" params={{ id: one.point.id }} search={{}}>{one.point.meter?.serial ?? one.point.name}</Link>
                  <br /><span className="hint">{[...one.point.site.path.split('/').slice(-1), one.point.premise?.name].filter(Boolean).join(' · ')}</span>
                </span>
              ) : '–',
              t(one.valve ? 'actuators.valve' : 'actuators.contactor'),
              <Supply key="supply" actuator={one} zone={zone} />,
              <Protection key="protection" actuator={one} zone={zone} />,
              ...(installs ? [<div key="acts" className="row row-end"><Button size="xs" variant="default" onClick={() => setEditing(one)}>{t('actuators.edit')}<span className="sr"> {one.point?.meter?.serial}</span></Button></div>] : []),
            ];
          }}
          empty={<Empty icon="valve" title={t('actuators.none')}>{t('actuators.noneLead')}</Empty>}
        />
      </Panel>
      <Policy />
      {editing?.point && (
        <Drawer opened onClose={() => setEditing(null)} position="right" size={480} title={`${t('actuator.title')} · ${editing.point.meter?.serial ?? editing.point.name}`} closeButtonProps={{ 'aria-label': t('close') }}>
          <ActuatorForm point={editing.point.id} zone={editing.point.site.timezone} actuator={editing} close={() => setEditing(null)} done={() => { setEditing(null); paged.again(); }} />
        </Drawer>
      )}
    </>
  );
}
