/** The newest open findings, shortly: on the overview, beside a balance, at a meter. */
import { dayAndMonth } from '@shared/dates';
import { formatAmount, formatMoney } from '@shared/units';
import { Link } from '@tanstack/react-router';
import { useQuery } from 'urql';
import { graphql } from '../api/graphql';
import { usePreferences } from '../app/preferences';
import { useZone } from '../app/viewer';
import { Answer } from './Answer';
import { CommodityIcon } from './Icon';
import { Panel } from './Panel';
import { Status } from './Status';

const OPEN = graphql(`
  query OpenFindings($states: [FindingState!]) {
    viewer {
      findings(first: 6, states: $states) {
        edges { node { id kind commodity since confidence energy { value unit } money { amount currency } point { id name meter { id serial } } site { id name path timezone } group { id name } } }
        pageInfo { hasNextPage }
      }
    }
  }
`);

const STATES = ['NEW', 'ACKNOWLEDGED', 'INSPECTED'] as const;

export function OpenFindings() {
  const { t, locale } = usePreferences();
  const zone = useZone();
  const [result, again] = useQuery({ query: OPEN, variables: { states: [...STATES] }, requestPolicy: 'cache-and-network' });
  return (
    <Panel title={t('findings.openTitle')} actions={<Link to="/findings" search={{}}>{t('findings.allOpen')}</Link>}>
      <Answer result={result} retry={() => again({ requestPolicy: 'network-only' })} skeleton={140}>
        {({ viewer: { findings } }) =>
          findings.edges.length === 0 ? (
            <Status tone="ok">{t('findings.none')}</Status>
          ) : (
            <ul className="plain">
              {findings.edges.map(({ node }) => (
                <li key={node.id} className="spread" style={{ flexWrap: 'nowrap' }}>
                  <span className="row" style={{ flexWrap: 'nowrap', minWidth: 0 }}>
                    <CommodityIcon commodity={node.commodity} />
                    <span>
                      <Link to="/findings/$id" params={{ id: node.id }}>{t(`finding.${node.kind}`)}</Link>
                      <span className="hint" style={{ display: 'block' }}>
                        {[node.point?.meter?.serial, node.site?.path.split('/').slice(-2).join(' · ') ?? node.group?.name, dayAndMonth(Date.parse(node.since), node.site?.timezone ?? zone, locale)].filter(Boolean).join(', ')}
                      </span>
                    </span>
                  </span>
                  <strong className="nowrap">{node.money ? formatMoney(node.money, locale) : node.energy ? formatAmount(node.energy.value, node.energy.unit, locale) : ''}</strong>
                </li>
              ))}
            </ul>
          )
        }
      </Answer>
    </Panel>
  );
}
