/** Sites, meters and channels by file: all of it or nothing, with the line of each refusal. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useMutation } from 'urql';
import { graphql, type ResultOf } from '../../api/graphql';
import { useT } from '../../app/preferences';
import { Status } from '../../ui/Status';
import { UserErrors, type Refusal } from '../../ui/UserErrors';
import { base64, FileField } from './FileField';

const IMPORT = graphql(`
  mutation ImportMetering($input: ImportMeteringInput!) {
    importMetering(input: $input) { rows created updated devices { serial secret } errors { code field message } }
  }
`);

type Outcome = ResultOf<typeof IMPORT>['importMetering'];

export function MeteringFile() {
  const t = useT();
  const [{ fetching }, run] = useMutation(IMPORT);
  const [file, setFile] = useState<File | null>(null);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const send = async () => {
    if (!file) return;
    const xlsx = /\.xlsx$/i.test(file.name);
    const { data, error } = await run({ input: { file: xlsx ? await base64(file) : await file.text(), format: xlsx ? 'XLSX' : 'CSV', idempotencyKey: crypto.randomUUID() } });
    setErrors(error ? [{ code: 'FAILED', message: error.message }] : (data?.importMetering.errors ?? []));
    setOutcome(data && data.importMetering.errors.length === 0 ? data.importMetering : null);
  };
  return (
    <div className="form">
      <p className="quiet">{t('imports.meteringLead')}</p>
      <FileField
        accept=".csv,.xlsx,text/csv"
        hint={t('imports.meteringHint')}
        file={file}
        onFile={(chosen) => {
          setFile(chosen);
          setOutcome(null);
          setErrors([]);
        }}
      />
      <div><Button disabled={!file} loading={fetching} onClick={() => void send()}>{t('imports.run')}</Button></div>
      {errors.length > 0 && <Status tone="critical">{t('imports.nothing', { count: errors.length })}</Status>}
      <UserErrors errors={errors} />
      {outcome && (
        <>
          <Status tone="ok">{t('imports.done', { rows: outcome.rows ?? 0, created: outcome.created ?? 0, updated: outcome.updated ?? 0 })}</Status>
          {outcome.devices.length > 0 && (
            <div>
              <h3>{t('imports.secrets')}</h3>
              <p className="hint">{t('imports.secretsHint')}</p>
              <dl className="facts mono">{outcome.devices.map((device) => <div key={device.serial} style={{ display: 'contents' }}><dt>{device.serial}</dt><dd>{device.secret}</dd></div>)}</dl>
            </div>
          )}
        </>
      )}
    </div>
  );
}
