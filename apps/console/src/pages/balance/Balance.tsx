/** The balance of a node: input, sum, imbalance and coverage, hour by hour; its members and profile. */
import { Button } from '@mantine/core';
import type { Commodity as Word } from '@shared/tokens';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../../api/graphql';
import { useNewReadings } from '../../api/useNews';
import { useT } from '../../app/preferences';
import { useViewer, useZone } from '../../app/viewer';
import { Answer, Empty } from '../../ui/Answer';
import { Commodity } from '../../ui/Commodity';
import { Crumbs } from '../../ui/Crumbs';
import { Icon } from '../../ui/Icon';
import { PageHead, Panel } from '../../ui/Panel';
import { chosenSpan } from '../../ui/SpanPicker';
import { FindingsOf } from '../findings/FindingsOf';
import { YearBand } from '../profile/YearBand';
import { ProfileSection } from '../profile/ProfileSection';
import { GroupLinks } from '../group/GroupViews';
import { ImbalanceSection } from './ImbalanceSection';
import { Checks } from './Checks';
import { Members } from './Members';
import { Simultaneity } from './Simultaneity';

const GROUP = graphql(`
  query BalanceGroup($id: ID!) {
    node(id: $id) {
      id
      ... on BalanceGroup {
        name commodity
        site { id name path kind timezone }
        parent { id name }
        children { id name inlets { id } }
        inlets { id name meter { id serial } }
        members { id name role meter { id serial } premise { id name } }
      }
    }
  }
`);

export function Balance() {
  const t = useT();
  const viewer = useViewer();
  const tenantZone = useZone();
  const { id } = useParams({ from: '/balances/$id' });
  const search = useSearch({ from: '/balances/$id' });
  const navigate = useNavigate({ from: '/balances/$id' });
  const [version, setVersion] = useState(0);
  const [result, again] = useQuery({ query: GROUP, variables: { id } });
  useNewReadings(id, () => setVersion((known) => known + 1));
  return (
    <Answer result={result} retry={() => again({ requestPolicy: 'network-only' })} skeleton={600} shape="page">
      {({ node }) => {
        if (!node || !('children' in node)) return <Panel><Empty icon="balance" title={t('balances.absent')} /></Panel>;
        const zone = node.site?.timezone ?? tenantZone;
        const { span, date } = chosenSpan(search, zone);
        const change = (next: typeof search) => void navigate({ search: next });
        const commodity = node.commodity as Word;
        return (
          <>
            <PageHead
              eyebrow={node.site ? <Crumbs path={node.site.path} last={false} /> : t('balances.drawn')}
              title={node.name}
              lead={<span className="row"><Commodity commodity={commodity} />{node.site && <span>· {t(`kind.${node.site.kind}`)}</span>}</span>}
              actions={
                <>
                  {viewer.may('alerts:read') && <Button variant="default" leftSection={<Icon name="alarm" size={18} />} renderRoot={(props) => <Link to="/rules" search={{ about: id }} {...props} />}>{t('rules.make')}</Button>}
                  {!node.site && viewer.may('metering:write') && <Button variant="default" renderRoot={(props) => <Link to="/draw" search={{ group: id }} {...props} />}>{t('draw.change')}</Button>}
                  {node.site && <Link to="/sites" search={{ path: node.site.path }}>{t('balances.toSite')}</Link>}
                </>
              }
            />
            <GroupLinks id={id} commodity={commodity} metered={node.inlets.length > 0} />
            {viewer.may('balances:read') && (
              <ImbalanceSection key={`i${version}`} id={id} zone={zone} span={span} date={date} onChange={change} metered={node.inlets.length > 0} />
            )}
            {viewer.may('findings:read') && <Panel flush title={t('nav.findings')}><FindingsOf id={id} zone={zone} brief /></Panel>}
            {viewer.may('balances:read') && commodity === 'ELECTRICITY' && node.inlets.length > 0 && <Simultaneity key={`s${version}`} id={id} zone={zone} span={span} date={date} />}
            <ProfileSection key={`p${version}`} id={id} commodity={commodity} zone={zone} span={span} date={date} onChange={change} />
            {span === 'year' && <YearBand id={id} zone={zone} year={date.year} commodity={commodity} />}
            {viewer.may('findings:read') && node.inlets.length > 0 && <Checks id={id} />}
            <Members inlets={node.inlets} members={node.members} below={node.children} />
          </>
        );
      }}
    </Answer>
  );
}
