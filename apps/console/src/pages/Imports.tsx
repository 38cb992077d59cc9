/** Files: meters and sites, corrections, the readings of a manual collector. */
import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useT } from '../app/preferences';
import { useViewer } from '../app/viewer';
import { PageHead, Panel } from '../ui/Panel';
import { CorrectionFile } from './imports/CorrectionFile';
import { ManualFile } from './imports/ManualFile';
import { MeteringFile } from './imports/MeteringFile';

export function Imports() {
  const t = useT();
  const viewer = useViewer();
  const { kind } = useSearch({ from: '/imports' });
  const navigate = useNavigate({ from: '/imports' });
  const kinds = [
    { value: 'metering' as const, needs: 'metering:write', panel: <MeteringFile /> },
    { value: 'corrections' as const, needs: 'readings:correct', panel: <CorrectionFile /> },
    { value: 'manual' as const, needs: 'metering:install', panel: <ManualFile /> },
  ].filter((one) => viewer.may(one.needs));
  return (
    <>
      <PageHead title={t('nav.imports')} lead={t('imports.lead')} />
      <Panel flush>
        <Tabs value={kind ?? kinds[0]?.value ?? null} onChange={(value) => void navigate({ search: { kind: kinds.find((one) => one.value === value)?.value } })} keepMounted={false}>
          <Tabs.List aria-label={t('nav.imports')}>
            {kinds.map((one) => <Tabs.Tab key={one.value} value={one.value}>{t(`imports.${one.value}`)}</Tabs.Tab>)}
          </Tabs.List>
          {kinds.map((one) => <Tabs.Panel key={one.value} value={one.value} p={20}>{one.panel}</Tabs.Panel>)}
        </Tabs>
      </Panel>
    </>
  );
}
