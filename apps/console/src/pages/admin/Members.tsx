/** Users and roles: who works here, as what, where; added and dismissed. */
import { Button, Drawer, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { graphql, type ResultOf } from '../../api/graphql';
import { usePages } from '../../api/usePages';
import { usePreferences, useT } from '../../app/preferences';
import { Empty } from '../../ui/Answer';
import { PagedTable } from '../../ui/PagedTable';
import { PageHead, Panel } from '../../ui/Panel';
import { SitePicker } from '../../ui/SitePicker';
import { SureButton } from '../../ui/SureButton';
import { UserErrors, type Refusal } from '../../ui/UserErrors';

const MEMBERS = graphql(`
  query Members($after: String) {
    viewer {
      members(first: 50, after: $after) {
        edges { node { id name login role site { id path } } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);
const GRANTABLE = graphql(`query GrantableRoles { viewer { grantableRoles } }`);
const APPOINT = graphql(`mutation AppointMember($input: AppointMemberInput!) { appointMember(input: $input) { member { id login } password errors { code field message } } }`);
const DISMISS = graphql(`mutation DismissMember($member: ID!) { dismissMember(member: $member) { member { id } errors { code field message } } }`);

type Role = ResultOf<typeof MEMBERS>['viewer']['members']['edges'][number]['node']['role'];
type Shown = Exclude<Role, 'RESIDENT' | 'RESIDENT_DELEGATE' | 'INTEGRATOR'>;

interface New {
  login: string;
  password: string | null;
}

export function Members() {
  const t = useT();
  const paged = usePages(MEMBERS, {}, (data) => data.viewer.members);
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<New | null>(null);
  return (
    <>
      <PageHead title={t('nav.members')} lead={t('members.lead')} actions={<Button onClick={() => setAdding(true)}>{t('members.add')}</Button>} />
      {made && (
        <Panel>
          <div role="status" className="form">
            <span>{made.password ? t('members.password', { login: made.login }) : t('members.known')}</span>
            {made.password && <code className="secret">{made.password}</code>}
          </div>
        </Panel>
      )}
      <Panel flush>
        <PagedTable
          paged={paged}
          label={t('nav.members')}
          keyOf={(one) => one.id}
          columns={[{ title: t('members.name') }, { title: t('members.role') }, { title: t('members.where') }, { title: '' }]}
          row={(one) => [
            <span key="name"><strong>{one.name}</strong><br /><span className="hint">{one.login}</span></span>,
            t(`role.${one.role as Shown}`),
            one.site?.path ?? t('members.everywhere'),
            <Dismiss key="acts" id={one.id} done={paged.again} />,
          ]}
          empty={<Empty icon="people" title={t('members.none')}>{t('members.lead')}</Empty>}
        />
      </Panel>
      {adding && <Add close={() => setAdding(false)} took={(found) => { setMade(found); setAdding(false); paged.again(); }} />}
    </>
  );
}

function Dismiss({ id, done }: { id: string; done: () => void }) {
  const t = useT();
  const [{ fetching }, dismiss] = useMutation(DISMISS);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const go = async () => {
    const { data, error } = await dismiss({ member: id });
    const refused = error ? [{ code: 'FAILED', message: error.message }] : (data?.dismissMember.errors ?? []);
    setErrors(refused);
    if (refused.length === 0) done();
  };
  return (
    <div className="row row-end">
      <SureButton sure={t('members.sure')} loading={fetching} act={() => void go()}>{t('members.remove')}</SureButton>
      <UserErrors errors={errors} />
    </div>
  );
}

function Add({ close, took }: { close: () => void; took: (made: New) => void }) {
  const { t, locale } = usePreferences();
  const [{ data: may }] = useQuery({ query: GRANTABLE });
  const [{ fetching }, appoint] = useMutation(APPOINT);
  const [typed, setTyped] = useState({ name: '', email: '' });
  const [role, setRole] = useState<Role | null>(null);
  const [site, setSite] = useState<string | null>(null);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const roles = may?.viewer.grantableRoles ?? [];
  const send = async () => {
    if (role === null) return;
    const { data, error } = await appoint({ input: { ...typed, role, site, locale } });
    setErrors(error ? [{ code: 'FAILED', message: error.message }] : (data?.appointMember.errors ?? []));
    if (data?.appointMember.member) took({ login: data.appointMember.member.login ?? typed.email, password: data.appointMember.password });
  };
  const field = (name: keyof typeof typed, label: string, type = 'text') => (
    <TextInput label={label} type={type} required value={typed[name]} onChange={(event) => { const { value } = event.currentTarget; setTyped((all) => ({ ...all, [name]: value })); }} />
  );
  return (
    <Drawer opened onClose={close} position="right" size={480} title={t('members.add')} closeButtonProps={{ 'aria-label': t('close') }}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); void send(); }}>
        {field('name', t('members.name'))}
        {field('email', t('members.email'), 'email')}
        <Select label={t('members.role')} required data={roles.map((value) => ({ value, label: t(`role.${value as Shown}`) }))} value={role} onChange={(value) => setRole(roles.find((one) => one === value) ?? null)} />
        <SitePicker label={t('members.where')} none={t('members.everywhere')} onChange={setSite} />
        <UserErrors errors={errors} />
        <div className="row">
          <Button type="submit" loading={fetching} disabled={role === null}>{t('members.add')}</Button>
          <Button variant="default" onClick={close}>{t('cancel')}</Button>
        </div>
      </form>
    </Drawer>
  );
}
