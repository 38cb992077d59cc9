/** What to do about a finding, and the ways to do it from here. */
import { Button } from '@mantine/core';
import { today } from '@shared/zones';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { usePreferences } from '../../app/preferences';
import { useViewer } from '../../app/viewer';
import { Panel } from '../../ui/Panel';
import { CorrectReadings } from '../meter/CorrectReadings';
import { SwitchSupply } from '../meter/Orders';
import type { FindingNode } from './documents';

/** What lets water or gas out is a danger, all else is the daily work of the network. */
const DANGERS = /^LEAK_/;

export function Advice({ finding, zone }: { finding: FindingNode; zone: string }) {
  const { t } = usePreferences();
  const viewer = useViewer();
  const [open, setOpen] = useState<'switch' | 'correct' | null>(null);
  const [ordered, setOrdered] = useState(false);
  const { advice, point, site, kind } = finding;
  if (!advice && !point) return null;
  const meter = point?.meter?.serial ?? point?.name ?? '';
  const goes = finding.state !== 'CLOSED';
  return (
    <Panel title={t('findings.todo')}>
      {advice && <p>{advice}</p>}
      <div className="row" style={{ marginTop: 12 }}>
        {point && <Button variant="default" renderRoot={(props) => <Link to="/meters/$id" params={{ id: point.id }} search={{ span: 'month' }} {...props} />}>{t('findings.toMeter')}</Button>}
        {point && goes && viewer.may('readings:correct') && <Button variant="default" onClick={() => setOpen('correct')}>{t('correct.open')}</Button>}
        {point && goes && viewer.may('control:execute') && <Button variant="default" onClick={() => setOpen('switch')}>{t('orders.switch')}</Button>}
        {site && <Button variant="default" renderRoot={(props) => <Link to="/map" search={{ show: 'found', under: site.id }} {...props} />}>{t('findings.onMap')}</Button>}
      </div>
      {ordered && point && <p className="quiet" role="status">{t('findings.ordered')} <Link to="/commands" search={{}}>{t('nav.commands')}</Link></p>}
      {open === 'switch' && point && (
        <SwitchSupply
          point={point.id}
          cause={DANGERS.test(kind) ? 'DANGER' : 'OPERATION'}
          reason={`${t(`finding.${kind}`)}, ${meter}`}
          close={() => setOpen(null)}
          done={() => setOrdered(true)}
        />
      )}
      {open === 'correct' && point && <CorrectReadings point={point.id} zone={zone} date={today(zone, Date.parse(finding.since))} close={() => setOpen(null)} done={() => undefined} />}
    </Panel>
  );
}
