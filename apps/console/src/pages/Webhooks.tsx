/** Endpoints of integrators: the secret once, what was delivered, and delivering it again. */
import { Button, MultiSelect, TextInput } from '@mantine/core';
import { dateTime } from '@shared/dates';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { graphql } from '../api/graphql';
import { usePages } from '../api/usePages';
import { usePreferences } from '../app/preferences';
import { useZone } from '../app/viewer';
import { Answer, Empty } from '../ui/Answer';
import { PagedTable } from '../ui/PagedTable';
import { PageHead, Panel, type Tone } from '../ui/Panel';
import { Status } from '../ui/Status';
import { UserErrors, type Refusal } from '../ui/UserErrors';
import { KINDS, type AlertKind } from './alarms/kinds';

const HOOKS = graphql(`query Webhooks { viewer { webhooks { id url kinds events description createdAt } } }`);
const CREATE = graphql(`
  mutation CreateWebhook($input: CreateWebhookInput!) { createWebhook(input: $input) { webhook { id url } secret errors { code field message } } }
`);
const REMOVE = graphql(`mutation RemoveWebhook($input: RemoveWebhookInput!) { removeWebhook(input: $input) { done errors { code field message } } }`);
const REPLAY = graphql(`mutation ReplayDelivery($input: ReplayDeliveryInput!) { replayDelivery(input: $input) { done errors { code field message } } }`);
const DELIVERIES = graphql(`
  query Deliveries($after: String) {
    viewer { webhooks { id url deliveries(first: 20, after: $after) {
      edges { node { id event kind state attempts createdAt sentAt response body } } pageInfo { hasNextPage endCursor } } } }
  }
`);

/** What endpoints may hear of besides alerts. */
const EVENTS = ['FINDING_OPENED', 'FINDING_CONFIRMED', 'COMMAND_DONE', 'COMMAND_FAILED', 'CONCENTRATOR_SILENT', 'CONCENTRATOR_BACK'] as const;
type HookEvent = (typeof EVENTS)[number];

