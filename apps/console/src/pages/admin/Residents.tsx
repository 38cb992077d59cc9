/** Households of the association: who lives where, who is invited, a card to print, moving out. */
import { Button, Drawer, Select, TextInput } from '@mantine/core';
import { dateTime } from '@shared/dates';
import { instantOf, iso, parseDate } from '@shared/zones';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useMutation } from 'urql';
import { graphql, type ResultOf } from '../../api/graphql';
import { usePages } from '../../api/usePages';
import { usePreferences, useT } from '../../app/preferences';
import { useViewer, useZone } from '../../app/viewer';
import { Empty } from '../../ui/Answer';
import { FlatPicker } from '../../ui/FlatPicker';
import { PagedTable } from '../../ui/PagedTable';
import { PageHead, Panel } from '../../ui/Panel';
import { Status } from '../../ui/Status';
import { SureButton } from '../../ui/SureButton';
import { UserErrors, type Refusal } from '../../ui/UserErrors';
import { Waiting } from './Waiting';

const RESIDENTS = graphql(`
  query Residents($after: String, $search: String) {
    viewer {
      residents(first: 50, after: $after, search: $search) {
        edges { node { id name account premise sitePath movedInAt hasLogin delegates invitedUntil } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);
const INVITE = graphql(`
  mutation InviteResident($input: InviteResidentInput!) {
    inviteResident(input: $input) {
      invitation { code link qr invitation { id name expiresAt } }
      errors { code field message }
    }
  }
`);
const MOVE_OUT = graphql(`mutation MoveOutNow($input: MoveOutInput!) { moveOut(input: $input) { resident { id movedOutAt } errors { code field message } } }`);

type Household = ResultOf<typeof RESIDENTS>['viewer']['residents']['edges'][number]['node'];
type Issued = NonNullable<ResultOf<typeof INVITE>['inviteResident']['invitation']>;
const LANGUAGES = [{ value: 'en', label: 'English' }, { value: 'ru', label: 'Русский' }, { value: 'ro', label: 'Română' }];

export function Residents() {
  const { t, locale } = usePreferences();
  const zone = useZone();
  const viewer = useViewer();
  const search = useSearch({ from: '/residents' });
  const navigate = useNavigate({ from: '/residents' });
  const paged = usePages(RESIDENTS, { search: search.q ?? null }, (data) => data.viewer.residents);
  const [inviting, setInviting] = useState(false);
  const [version, setVersion] = useState(0);
  const [issued, setIssued] = useState<Issued | null>(null);
  const writes = viewer.may('residents:write');
  const when = (text: string) => dateTime(Date.parse(text), zone, locale);
  const took = (made: Issued) => {
    setIssued(made);
    setVersion((known) => known + 1);
    setInviting(false);
    paged.again();
  };
  return (
    <>
      <PageHead title={t('nav.residents')} lead={t('residents.lead')} actions={writes && <Button onClick={() => setInviting(true)}>{t('residents.invite')}</Button>} />
      {issued && <Card issued={issued} />}
      <Panel flush>
        <div className="panel-note">
          <TextInput label={t('residents.search')} defaultValue={search.q ?? ''} onChange={(event) => { const { value } = event.currentTarget; void navigate({ search: { q: value || undefined }, replace: true }); }} />
        </div>
        <PagedTable
          paged={paged}
          label={t('nav.residents')}
          keyOf={(one) => one.id}
          columns={[{ title: t('residents.name') }, { title: t('residents.home') }, { title: t('residents.account') }, { title: t('residents.since') }, { title: t('residents.login') }, { title: '' }]}
          row={(one) => [
            <strong key="name">{one.name}</strong>,
            <span key="home">{one.premise}<br /><span className="hint" title={one.sitePath}>{one.sitePath.split('/').slice(-2).join(' · ')}</span></span>,
            <span key="account" className="mono">{one.account}</span>,
            when(one.movedInAt),
            <Login key="login" one={one} until={one.invitedUntil ? when(one.invitedUntil) : null} />,
            writes ? <Acts key="acts" one={one} took={took} gone={paged.again} /> : null,
          ]}
          empty={<Empty icon="people" title={t('residents.none')}>{t('residents.noneLead')}</Empty>}
        />
      </Panel>
      <Waiting key={version} done={paged.again} />
      {inviting && <Invite close={() => setInviting(false)} took={took} />}
    </>
  );
}

function Login({ one, until }: { one: Household; until: string | null }) {
  const t = useT();
  if (one.hasLogin) {
    return <><Status tone="ok">{t('residents.sees')}</Status>{one.delegates > 0 && <span className="hint"> {t('residents.delegates', { count: one.delegates })}</span>}</>;
  }
  if (until) return <Status tone="warning" icon="clock">{t('residents.waits', { when: until })}</Status>;
  return <Status tone="quiet">{t('residents.uninvited')}</Status>;
}

function Acts({ one, took, gone }: { one: Household; took: (made: Issued) => void; gone: () => void }) {
  const { t, locale } = usePreferences();
  const [{ fetching }, invite] = useMutation(INVITE);
  const [, moveOut] = useMutation(MOVE_OUT);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const again = async () => {
    const { data, error } = await invite({ input: { resident: one.id, name: one.name, locale } });
    setErrors(error ? [{ code: 'FAILED', message: error.message }] : (data?.inviteResident.errors ?? []));
    if (data?.inviteResident.invitation) took(data.inviteResident.invitation);
  };
  const leave = async () => {
    const { data, error } = await moveOut({ input: { resident: one.id, at: new Date().toISOString() } });
    const refused = error ? [{ code: 'FAILED', message: error.message }] : (data?.moveOut.errors ?? []);
    setErrors(refused);
    if (refused.length === 0) gone();
  };
  return (
    <div className="row row-end">
      {!one.hasLogin && <Button size="xs" variant="default" loading={fetching} onClick={() => void again()}>{t('residents.again')}</Button>}
      <SureButton sure={t('residents.moveOutSure')} act={() => void leave()}>{t('residents.moveOut')}</SureButton>
      <UserErrors errors={errors} />
    </div>
  );
}

/** What is shown once: printed and put into a letter box. */
function Card({ issued }: { issued: Issued }) {
  const { t, locale } = usePreferences();
  const zone = useZone();
  const name = issued.invitation.name;
  return (
    <Panel
      title={t('residents.card', { name })}
      hint={t('residents.cardLead', { when: dateTime(Date.parse(issued.invitation.expiresAt), zone, locale) })}
      actions={<Button variant="default" onClick={() => window.print()}>{t('residents.print')}</Button>}
    >
      <div className="row" role="status">
        <img src={`data:image/svg+xml;utf8,${encodeURIComponent(issued.qr)}`} alt={issued.link} width={180} height={180} />
        <div className="form">
          <code className="secret">{issued.code}</code>
          <code className="secret">{issued.link}</code>
        </div>
      </div>
    </Panel>
  );
}

function Invite({ close, took }: { close: () => void; took: (made: Issued) => void }) {
  const { t, locale } = usePreferences();
  const zone = useZone();
  const [{ fetching }, invite] = useMutation(INVITE);
  const [premise, setPremise] = useState<string | null>(null);
  const [typed, setTyped] = useState({ name: '', persons: '', since: '' });
  const [language, setLanguage] = useState<string>(locale);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const send = async () => {
    const day = parseDate(typed.since);
    const since = day ? iso(instantOf(day, zone)) : null;
    const { data, error } = await invite({ input: { premise, name: typed.name, locale: language, persons: typed.persons ? Number(typed.persons) : null, movedInAt: since } });
    setErrors(error ? [{ code: 'FAILED', message: error.message }] : (data?.inviteResident.errors ?? []));
    if (data?.inviteResident.invitation) took(data.inviteResident.invitation);
  };
  return (
    <Drawer opened onClose={close} position="right" size={480} title={t('residents.invite')} closeButtonProps={{ 'aria-label': t('close') }}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); void send(); }}>
        <FlatPicker label={t('members.where')} flat={t('residents.flat')} onChange={setPremise} />
        <TextInput label={t('residents.name')} required value={typed.name} onChange={(event) => { const { value } = event.currentTarget; setTyped((all) => ({ ...all, name: value })); }} />
        <TextInput label={t('residents.persons')} inputMode="numeric" pattern="[0-9]{1,2}" value={typed.persons} onChange={(event) => { const { value } = event.currentTarget; setTyped((all) => ({ ...all, persons: value })); }} />
        <TextInput type="date" label={t('residents.movedIn')} value={typed.since} onChange={(event) => { const { value } = event.currentTarget; setTyped((all) => ({ ...all, since: value })); }} />
        <Select label={t('residents.language')} allowDeselect={false} data={LANGUAGES} value={language} onChange={(value) => setLanguage(value ?? 'en')} />
        <UserErrors errors={errors} />
        <div className="row">
          <Button type="submit" loading={fetching} disabled={premise === null}>{t('residents.again')}</Button>
          <Button variant="default" onClick={close}>{t('cancel')}</Button>
        </div>
      </form>
    </Drawer>
  );
}
