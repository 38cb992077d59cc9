/** API clients: programs, their scopes, and secrets that are shown once. */
import { Button, Checkbox, Drawer, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { graphql } from '../../api/graphql';
import { useT } from '../../app/preferences';
import { Answer, Empty } from '../../ui/Answer';
import { PageHead, Panel } from '../../ui/Panel';
import { Rows } from '../../ui/Rows';
import { Status } from '../../ui/Status';
import { SureButton } from '../../ui/SureButton';
import { UserErrors, type Refusal } from '../../ui/UserErrors';

const CLIENTS = graphql(`query ApiClients { viewer { graphiql clients { id name scopes revokedAt } } }`);
const CREATE = graphql(`mutation CreateClient($input: CreateClientInput!) { createClient(input: $input) { client { id name } secret errors { code field message } } }`);
const ROTATE = graphql(`mutation RotateClientSecret($client: ID!) { rotateClientSecret(client: $client) { client { id name } secret errors { code field message } } }`);
const REVOKE = graphql(`mutation RevokeClient($client: ID!) { revokeClient(client: $client) { client { id revokedAt } errors { code field message } } }`);
const SCOPES = ['READ', 'METERING', 'CONTROL', 'ADMINISTRATION'] as const;
type ClientScope = (typeof SCOPES)[number];

export function Clients() {
  const t = useT();
  const [result, ask] = useQuery({ query: CLIENTS, requestPolicy: 'cache-and-network' });
  const [, rotate] = useMutation(ROTATE);
  const [, revoke] = useMutation(REVOKE);
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<{ name: string; id: string; text: string } | null>(null);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const again = () => ask({ requestPolicy: 'network-only' });
  const renew = async (id: string, name: string) => {
    const { data, error } = await rotate({ client: id });
    setErrors(error ? [{ code: 'FAILED', message: error.message }] : (data?.rotateClientSecret.errors ?? []));
    if (data?.rotateClientSecret.secret) setSecret({ id, name, text: data.rotateClientSecret.secret });
  };
  const end = async (id: string) => {
    const { data, error } = await revoke({ client: id });
    setErrors(error ? [{ code: 'FAILED', message: error.message }] : (data?.revokeClient.errors ?? []));
    again();
  };
  return (
    <>
      <PageHead title={t('nav.clients')} lead={t('clients.lead')} actions={
          <>
            {result.data?.viewer.graphiql && <a href={`${result.data.viewer.graphiql}?person`} target="_blank" rel="noreferrer">{t('clients.graphiql')}</a>}
            <Button onClick={() => setAdding(true)}>{t('clients.add')}</Button>
          </>
        }
      />
      {secret && (
        <Panel>
          <div role="status" className="form">
            <span>{t('clients.secret', { name: secret.name })}</span>
            <code className="secret">{secret.id}</code>
            <code className="secret">{secret.text}</code>
          </div>
        </Panel>
      )}
      <Panel flush>
        <UserErrors errors={errors} />
        <Answer result={result} retry={again} skeleton={160}>
          {({ viewer }) =>
            viewer.clients.length === 0 ? <Empty icon="shield" title={t('clients.none')}>{t('clients.lead')}</Empty> : (
              <Rows
                label={t('nav.clients')}
                columns={[{ title: t('clients.program') }, { title: t('clients.scopes') }, { title: '' }]}
                rows={viewer.clients.map((one) => [
                  <span key="name"><strong>{one.name}</strong><br /><span className="hint mono">{one.id}</span></span>,
                  one.scopes.map((scope) => t(`clients.${scope.toUpperCase() as ClientScope}`)).join(', '),
                  one.revokedAt ? <Status key="state" tone="quiet">{t('clients.revoked')}</Status> : (
                    <div key="acts" className="row row-end">
                      <Button size="xs" variant="default" onClick={() => void renew(one.id, one.name)}>{t('clients.rotate')}</Button>
                      <SureButton sure={t('clients.revokeSure')} act={() => void end(one.id)}>{t('clients.revoke')}</SureButton>
                    </div>
                  ),
                ])}
              />
            )}
        </Answer>
      </Panel>
      {adding && <Add close={() => setAdding(false)} took={(id, name, text) => { setSecret({ id, name, text }); setAdding(false); again(); }} />}
    </>
  );
}

function Add({ close, took }: { close: () => void; took: (id: string, name: string, secret: string) => void }) {
  const t = useT();
  const [{ fetching }, create] = useMutation(CREATE);
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<ClientScope[]>(['READ']);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const send = async () => {
    const { data, error } = await create({ input: { name, scopes, redirectUris: [], public: false } });
    setErrors(error ? [{ code: 'FAILED', message: error.message }] : (data?.createClient.errors ?? []));
    if (data?.createClient.client && data.createClient.secret) took(data.createClient.client.id, name, data.createClient.secret);
  };
  return (
    <Drawer opened onClose={close} position="right" size={480} title={t('clients.add')} closeButtonProps={{ 'aria-label': t('close') }}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); void send(); }}>
        <TextInput label={t('members.name')} required value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <fieldset className="choices">
          <legend>{t('clients.scopes')}</legend>
          {SCOPES.map((scope) => (
            <Checkbox key={scope} label={t(`clients.${scope}`)} checked={scopes.includes(scope)} onChange={(event) => { const { checked } = event.currentTarget; setScopes((all) => (checked ? [...all, scope] : all.filter((one) => one !== scope))); }} />
          ))}
        </fieldset>
        <UserErrors errors={errors} />
        <div className="row">
          <Button type="submit" loading={fetching} disabled={scopes.length === 0}>{t('clients.add')}</Button>
          <Button variant="default" onClick={close}>{t('cancel')}</Button>
        </div>
      </form>
    </Drawer>
  );
}
