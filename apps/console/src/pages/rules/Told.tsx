/** How a person is told: zone, quiet hours, the digest, and each kind over each channel. */
import { Button, Select, TextInput } from '@mantine/core';
import { LOCALES } from '@shared/units';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { useT } from '../../app/preferences';
import { Answer } from '../../ui/Answer';
import { Panel } from '../../ui/Panel';
import { UserErrors, type Refusal } from '../../ui/UserErrors';
import { CHANNELS, MODES, PREFERENCES, SAVE_PREFERENCES, type Channel, type Mode, type Preferences } from './documents';

const LANGUAGES = { en: 'English', ru: 'Русский', ro: 'Română' } as const;
const FIELD: Record<Channel, 'push' | 'email' | 'sms'> = { PUSH: 'push', EMAIL: 'email', SMS: 'sms' };

export function Told() {
  const t = useT();
  const [result, again] = useQuery({ query: PREFERENCES, requestPolicy: 'cache-and-network' });
  return (
    <Panel title={t('rules.told')} hint={t('rules.toldHint')}>
      <Answer result={result} retry={() => again({ requestPolicy: 'network-only' })} skeleton={320}>
        {({ viewer }) => <Form known={viewer.notificationPreferences} />}
      </Answer>
    </Panel>
  );
}

function Form({ known }: { known: Preferences }) {
  const t = useT();
  const [{ fetching }, save] = useMutation(SAVE_PREFERENCES);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const [saved, setSaved] = useState(false);
  const [typed, setTyped] = useState({ zone: known.zone, locale: known.locale, digestAt: known.digestAt, quietFrom: known.quietFrom ?? '', quietUntil: known.quietUntil ?? '', phone: known.phone ?? '' });
  const [kinds, setKinds] = useState(known.kinds);
  const told = (part: Partial<typeof typed>) => { setSaved(false); setTyped((all) => ({ ...all, ...part })); };
  const of = (field: string) => errors.find((one) => one.field === field)?.message;
  const send = async () => {
    const { data, error } = await save({
      input: {
        ...typed,
        quietFrom: typed.quietFrom || null,
        quietUntil: typed.quietUntil || null,
        phone: typed.phone.replaceAll(' ', '') || null,
        kinds: kinds.map(({ kind, push, email, sms }) => ({ kind, push, email, sms })),
      },
    });
    const refused = error ? [{ code: 'FAILED', message: error.message }] : (data?.saveNotificationPreferences.errors ?? []);
    setErrors(refused);
    setSaved(refused.length === 0);
  };
  const field = (name: keyof typeof typed, label: string, more: Record<string, unknown> = {}) => (
    <TextInput label={label} value={typed[name]} error={of(name)} onChange={(event) => told({ [name]: event.currentTarget.value })} {...more} />
  );
  return (
    <form className="form" onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <div className="field-grid">
        {field('quietFrom', t('rules.quietFrom'), { type: 'time' })}
        {field('quietUntil', t('rules.quietUntil'), { type: 'time' })}
        {field('digestAt', t('rules.digestAt'), { type: 'time', required: true })}
        {field('zone', t('rules.zone'), { required: true })}
        <Select label={t('rules.language')} data={LOCALES.map((value) => ({ value, label: LANGUAGES[value] }))} value={typed.locale} allowDeselect={false} onChange={(value) => value && told({ locale: value })} />
        {field('phone', t('rules.phone'), { type: 'tel', placeholder: '+37369123456' })}
      </div>
      <p className="hint">{known.email ? t('rules.toEmail', { email: known.email }) : t('rules.noEmail')}</p>
      <div className="table-scroll" tabIndex={0} role="region" aria-label={t('rules.told')}>
        <table className="table">
          <thead><tr><th scope="col">{t('rules.what')}</th>{CHANNELS.map((one) => <th key={one} scope="col">{t(`rules.${one}`)}</th>)}</tr></thead>
          <tbody>
            {kinds.map((row) => (
              <tr key={row.kind}>
                <th scope="row">{t(`alert.${row.kind}`)}</th>
                {CHANNELS.map((one) => (
                  <td key={one}>
                    <select
                      className="field"
                      aria-label={`${t(`alert.${row.kind}`)}, ${t(`rules.${one}`)}`}
                      value={row[FIELD[one]]}
                      onChange={(event) => {
                        const mode = event.currentTarget.value as Mode;
                        setSaved(false);
                        setKinds((all) => all.map((each) => (each.kind === row.kind ? { ...each, [FIELD[one]]: mode } : each)));
                      }}
                    >
                      {MODES.map((mode) => <option key={mode} value={mode}>{t(`rules.${mode}`)}</option>)}
                    </select>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <UserErrors errors={errors} />
      <div className="row">
        <Button type="submit" variant="default" loading={fetching}>{t('save')}</Button>
        {saved && <span className="quiet" role="status">{t('rules.saved')}</span>}
      </div>
    </form>
  );
}
