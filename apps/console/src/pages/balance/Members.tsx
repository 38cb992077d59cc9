/** What the balance of a node is made of: its inlets, its meters, the nodes below. */
import { Link } from '@tanstack/react-router';
import { useT } from '../../app/preferences';
import { Empty } from '../../ui/Answer';
import { Panel } from '../../ui/Panel';

interface MembersProps {
  inlets: { id: string; name: string; meter: { serial: string } | null }[];
  members: { id: string; name: string; role: 'CONSUMER' | 'INLET' | 'COMMON' | 'EXPORT'; meter: { serial: string } | null; premise: { name: string } | null }[];
  below: { id: string; name: string; inlets: { id: string }[] }[];
}

export function Members({ inlets, members, below }: MembersProps) {
  const t = useT();
  const direct = members.filter((member) => !inlets.some((inlet) => inlet.id === member.id));
  return (
    <div className="grid-2">
      <Panel title={t('members.inlets')} hint={t('members.inletsHint')}>
        {inlets.length === 0 && <Empty icon="balance" title={t('members.noInlet')}>{t('members.noInletLead')}</Empty>}
        <ul className="links">
          {inlets.map((inlet) => (
            <li key={inlet.id}><Link to="/meters/$id" params={{ id: inlet.id }} search={{}}>{inlet.meter?.serial ?? inlet.name}</Link></li>
          ))}
        </ul>
      </Panel>
      <Panel title={t('members.delivered')} hint={t('members.deliveredHint', { count: direct.length + below.length })}>
        <ul className="links">
          {below.map((group) => (
            <li key={group.id}><Link to="/balances/$id" params={{ id: group.id }} search={{}}>{group.name}</Link> <span className="quiet">{t(group.inlets.length ? 'members.byInlet' : 'members.bySum')}</span></li>
          ))}
          {direct.slice(0, 100).map((member) => (
            <li key={member.id}>
              <Link to="/meters/$id" params={{ id: member.id }} search={{}}>{member.meter?.serial ?? member.name}</Link>{' '}
              <span className="quiet">{[member.premise?.name, t(`role.point.${member.role}`)].filter(Boolean).join(' · ')}</span>
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  );
}
