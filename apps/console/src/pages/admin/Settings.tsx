/** What administrators set for all of their organisation, and what is set for them. */
import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useMutation } from 'urql';
import { graphql } from '../../api/graphql';
import { BrandMark } from '../../app/BrandMark';
import { useT } from '../../app/preferences';
import { useViewer } from '../../app/viewer';
import { PageHead, Panel } from '../../ui/Panel';
import { UserErrors, type Refusal } from '../../ui/UserErrors';
import { AlertTerms } from './AlertTerms';

const SET = graphql(`mutation SetMapTiles($input: SetMapTilesInput!) { setMapTiles(input: $input) { mapTiles { url attribution } errors { code field message } } }`);

export function Settings() {
  const t = useT();
  const { tenant, may } = useViewer();
  return (
    <>
      <PageHead title={t('settings.title')} lead={t('settings.lead')} />
      <Panel title={t('settings.facts')} hint={t('settings.plan')}>
        <dl className="facts">
          <dt>{t('members.name')}</dt>
          <dd className="row" style={{ justifyContent: 'flex-end' }}><BrandMark brand={tenant.brand} name={tenant.name} size={24} own /> {tenant.brand.name ?? tenant.name}</dd>
          <dt>{t('settings.number')}</dt><dd>{tenant.id}</dd>
          <dt>{t('tenants.zone')}</dt><dd>{tenant.timezone}</dd>
          <dt>{t('settings.link')}</dt><dd className="mono">{`${location.origin}/console/?seat=${tenant.id}`}</dd>
        </dl>
      </Panel>
      <MapForm />
      {may('alerts:read') && <AlertTerms />}
    </>
  );
}

function MapForm() {
  const t = useT();
  const { tenant } = useViewer();
  const [{ fetching }, set] = useMutation(SET);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const [saved, setSaved] = useState(false);
  const [url, setUrl] = useState(tenant.mapTiles?.url ?? '');
  const [attribution, setAttribution] = useState(tenant.mapTiles?.attribution ?? '');
  const of = (field: string) => errors.find((one) => one.field === field)?.message;
  const send = async () => {
    const { data, error } = await set({ input: { url: url.trim() || null, attribution: attribution.trim() || null } });
    const refused = error ? [{ code: 'FAILED', message: error.message }] : (data?.setMapTiles.errors ?? []);
    setErrors(refused);
    setSaved(refused.length === 0);
  };
  return (
    <Panel title={t('settings.map')} hint={t('settings.mapHint')}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); void send(); }}>
        <TextInput label={t('settings.tiles')} description={t('settings.tilesHint')} placeholder="https://tiles.example/{z}/{x}/{y}.png" maxLength={500} value={url} error={of('url')} onChange={(event) => setUrl(event.currentTarget.value)} />
        <TextInput label={t('settings.attribution')} placeholder="© OpenStreetMap contributors" maxLength={200} value={attribution} error={of('name')} onChange={(event) => setAttribution(event.currentTarget.value)} />
        <UserErrors errors={errors} />
        <div className="row">
          <Button type="submit" variant="default" loading={fetching}>{t('save')}</Button>
          {saved && <span className="row" role="status"><span className="quiet">{t('settings.saved')}</span><Button size="xs" variant="default" onClick={() => location.reload()}>{t('settings.reload')}</Button></span>}
        </div>
      </form>
    </Panel>
  );
}
