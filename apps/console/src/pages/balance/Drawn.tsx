/** Balances beside the site tree, drawn of chosen meters. */
import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useQuery } from 'urql';
import { useT } from '../../app/preferences';
import { useViewer } from '../../app/viewer';
import { Answer } from '../../ui/Answer';
import { CommodityIcon } from '../../ui/Icon';
import { Panel } from '../../ui/Panel';
import { DRAWN } from '../draw/documents';

export function Drawn() {
  const t = useT();
  const viewer = useViewer();
  const [result, again] = useQuery({ query: DRAWN, requestPolicy: 'cache-and-network' });
  return (
    <Panel
      title={t('draw.drawn')}
      hint={t('draw.drawnHint')}
      actions={viewer.may('metering:write') && <Button variant="default" renderRoot={(props) => <Link to="/draw" search={{}} {...props} />}>{t('draw.open')}</Button>}
    >
      <Answer result={result} retry={() => again({ requestPolicy: 'network-only' })} skeleton={48}>
        {({ viewer: { balanceGroups } }) => (balanceGroups.length === 0 ? <p className="quiet">{t('draw.none')}</p> : (
          <ul className="plain">
            {balanceGroups.map((one) => (
              <li key={one.id} className="row">
                <CommodityIcon commodity={one.commodity} />
                <Link className="cell-link" to="/balances/$id" params={{ id: one.id }} search={{ span: 'month' }}>{one.name}</Link>
                <span className="hint">{[t('draw.inlets', { count: one.inlets.length }), t('draw.members', { count: one.members.length - one.inlets.length })].join(', ')}</span>
              </li>
            ))}
          </ul>
        ))}
      </Answer>
    </Panel>
  );
}
