/** Who administers an organisation: appointed and dismissed by the partner. */
import { Button, TextInput } from '@mantine/core';
import { shortDate } from '@shared/dates';
import { useState } from 'react';
import { useMutation } from 'urql';
import { usePreferences, useT } from '../../app/preferences';
import { useZone } from '../../app/viewer';
import { Empty } from '../../ui/Answer';
import { Panel } from '../../ui/Panel';
import { SureButton } from '../../ui/SureButton';
import { UserErrors } from '../../ui/UserErrors';
import { APPOINT, DISMISS, useRefusals, type Tenant } from './documents';

interface Props {
  tenant: Tenant;
  again: () => void;
}

export function Administrators({ tenant, again }: Props) {
  const { t, locale } = usePreferences();
  const zone = useZone();
  return (
    <div id="administrators">
      <Panel title={t('tenants.admins')} hint={t('tenants.adminsHint')}>
        {tenant.administrators.length === 0 ? <Empty icon="user" title={t('tenants.noAdmins')} /> : (
          <ul className="plain people">
            {tenant.administrators.map((one) => (
              <li key={one.id} className="spread">
                <span><strong>{one.name}</strong><br /><span className="hint">{one.login} · {t('tenants.since', { when: shortDate(Date.parse(one.since), zone, locale) })}</span></span>
                <Dismiss tenant={tenant.id} administrator={one.id} again={again} />
              </li>
            ))}
          </ul>
        )}
        <Appoint tenant={tenant} again={again} />
      </Panel>
    </div>
  );
}

function Dismiss({ tenant, administrator, again }: { tenant: string; administrator: string; again: () => void }) {
  const t = useT();
  const [{ fetching }, dismiss] = useMutation(DISMISS);
  const refusals = useRefusals();
  const go = async () => {
    const answer = await dismiss({ tenant, administrator });
    if (refusals.judge(answer, answer.data?.dismissTenantAdministrator.errors)) again();
  };
  return (
    <span className="row">
      <SureButton sure={t('members.sure')} loading={fetching} act={() => void go()}>{t('members.remove')}</SureButton>
      <UserErrors errors={refusals.errors} />
    </span>
  );
}

function Appoint({ tenant, again }: Props) {
  const t = useT();
  const [{ fetching }, appoint] = useMutation(APPOINT);
  const refusals = useRefusals();
  const [typed, setTyped] = useState({ name: '', email: '' });
  const [made, setMade] = useState<{ login: string; password: string | null } | null>(null);
  const send = async () => {
    const answer = await appoint({ input: { tenant: tenant.id, locale: tenant.locale, ...typed } });
    const told = answer.data?.appointTenantAdministrator;
    if (!refusals.judge(answer, told?.errors)) return;
    setMade({ login: told?.administrator?.login ?? typed.email, password: told?.password ?? null });
    setTyped({ name: '', email: '' });
    again();
  };
  const field = (name: keyof typeof typed, label: string, type = 'text') => (
    <TextInput label={label} type={type} required value={typed[name]} error={refusals.of(name)} onChange={(event) => { const { value } = event.currentTarget; setTyped((all) => ({ ...all, [name]: value })); }} />
  );
  return (
    <form className="appoint" onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <div className="row row-end">
        {field('name', t('members.name'))}
        {field('email', t('members.email'), 'email')}
        <Button type="submit" loading={fetching}>{t('tenants.appoint')}</Button>
      </div>
      <UserErrors errors={refusals.errors} />
      {made && (
        <div role="status" className="form">
          <span>{made.password ? t('members.password', { login: made.login }) : t('members.known')}</span>
          {made.password && <code className="secret">{made.password}</code>}
        </div>
      )}
    </form>
  );
}
