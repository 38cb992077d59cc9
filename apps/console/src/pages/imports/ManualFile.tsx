/** The file of a manual collector: readings that somebody walked past to get. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useMutation } from 'urql';
import { graphql, type ResultOf } from '../../api/graphql';
import { useT } from '../../app/preferences';
import { Status } from '../../ui/Status';
import { UserErrors, type Refusal } from '../../ui/UserErrors';
import { base64, FileField } from './FileField';

const UPLOAD = graphql(`
  mutation UploadManual($input: UploadManualReadingsInput!) {
    uploadManualReadings(input: $input) { accepted duplicates rejected { sequence code message } errors { code field message } }
  }
`);

type Outcome = ResultOf<typeof UPLOAD>['uploadManualReadings'];

export function ManualFile() {
  const t = useT();
  const [{ fetching }, upload] = useMutation(UPLOAD);
  const [file, setFile] = useState<File | null>(null);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const send = async () => {
    if (!file) return;
    const { data, error } = await upload({ input: { file: await base64(file) } });
    setErrors(error ? [{ code: 'FAILED', message: error.message }] : (data?.uploadManualReadings.errors ?? []));
    setOutcome(data?.uploadManualReadings ?? null);
  };
  return (
    <div className="form">
      <p className="quiet">{t('imports.manualLead')}</p>
      <FileField
        accept=".json,.gz,.msgpack,application/json"
        hint={t('imports.manualHint')}
        file={file}
        onFile={(chosen) => {
          setFile(chosen);
          setOutcome(null);
          setErrors([]);
        }}
      />
      <div><Button disabled={!file} loading={fetching} onClick={() => void send()}>{t('imports.run')}</Button></div>
      <UserErrors errors={errors} />
      {outcome && errors.length === 0 && (
        <>
          <Status tone={outcome.rejected.length ? 'warning' : 'ok'}>
            {t('imports.manualDone', { accepted: outcome.accepted.length, duplicates: outcome.duplicates.length, rejected: outcome.rejected.length })}
          </Status>
          <UserErrors errors={outcome.rejected.map((one) => ({ code: one.code, message: `${one.sequence}: ${one.message}` }))} />
        </>
      )}
    </div>
  );
}
