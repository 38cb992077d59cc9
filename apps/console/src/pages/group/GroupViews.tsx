/** The views of one balance group: its balance, and what else is known of it. */
import type { Commodity as Word } from '@shared/tokens';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useQuery } from 'urql';
import { graphql, type ResultOf } from '../../api/graphql';
import { useT } from '../../app/preferences';
import { useViewer, useZone } from '../../app/viewer';
import { Answer, Empty } from '../../ui/Answer';
import { Commodity } from '../../ui/Commodity';
import { Crumbs } from '../../ui/Crumbs';
import { PageHead, Panel } from '../../ui/Panel';

const GROUP = graphql(`
  query GroupOfView($id: ID!) {
    node(id: $id) {
      id
      ... on BalanceGroup { name commodity inlets { id } site { id name path kind timezone } }
    }
  }
`);

export type Group = Extract<NonNullable<ResultOf<typeof GROUP>['node']>, { commodity: unknown; inlets: unknown }>;

interface LinksProps {
  id: string;
  commodity: Word;
  metered: boolean;
}

/** Links to those views that this commodity has and that the person may see. */
export function GroupLinks({ id, commodity, metered }: LinksProps) {
  const t = useT();
  const viewer = useViewer();
  const judges = viewer.may('findings:read');
  const params = { id };
  return (
    <nav className="views" aria-label={t('group.views')}>
      <Link to="/balances/$id" params={params} search={{}} activeOptions={{ exact: true, includeSearch: false }}>{t('group.balance')}</Link>
      {judges && commodity === 'ELECTRICITY' && <Link to="/balances/$id/losses" params={params} search={{}} activeOptions={{ includeSearch: false }}>{t('group.losses')}</Link>}
      {judges && metered && <Link to="/balances/$id/verification" params={params} search={{}} activeOptions={{ includeSearch: false }}>{t('group.verification')}</Link>}
      {viewer.may('reports:read') && <Link to="/balances/$id/comparison" params={params}>{t('group.comparison')}</Link>}
      {commodity === 'HEAT' && metered && <Link to="/balances/$id/heat" params={params} search={{}} activeOptions={{ includeSearch: false }}>{t('group.heat')}</Link>}
      {commodity === 'HEAT' && metered && viewer.may('balances:read') && <Link to="/balances/$id/mains" params={params} search={{}} activeOptions={{ includeSearch: false }}>{t('group.mains')}</Link>}
    </nav>
  );
}

interface ViewProps {
  id: string;
  lead: ReactNode;
  actions?: ReactNode;
  children: (group: Group, zone: string) => ReactNode;
}

/** Loads the group and puts its head above the view. */
export function GroupView({ id, lead, actions, children }: ViewProps) {
  const t = useT();
  const tenantZone = useZone();
  const [result, again] = useQuery({ query: GROUP, variables: { id } });
  return (
    <Answer result={result} retry={() => again({ requestPolicy: 'network-only' })} skeleton={520} shape="page">
      {({ node }) => {
        if (!node || !('inlets' in node)) return <Panel><Empty icon="balance" title={t('balances.absent')} /></Panel>;
        return (
          <>
            <PageHead
              eyebrow={node.site ? <Crumbs path={node.site.path} last={false} /> : t('balances.drawn')}
              title={node.name}
              lead={<><Commodity commodity={node.commodity as Word} /><span className="lead-more">{lead}</span></>}
              actions={actions}
            />
            <GroupLinks id={id} commodity={node.commodity as Word} metered={node.inlets.length > 0} />
            {children(node, node.site?.timezone ?? tenantZone)}
          </>
        );
      }}
    </Answer>
  );
}
