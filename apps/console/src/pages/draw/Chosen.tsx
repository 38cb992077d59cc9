/** The members chosen so far, each with the role it has in the group. */
import { Button } from '@mantine/core';
import { useT } from '../../app/preferences';
import { Empty } from '../../ui/Answer';
import { Panel } from '../../ui/Panel';
import { inOrder, placeOf, ROLES, type Point, type Role } from './documents';

export function Chosen({ chosen, change }: { chosen: readonly Point[]; change: (next: Point[]) => void }) {
  const t = useT();
  const inlets = chosen.filter((one) => one.role === 'INLET').length;
  const counted = [t('draw.inlets', { count: inlets }), t('draw.members', { count: chosen.length - inlets })].join(', ');
  return (
    <Panel title={t('draw.chosen')} hint={chosen.length > 0 && counted}>
      {chosen.length === 0 ? <Empty icon="balance" title={t('draw.empty')} /> : (
        <>
          {inlets === 0 && <p className="hint" role="status">{t('draw.noInlet')}</p>}
          <ul className="picks" tabIndex={0} aria-label={t('draw.chosen')}>
            {chosen.map((one) => {
              const name = one.meter?.serial ?? one.name;
              return (
                <li key={one.id}>
                  <span><strong>{name}</strong><br /><span className="hint">{placeOf(one)}</span></span>
                  <span className="row nowrap">
                    <select className="field" aria-label={`${name}, ${t('draw.role')}`} value={one.role} onChange={(event) => change(inOrder(chosen.map((each) => (each.id === one.id ? { ...each, role: event.currentTarget.value as Role } : each))))}>
                      {ROLES.map((role) => <option key={role} value={role}>{t(`role.point.${role}`)}</option>)}
                    </select>
                    <Button size="xs" variant="default" onClick={() => change(chosen.filter((each) => each.id !== one.id))}>{t('draw.remove')}<span className="sr"> {name}</span></Button>
                  </span>
                </li>
              );
            })}
          </ul>
        </>
      )}
    </Panel>
  );
}
