/** Corrections by CSV or XLSX: first what they would change, then all of them or none. */
import { Button, TextInput } from '@mantine/core';
import { formatNumber, unitText } from '@shared/units';
import { useRef, useState } from 'react';
import { useMutation } from 'urql';
import { graphql, type ResultOf } from '../../api/graphql';
import { usePreferences } from '../../app/preferences';
import { Status } from '../../ui/Status';
import { UserErrors, type Refusal } from '../../ui/UserErrors';
import { GROUP_EFFECTS, GroupEffects } from '../meter/GroupEffects';
import { base64, FileField } from './FileField';

const IMPORT = graphql(`
  mutation ImportCorrections($input: ImportCorrectionsInput!) {
    importCorrections(input: $input) {
      corrections { id unit point { id name meter { id serial } } differences { hour before after } }
      ...GroupEffects
      errors { code field message }
    }
  }
`, [GROUP_EFFECTS]);

type Effect = ResultOf<typeof IMPORT>['importCorrections'];

export function CorrectionFile() {
  const { t, locale } = usePreferences();
  const [{ fetching }, run] = useMutation(IMPORT);
  const [file, setFile] = useState<File | null>(null);
  const [reason, setReason] = useState('');
  const [preview, setPreview] = useState<Effect | null>(null);
  const [done, setDone] = useState(false);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const key = useRef(crypto.randomUUID());
  const send = async (asPreview: boolean) => {
    if (!file) return;
    const xlsx = /\.xlsx$/i.test(file.name);
    const { data, error } = await run({
      input: { file: xlsx ? await base64(file) : await file.text(), format: xlsx ? 'XLSX' : 'CSV', reason, preview: asPreview, idempotencyKey: asPreview ? crypto.randomUUID() : key.current },
    });
    const refused = error ? [{ code: 'FAILED', message: error.message }] : (data?.importCorrections.errors ?? []);
    setErrors(refused);
    setPreview(refused.length === 0 ? (data?.importCorrections ?? null) : null);
    setDone(!asPreview && refused.length === 0);
  };
  const hours = preview?.corrections.reduce((sum, one) => sum + one.differences.length, 0) ?? 0;
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void send(preview === null);
      }}
    >
      <p className="quiet">{t('imports.correctionsLead')}</p>
      <FileField
        accept=".csv,.xlsx,text/csv"
        hint={t('imports.correctionsHint')}
        file={file}
        onFile={(chosen) => {
          setFile(chosen);
          setPreview(null);
          setDone(false);
          setErrors([]);
          key.current = crypto.randomUUID();
        }}
      />
      <TextInput label={t('reason')} required minLength={3} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
      {errors.length > 0 && <Status tone="critical">{t('imports.nothing', { count: errors.length })}</Status>}
      <UserErrors errors={errors} />
      {preview && (
        <>
          <Status tone={done ? 'ok' : 'quiet'}>{t(done ? 'imports.corrected' : 'imports.wouldCorrect', { points: preview.corrections.length, hours })}</Status>
          <GroupEffects of={preview} />
          <div className="table-scroll chart-table" tabIndex={0} role="region" aria-label={t('correct.effect')}>
            <table className="table">
              <thead><tr><th scope="col">{t('meter.serial')}</th><th scope="col">{t('span.hour')}</th><th scope="col" className="number">{t('imports.before')}</th><th scope="col" className="number">{t('imports.after')}</th></tr></thead>
              <tbody>
                {preview.corrections.flatMap((one) => one.differences.map((difference) => (
                  <tr key={`${one.point.id}${difference.hour}`}>
                    <td>{one.point.meter?.serial ?? one.point.name}</td>
                    <td>{difference.hour.slice(0, 16).replace('T', ' ')} UTC</td>
                    <td className="number">{difference.before === null ? '–' : `${formatNumber(difference.before, locale, 3)} ${unitText(one.unit, locale)}`}</td>
                    <td className="number">{difference.after === null ? '–' : `${formatNumber(difference.after, locale, 3)} ${unitText(one.unit, locale)}`}</td>
                  </tr>
                ))).slice(0, 500)}
              </tbody>
            </table>
          </div>
        </>
      )}
      {!done && <div><Button type="submit" disabled={!file} loading={fetching}>{t(preview ? 'correct.apply' : 'correct.preview')}</Button></div>}
    </form>
  );
}
