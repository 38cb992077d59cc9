/** Calling an event: of which program, where, from when, for how long, how much, and what residents read. */
import { Button, Drawer, Select, Textarea, TextInput } from '@mantine/core';
import { COMMODITIES, type Commodity } from '@shared/tokens';
import { localInput, ofLocalInput } from '@shared/zones';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { usePreferences, useT } from '../../app/preferences';
import { useZone } from '../../app/viewer';
import { Answer } from '../../ui/Answer';
import { SitePicker } from '../../ui/SitePicker';
import { UserErrors, type Refusal } from '../../ui/UserErrors';
import { CALL, CREATE_PROGRAM, LENGTHS, PROGRAMS } from './documents';
import { lengthText } from './words';

const LOCALES = ['ro', 'ru', 'en'] as const;
const LANGUAGES = { en: 'English', ru: 'Русский', ro: 'Română' } as const;
const LEVELS = [1, 2, 3] as const;
const NEW = 'new';
const HOUR_MS = 3_600_000;
/** A whole hour that leaves people time to read of it. */
const SOON_MS = 2 * HOUR_MS;

interface FormProps {
  close: () => void;
  done: (id: string) => void;
}

export function EventForm({ close, done }: FormProps) {
  const t = useT();
  const [result, ask] = useQuery({ query: PROGRAMS, requestPolicy: 'network-only' });
  return (
    <Drawer opened onClose={close} position="right" size="lg" title={t('dr.call')} closeButtonProps={{ 'aria-label': t('close') }}>
      <Answer result={result} retry={() => ask({ requestPolicy: 'network-only' })} skeleton={600}>
        {({ viewer }) => <Fields programs={viewer.programs} close={close} done={done} />}
      </Answer>
    </Drawer>
  );
}

function Fields({ programs, close, done }: FormProps & { programs: readonly { id: string; name: string }[] }) {
  const { t } = usePreferences();
  const zone = useZone();
  const [, createProgram] = useMutation(CREATE_PROGRAM);
  const [, call] = useMutation(CALL);
  // One form is one event, however often it is sent.
  const [key] = useState(() => crypto.randomUUID());
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const [chosen, setProgram] = useState<string | null>(null);
  const program = chosen ?? programs[0]?.id ?? NEW;
  const [programName, setProgramName] = useState('');
  const [name, setName] = useState('');
  const [site, setSite] = useState<string | null>(null);
  const [commodity, setCommodity] = useState<Commodity | null>('ELECTRICITY');
  const [begin, setBegin] = useState(() => localInput(Math.ceil((Date.now() + SOON_MS) / HOUR_MS) * HOUR_MS, zone));
  const [minutes, setMinutes] = useState(120);
  const [level, setLevel] = useState<number>(1);
  const [words, setWords] = useState({ ro: '', ru: '', en: '' });
  const of = (field: string) => errors.find((one) => one.field === field)?.message;

  const programId = async (): Promise<string | null> => {
    if (program !== NEW) return program;
    const { data: made, error } = await createProgram({ input: { name: programName, idempotencyKey: `${key} ${programName}` } });
    setErrors(error ? [{ code: 'FAILED', message: error.message }] : [...(made?.createProgram.errors ?? [])]);
    return made?.createProgram.program?.id ?? null;
  };
  const send = async () => {
    const startsAt = ofLocalInput(begin, zone);
    if (!site || !startsAt) return;
    setBusy(true);
    const belongs = await programId();
    if (belongs) {
      const messages = LOCALES.filter((one) => words[one].trim()).map((one) => ({ locale: one, text: words[one].trim() }));
      const input = { program: belongs, name, targets: [site], startsAt, durationMinutes: minutes, level, commodity, messages };
      const { data: told, error } = await call({ input: { ...input, idempotencyKey: key } });
      const found = error ? [{ code: 'FAILED', message: error.message }] : [...(told?.dispatchDrEvent.errors ?? [])];
      setErrors(found);
      if (found.length === 0 && told?.dispatchDrEvent.event) done(told.dispatchDrEvent.event.id);
    }
    setBusy(false);
  };
  return (
    <form className="form" onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <p className="hint">{t('dr.callLead')}</p>
      <Select label={t('dr.program')} allowDeselect={false} data={[...programs.map((one) => ({ value: one.id, label: one.name })), { value: NEW, label: t('dr.newProgram') }]} value={program} onChange={setProgram} />
      {program === NEW && <TextInput label={t('dr.programName')} required maxLength={100} value={programName} onChange={(event) => setProgramName(event.currentTarget.value)} />}
      <TextInput label={t('dr.name')} required maxLength={100} value={name} error={of('name')} onChange={(event) => setName(event.currentTarget.value)} />
      <SitePicker label={t('dr.where')} onChange={setSite} />
      <Select label={t('commodity')} placeholder={t('commodity.any')} clearable data={COMMODITIES.map((value) => ({ value, label: t(`commodity.${value}`) }))} value={commodity} onChange={(value) => setCommodity(value as Commodity | null)} />
      <div className="row row-end">
        <TextInput type="datetime-local" label={t('dr.begin')} description={t('timesIn', { zone })} required value={begin} error={of('startsAt')} onChange={(event) => setBegin(event.currentTarget.value)} />
        <Select label={t('dr.length')} allowDeselect={false} data={LENGTHS.map((value) => ({ value: String(value), label: lengthText(t, value) }))} value={String(minutes)} onChange={(value) => setMinutes(Number(value))} />
      </div>
      <Select label={t('dr.levelOf')} allowDeselect={false} data={LEVELS.map((value) => ({ value: String(value), label: `${value} · ${t(`dr.level.${value}`)}` }))} value={String(level)} onChange={(value) => setLevel(Number(value))} />
      <fieldset className="site-picker">
        <legend>{t('dr.words')}</legend>
        <p className="hint">{t('dr.wordsLead')}</p>
        {LOCALES.map((one) => (
          <Textarea key={one} label={LANGUAGES[one]} lang={one} maxLength={500} autosize minRows={2} value={words[one]} onChange={(event) => { const { value } = event.currentTarget; setWords((all) => ({ ...all, [one]: value })); }} />
        ))}
      </fieldset>
      <UserErrors errors={errors} />
      <div className="row">
        <Button type="submit" loading={busy} disabled={!site}>{t('dr.publish')}</Button>
        <Button variant="default" onClick={close}>{t('cancel')}</Button>
      </div>
    </form>
  );
}