export function Webhooks() {
  const { t, locale } = usePreferences();
  const zone = useZone();
  const { hook } = useSearch({ from: '/webhooks' });
  const navigate = useNavigate({ from: '/webhooks' });
  const [result, read] = useQuery({ query: HOOKS });
  const again = () => read({ requestPolicy: 'network-only' });
  const [errors, setErrors] = useState<Refusal[]>([]);
  const [, remove] = useMutation(REMOVE);
  return (
    <>
      <PageHead title={t('nav.webhooks')} lead={t('hooks.lead')} />
      <Create made={again} />
      <Panel flush title={t('hooks.title')}>
        <UserErrors errors={errors} />
        <Answer result={result} retry={again}>
          {({ viewer }) =>
            viewer.webhooks.length === 0 ? (
              <Empty icon="network" title={t('hooks.none')}>{t('hooks.noneLead')}</Empty>
            ) : (
              <div className="table-scroll" tabIndex={0} role="region" aria-label={t('hooks.title')}>
                <table className="table">
                  <thead>
                    <tr><th scope="col">{t('hooks.url')}</th><th scope="col">{t('hooks.kinds')}</th><th scope="col">{t('hooks.events')}</th><th scope="col">{t('alerts.since')}</th><th scope="col"><span className="visually-hidden">{t('hooks.deliveries')}</span></th></tr>
                  </thead>
                  <tbody>
                    {viewer.webhooks.map((one) => (
                      <tr key={one.id}>
                        <td><span className="mono">{one.url}</span>{one.description && <span className="quiet"><br />{one.description}</span>}</td>
                        <td>{one.kinds.length === 0 ? t('hooks.allKinds') : one.kinds.map((kind) => t(`alert.${kind}`)).join(', ')}</td>
                        <td>{one.events.length === 0 ? <span className="quiet">{t('hooks.noEvents')}</span> : one.events.map((event) => t(`hooks.event.${event}`)).join(', ')}</td>
                        <td className="nowrap">{dateTime(Date.parse(one.createdAt), zone, locale)}</td>
                        <td>
                          <span className="row">
                            <Button size="xs" variant="default" onClick={() => void navigate({ search: { hook: one.id } })}>{t('hooks.show')}</Button>
                            <Button size="xs" variant="default" onClick={() => void remove({ input: { webhook: one.id } }).then((told) => {
                              setErrors([...(told.data?.removeWebhook.errors ?? [])]);
                              again();
                            })}>{t('hooks.remove')}</Button>
                          </span>
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )
          }
        </Answer>
      </Panel>
      {hook && <Delivered key={hook} hook={hook} />}
    </>
  );
}

function Create({ made }: { made: () => void }) {
  const { t } = usePreferences();
  const [url, setUrl] = useState('');
  const [description, setDescription] = useState('');
  const [kinds, setKinds] = useState<AlertKind[]>([]);
  const [events, setEvents] = useState<HookEvent[]>([]);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const [secret, setSecret] = useState<{ url: string; secret: string } | null>(null);
  const [{ fetching }, create] = useMutation(CREATE);
  const submit = async () => {
    const told = await create({ input: { url: url.trim(), kinds, events, description: description.trim() || null } });
    const done = told.data?.createWebhook;
    setErrors(told.error ? [{ code: 'FAILED', message: told.error.message }] : [...(done?.errors ?? [])]);
    if (!done?.secret || !done.webhook) return;
    setSecret({ url: done.webhook.url, secret: done.secret });
    setUrl('');
    setDescription('');
    setKinds([]);
    setEvents([]);
    made();
  };
  return (
    <Panel title={t('hooks.new')}>
      {secret ? (
        <div className="form" role="status">
          <h3>{t('hooks.secret', { url: secret.url })}</h3>
          <p className="quiet">{t('hooks.secretLead')}</p>
          <code className="secret">{secret.secret}</code>
          <div className="row">
            <Button variant="default" onClick={() => void navigator.clipboard.writeText(secret.secret)}>{t('claim.copy')}</Button>
            <Button onClick={() => setSecret(null)}>{t('claim.done')}</Button>
          </div>
        </div>
      ) : (
        <form className="form" onSubmit={(event) => { event.preventDefault(); void submit(); }}>
          <TextInput type="url" label={t('hooks.url')} description={t('hooks.urlHint')} required value={url} onChange={(event) => setUrl(event.currentTarget.value)} />
          <TextInput label={t('hooks.description')} value={description} onChange={(event) => setDescription(event.currentTarget.value)} />
          <MultiSelect
            label={t('hooks.kinds')}
            placeholder={kinds.length === 0 ? t('hooks.allKinds') : undefined}
            data={KINDS.filter((kind) => kind !== 'AWAY').map((value) => ({ value, label: t(`alert.${value}`) }))}
            value={kinds}
            onChange={(values) => setKinds(KINDS.filter((kind) => values.includes(kind)))}
          />
          <MultiSelect
            label={t('hooks.events')}
            placeholder={events.length === 0 ? t('hooks.noEvents') : undefined}
            data={EVENTS.map((value) => ({ value, label: t(`hooks.event.${value}`) }))}
            value={events}
            onChange={(values) => setEvents(EVENTS.filter((event) => values.includes(event)))}
          />
          <UserErrors errors={errors} />
          <Button type="submit" loading={fetching}>{t('hooks.create')}</Button>
        </form>
      )}
    </Panel>
  );
}

const TONES: Record<'WAITING' | 'SENT' | 'KEPT' | 'FAILED', Tone> = { WAITING: 'quiet', SENT: 'ok', KEPT: 'quiet', FAILED: 'critical' };

function Delivered({ hook }: { hook: string }) {
  const { t, locale } = usePreferences();
  const zone = useZone();
  const paged = usePages(DELIVERIES, {}, (data) => data.viewer.webhooks.find((one) => one.id === hook)?.deliveries);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const [, replay] = useMutation(REPLAY);
  return (
    <Panel flush title={t('hooks.deliveries')}>
      <UserErrors errors={errors} />
      <PagedTable
        paged={paged}
        label={t('hooks.deliveries')}
        keyOf={(node) => node.id}
        columns={[{ title: t('hooks.event') }, { title: t('hooks.when') }, { title: t('alerts.state') }, { title: t('hooks.answer') }, { title: '' }]}
        row={(node) => [
          <span><span className="mono">{node.event}</span><span className="quiet"><br />{node.kind === null ? '' : t(`alert.${node.kind}`)}</span></span>,
          <span className="nowrap">{dateTime(Date.parse(node.sentAt ?? node.createdAt), zone, locale)}</span>,
          <Status tone={TONES[node.state]}>{t(`hooks.state.${node.state}`, { count: node.attempts })}</Status>,
          <span className="mono">{node.response ?? '–'}</span>,
          <Button size="xs" variant="default" onClick={() => void replay({ input: { delivery: node.id } }).then((told) => {
            setErrors([...(told.data?.replayDelivery.errors ?? [])]);
            paged.again();
          })}>{t('hooks.replay')}</Button>,
        ]}
        empty={<Empty icon="network" title={t('hooks.noDeliveries')}>{t('hooks.noneLead')}</Empty>}
      />
    </Panel>
  );
}
