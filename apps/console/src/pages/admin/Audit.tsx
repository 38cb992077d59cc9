/** The audit log: acts of administration, filtered, and the chain verified. */
import { Button, TextInput } from '@mantine/core';
import { dateTime } from '@shared/dates';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useClient } from 'urql';
import { graphql } from '../../api/graphql';
import { usePages } from '../../api/usePages';
import { usePreferences } from '../../app/preferences';
import { useZone } from '../../app/viewer';
import { Act } from '../../ui/Act';
import { Actor } from '../../ui/Actor';
import { Empty } from '../../ui/Answer';
import { PagedTable } from '../../ui/PagedTable';
import { PageHead, Panel } from '../../ui/Panel';
import { Status } from '../../ui/Status';
import { Detail } from './Detail';

const LOG = graphql(`
  query AuditLog($after: String, $action: String) {
    viewer {
      auditLog(first: 50, after: $after, action: $action) {
        edges { node { sequence at actor person action subject about detail hash } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);
const CHECK = graphql(`query AuditCheck { viewer { auditCheck { entries brokenAt } } }`);

export function Audit() {
  const { t, locale } = usePreferences();
  const zone = useZone();
  const client = useClient();
  const search = useSearch({ from: '/audit' });
  const navigate = useNavigate({ from: '/audit' });
  const paged = usePages(LOG, { action: search.q ?? null }, (data) => data.viewer.auditLog);
  const [check, setCheck] = useState<{ entries: number; brokenAt: number | null } | null>(null);
  const verify = async () => {
    const { data } = await client.query(CHECK, {}, { requestPolicy: 'network-only' }).toPromise();
    setCheck(data?.viewer.auditCheck ?? null);
  };
  return (
    <>
      <PageHead title={t('nav.audit')} lead={t('audit.lead')} actions={<Button variant="default" onClick={() => void verify()}>{t('audit.verify')}</Button>} />
      {check && (
        <Panel>
          <div role="status">
            {check.brokenAt === null ? <Status tone="ok">{t('audit.whole', { count: check.entries })}</Status> : <Status tone="critical">{t('audit.broken', { at: check.brokenAt })}</Status>}
          </div>
        </Panel>
      )}
      <Panel flush>
        <div className="panel-note">
          <TextInput label={t('audit.action')} placeholder="membership." defaultValue={search.q ?? ''} onChange={(event) => { const { value } = event.currentTarget; void navigate({ search: { q: value || undefined }, replace: true }); }} />
        </div>
        <PagedTable
          paged={paged}
          label={t('nav.audit')}
          keyOf={(one) => String(one.sequence)}
          columns={[{ title: '#', number: true }, { title: t('audit.at') }, { title: t('audit.actor') }, { title: t('audit.what') }, { title: t('audit.subject') }, { title: t('audit.detail') }]}
          row={(one) => [
            one.sequence,
            <span key="at" className="nowrap">{dateTime(Date.parse(one.at), zone, locale)}</span>,
            <span key="actor" className="nowrap"><Actor actor={one.actor} person={one.person} /></span>,
            <Act key="act" action={one.action} />,
            one.about === null ? one.subject : <span key="subject" title={one.subject}>{one.about}</span>,
            <Detail key="detail" json={one.detail} />,
          ]}
          empty={<Empty icon="shield" title={t('audit.none')}>{t('audit.lead')}</Empty>}
        />
      </Panel>
    </>
  );
}
