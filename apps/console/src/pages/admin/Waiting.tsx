/** Invitations that nobody took yet: to whom, until when, taken back while they wait. */
import { dateTime } from '@shared/dates';
import { useState } from 'react';
import { useMutation } from 'urql';
import { graphql } from '../../api/graphql';
import { usePages } from '../../api/usePages';
import { usePreferences } from '../../app/preferences';
import { useViewer, useZone } from '../../app/viewer';
import { PagedTable } from '../../ui/PagedTable';
import { Panel } from '../../ui/Panel';
import { SureButton } from '../../ui/SureButton';
import { UserErrors, type Refusal } from '../../ui/UserErrors';

const WAITING = graphql(`
  query WaitingInvitations($after: String) {
    viewer { invitations(first: 50, after: $after, onlyOpen: true) { edges { node { id name email home createdAt expiresAt } } pageInfo { hasNextPage endCursor } } }
  }
`);
const REVOKE = graphql(`mutation RevokeInvitation($invitation: ID!) { revokeInvitation(invitation: $invitation) { invitation { id state } errors { code field message } } }`);

export function Waiting({ done }: { done: () => void }) {
  const { t, locale } = usePreferences();
  const zone = useZone();
  const viewer = useViewer();
  const paged = usePages(WAITING, {}, (data) => data.viewer.invitations);
  const [, revoke] = useMutation(REVOKE);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const writes = viewer.may('residents:write');
  const take = async (invitation: string) => {
    const { data, error } = await revoke({ invitation });
    setErrors(error ? [{ code: 'FAILED', message: error.message }] : (data?.revokeInvitation.errors ?? []));
    paged.again();
    done();
  };
  if (!paged.error && paged.nodes.length === 0) return null;
  const when = (text: string) => dateTime(Date.parse(text), zone, locale);
  return (
    <Panel flush title={t('residents.waiting')}>
      <UserErrors errors={errors} />
      <PagedTable
        paged={paged}
        label={t('residents.waiting')}
        keyOf={(one) => one.id}
        columns={[{ title: t('residents.name') }, { title: t('residents.home') }, { title: t('residents.invited') }, { title: t('residents.until') }, ...(writes ? [{ title: <span className="sr">{t('residents.takeBack')}</span> }] : [])]}
        row={(one) => [
          <span key="name"><strong>{one.name}</strong>{one.email && <><br /><span className="hint">{one.email}</span></>}</span>,
          one.home ?? '–',
          when(one.createdAt),
          when(one.expiresAt),
          ...(writes ? [<div key="acts" className="row row-end"><SureButton sure={t('residents.takeBackSure')} act={() => void take(one.id)}>{t('residents.takeBack')}</SureButton></div>] : []),
        ]}
        empty={null}
      />
    </Panel>
  );
}
