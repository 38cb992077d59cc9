/** What was done to the administration of an organisation, as its partner may see it. */
import { dateTime } from '@shared/dates';
import { graphql } from '../../api/graphql';
import { usePages } from '../../api/usePages';
import { usePreferences } from '../../app/preferences';
import { useZone } from '../../app/viewer';
import { Act } from '../../ui/Act';
import { Actor } from '../../ui/Actor';
import { Empty } from '../../ui/Answer';
import { PagedTable } from '../../ui/PagedTable';
import { Panel } from '../../ui/Panel';
import { Detail } from '../admin/Detail';

const TRAIL = graphql(`
  query TenantTrail($after: String, $id: ID!) {
    viewer {
      partner {
        tenant(id: $id) {
          id
          auditLog(first: 20, after: $after) { edges { node { sequence at actor person action subject about detail } } pageInfo { hasNextPage endCursor } }
        }
      }
    }
  }
`);

export function Trail({ tenant }: { tenant: string }) {
  const { t, locale } = usePreferences();
  const zone = useZone();
  const paged = usePages(TRAIL, { id: tenant }, (data) => data.viewer.partner?.tenant?.auditLog);
  return (
    <Panel flush title={t('tenants.audit')}>
      <PagedTable
        paged={paged}
        label={t('tenants.audit')}
        keyOf={(one) => String(one.sequence)}
        columns={[{ title: t('audit.at') }, { title: t('audit.actor') }, { title: t('audit.what') }, { title: t('audit.subject') }, { title: t('audit.detail') }]}
        row={(one) => [
          <span key="at" className="nowrap">{dateTime(Date.parse(one.at), zone, locale)}</span>,
          <Actor key="actor" actor={one.actor} person={one.person} />,
          <Act key="act" action={one.action} />,
          one.about === null ? one.subject : <span key="subject" title={one.subject}>{one.about}</span>,
          <Detail key="detail" json={one.detail} />,
        ]}
        empty={<Empty icon="shield" title={t('audit.none')} />}
      />
    </Panel>
  );
}
