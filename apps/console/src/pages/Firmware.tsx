/** Firmware of radio modules: published, offered stage by stage, halted. */
import { Button, Drawer, TextInput } from '@mantine/core';
import { dateTime } from '@shared/dates';
import { formatNumber, formatPercent } from '@shared/units';
import { useState } from 'react';
import { useMutation } from 'urql';
import { graphql, type ResultOf } from '../api/graphql';
import { usePages } from '../api/usePages';
import { usePreferences, useT } from '../app/preferences';
import { useViewer, useZone } from '../app/viewer';
import { Empty, FailureNote, Waiting } from '../ui/Answer';
import { PageHead, Panel } from '../ui/Panel';
import { Pages } from '../ui/Pages';
import { Rows } from '../ui/Rows';
import { Status } from '../ui/Status';
import { UserErrors, type Refusal } from '../ui/UserErrors';
import { NetworkViews } from './network/NetworkViews';

const RELEASES = graphql(`
  query FirmwareReleases($after: String) {
    viewer {
      firmwareReleases(first: 20, after: $after) {
        edges {
          node {
            id generation version sha256 size url manifest signature publicKey createdAt createdBy person haltedAt haltReason
            stages { percent beganAt beganBy person modules updated }
          }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);
const PUBLISH = graphql(`mutation PublishFirmware($input: PublishFirmwareInput!) { publishFirmware(input: $input) { release { id } errors { code field message } } }`);
const ADVANCE = graphql(`mutation AdvanceFirmware($id: ID!, $percent: Float!) { advanceFirmware(id: $id, percent: $percent) { release { id } errors { code field message } } }`);
const HALT = graphql(`mutation HaltFirmware($id: ID!, $reason: String!) { haltFirmware(id: $id, reason: $reason) { release { id } errors { code field message } } }`);

type Release = ResultOf<typeof RELEASES>['viewer']['firmwareReleases']['edges'][number]['node'];
/** A few first, then a part, then all: a mistake stays small. */
const STAGES = [1, 5, 20, 50, 100];

export function Firmware() {
  const t = useT();
  const viewer = useViewer();
  const paged = usePages(RELEASES, {}, (data) => data.viewer.firmwareReleases);
  const [publishing, setPublishing] = useState(false);
  const writes = viewer.may('metering:write');
  const publish = writes && <Button variant="default" onClick={() => setPublishing(true)}>{t('firmware.publish')}</Button>;
  return (
    <>
      <PageHead title={t('network.firmware')} lead={t('firmware.lead')} actions={publish} />
      <NetworkViews />
      {paged.error && <FailureNote error={paged.error} retry={paged.again} />}
      {paged.fetching && paged.nodes.length === 0 && <Waiting height={200} shape="rows" />}
      {!paged.fetching && !paged.error && paged.nodes.length === 0 && <Panel><Empty icon="network" title={t('firmware.none')}>{t('firmware.noneLead')}</Empty></Panel>}
      {paged.nodes.map((release) => <OfRelease key={release.id} release={release} again={paged.again} />)}
      {paged.nodes.length > 0 && <Pages shown={paged.nodes.length} more={paged.more} next={paged.next} />}
      {publishing && (
        <Publish
          close={() => setPublishing(false)}
          done={() => {
            setPublishing(false);
            paged.again();
          }}
        />
      )}
    </>
  );
}

function OfRelease({ release, again }: { release: Release; again: () => void }) {
  const { t, locale } = usePreferences();
  const zone = useZone();
  const viewer = useViewer();
  const [{ fetching }, advance] = useMutation(ADVANCE);
  const [, halt] = useMutation(HALT);
  const [reason, setReason] = useState('');
  const [errors, setErrors] = useState<Refusal[]>([]);
  const reached = release.stages.at(-1)?.percent ?? 0;
  const next = STAGES.find((percent) => percent > reached);
  const when = (text: string) => dateTime(Date.parse(text), zone, locale);
  const settle = (error: { message: string } | undefined, refused: readonly Refusal[] | undefined) => {
    setErrors(error ? [{ code: 'FAILED', message: error.message }] : [...(refused ?? [])]);
    again();
  };
  return (
    <Panel
      flush
      title={`${release.generation} ${release.version}`}
      hint={t('firmware.by', { who: release.person ?? release.createdBy, when: when(release.createdAt) })}
      actions={
        release.haltedAt !== null ? <Status tone="critical">{t('firmware.halted')}</Status>
        : reached === 0 ? <Status tone="quiet">{t('firmware.waiting')}</Status>
        : <Status tone="ok">{reached >= 100 ? t('firmware.done') : t('firmware.running', { percent: formatPercent(reached / 100, locale) })}</Status>
      }
    >
      {release.stages.length > 0 && (
        <Rows
          label={t('firmware.stage')}
          columns={[{ title: t('firmware.stage') }, { title: t('firmware.began') }, { title: t('firmware.updated'), number: true }]}
          rows={release.stages.map((stage) => [formatPercent(stage.percent / 100, locale), `${when(stage.beganAt)} · ${stage.person ?? stage.beganBy}`, t('firmware.progress', { updated: stage.updated, modules: stage.modules })])}
        />
      )}
      <div className="panel-note">
        {release.haltReason && <p>{t('firmware.reason', { reason: release.haltReason })}</p>}
        {viewer.may('metering:write') && release.haltedAt === null && (
          <div className="row row-end">
            {next !== undefined && <Button loading={fetching} onClick={() => void advance({ id: release.id, percent: next }).then(({ data, error }) => settle(error, data?.advanceFirmware.errors))}>{t('firmware.advance')} {formatPercent(next / 100, locale)}</Button>}
            {reached > 0 && (
              <form
                className="row row-end"
                onSubmit={(event) => {
                  event.preventDefault();
                  void halt({ id: release.id, reason }).then(({ data, error }) => settle(error, data?.haltFirmware.errors));
                }}
              >
                <TextInput label={t('firmware.haltReason')} required minLength={3} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
                <Button type="submit" color="red">{t('firmware.halt')}</Button>
              </form>
            )}
          </div>
        )}
        <UserErrors errors={errors} />
        <details>
          <summary>{t('firmware.signature')}</summary>
          <dl className="particulars">
            <dt>{t('firmware.url')}</dt><dd className="mono">{release.url}</dd>
            <dt>{t('firmware.size')}</dt><dd>{formatNumber(release.size, locale, 0)}</dd>
            <dt>{t('firmware.sha')}</dt><dd className="mono">{release.sha256}</dd>
            <dt>Ed25519</dt><dd className="mono">{release.signature}</dd>
          </dl>
          <pre className="secret">{release.manifest}</pre>
        </details>
      </div>
    </Panel>
  );
}

function Publish({ close, done }: { close: () => void; done: () => void }) {
  const t = useT();
  const [{ fetching }, publish] = useMutation(PUBLISH);
  const [typed, setTyped] = useState({ generation: '', version: '', sha256: '', size: '', url: '' });
  const [errors, setErrors] = useState<Refusal[]>([]);
  const send = async () => {
    const { data, error } = await publish({ input: { ...typed, size: Number(typed.size) } });
    const refused = error ? [{ code: 'FAILED', message: error.message }] : (data?.publishFirmware.errors ?? []);
    setErrors(refused);
    if (refused.length === 0) done();
  };
  const field = (name: keyof typeof typed, label: string, pattern?: string) => (
    <TextInput label={label} required pattern={pattern} value={typed[name]} onChange={(event) => { const { value } = event.currentTarget; setTyped((all) => ({ ...all, [name]: value })); }} />
  );
  return (
    <Drawer opened onClose={close} position="right" size={480} title={t('firmware.publish')} closeButtonProps={{ 'aria-label': t('close') }}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        {field('generation', t('firmware.generation'))}
        {field('version', t('firmware.version'))}
        {field('url', t('firmware.url'))}
        {field('sha256', t('firmware.sha'), '[0-9a-f]{64}')}
        {field('size', t('firmware.size'), '[0-9]+')}
        <UserErrors errors={errors} />
        <div className="row">
          <Button type="submit" loading={fetching}>{t('firmware.publish')}</Button>
          <Button variant="default" onClick={close}>{t('cancel')}</Button>
        </div>
      </form>
    </Drawer>
  );
}
