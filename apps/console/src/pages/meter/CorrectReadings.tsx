/** Correct, void or restore readings: first what it would change, then the change. */
import { Button, Drawer, SegmentedControl, TextInput } from '@mantine/core';
import { clock, dateTime, inZone } from '@shared/dates';
import { formatNumber, unitText } from '@shared/units';
import { addDays, HOUR_MS, instantOf, iso, isoDate, parseDate, today, type LocalDate } from '@shared/zones';
import { useRef, useState } from 'react';
import { useMutation } from 'urql';
import { graphql, type ResultOf } from '../../api/graphql';
import { usePreferences } from '../../app/preferences';
import { Status } from '../../ui/Status';
import { UserErrors, type Refusal } from '../../ui/UserErrors';
import { GROUP_EFFECTS, GroupEffects } from './GroupEffects';

const CORRECT = graphql(`
  mutation Correct($input: CorrectReadingsInput!) {
    correctReadings(input: $input) {
      corrections { id unit differences { hour before after } }
      ...GroupEffects
      errors { code field message }
    }
  }
`, [GROUP_EFFECTS]);

type Effect = ResultOf<typeof CORRECT>['correctReadings'];
type Kind = 'index' | 'void' | 'restore';

interface CorrectProps {
  point: string;
  zone: string;
  date: LocalDate;
  /** Of the day, from midnight on: the one that is asked about first. */
  first?: number;
  close: () => void;
  done: () => void;
}

export function CorrectReadings({ point, zone, date, first = 0, close, done }: CorrectProps) {
  const { t, locale } = usePreferences();
  const [{ fetching }, correct] = useMutation(CORRECT);
  const [kind, setKind] = useState<Kind>('index');
  const [day, setDay] = useState(isoDate(date));
  const [hour, setHour] = useState(first);
  const [index, setIndex] = useState('');
  const [reason, setReason] = useState('');
  const [preview, setPreview] = useState<Effect | null>(null);
  const [applied, setApplied] = useState(false);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const key = useRef(crypto.randomUUID());
  const chosen = parseDate(day) ?? today(zone, Date.now());
  const midnight = instantOf(chosen, zone);
  // 23 and 25 on the days on which the clock is set.
  const hours = (instantOf(addDays(chosen, 1), zone) - midnight) / HOUR_MS;
  const start = midnight + Math.min(hour, hours - 1) * HOUR_MS;
  const send = async (asPreview: boolean) => {
    const change = { hour: iso(start), index: kind === 'index' ? index.replace(',', '.') : null, void: kind === 'void', restore: kind === 'restore' };
    const { data, error } = await correct({
      input: { point, changes: [change], reason, preview: asPreview, idempotencyKey: asPreview ? crypto.randomUUID() : key.current },
    });
    const told = error ? [{ code: 'FAILED', message: error.message }] : (data?.correctReadings.errors ?? []);
    setErrors(told);
    if (told.length > 0) return setPreview(null);
    setPreview(data?.correctReadings ?? null);
    if (asPreview) return;
    setApplied(true);
    done();
  };
  const edited = <Args extends unknown[]>(set: (...args: Args) => void) => (...args: Args) => {
    set(...args);
    setPreview(null);
  };
  const amount = (value: number | null, unit: string) => (value === null ? '–' : `${formatNumber(value, locale, 3)} ${unitText(unit, locale)}`);
  return (
    <Drawer opened onClose={close} position="right" size={720} title={t('correct.title')} closeButtonProps={{ 'aria-label': t('close') }}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (applied) return close();
          void send(preview === null);
        }}
      >
        {applied && <Status tone="ok">{t('correct.applied')}</Status>}
        <fieldset className="form bare" disabled={applied} hidden={applied}>
        <p className="quiet">{t('correct.lead', { zone })}</p>
        <SegmentedControl
          fullWidth
          aria-label={t('correct.what')}
          value={kind}
          onChange={edited((value: string) => setKind(value as Kind))}
          data={(['index', 'void', 'restore'] as const).map((value) => ({ value, label: t(`correct.${value}`) }))}
        />
        <div className="grid-2">
          <TextInput type="date" label={t('span.date')} required value={day} onChange={edited((event) => setDay(event.currentTarget.value))} />
          <label>
            <span>{t('correct.hour')}</span>
            <select className="field" aria-label={t('correct.hour')} value={hour} onChange={edited((event) => setHour(Number(event.currentTarget.value)))} style={{ width: '100%' }}>
              {Array.from({ length: hours }, (_, one) => {
                const at = midnight + one * HOUR_MS;
                return <option key={one} value={one}>{clock(at, zone, locale)}–{clock(at + HOUR_MS, zone, locale)}</option>;
              })}
            </select>
          </label>
        </div>
        {kind === 'index' && (
          <TextInput
            label={t('correct.register', { time: clock(start + HOUR_MS, zone, locale) })}
            inputMode="decimal"
            required
            pattern="[0-9]+([.,][0-9]+)?"
            value={index}
            onChange={edited((event) => setIndex(event.currentTarget.value))}
          />
        )}
        <TextInput label={t('reason')} required minLength={3} value={reason} onChange={edited((event) => setReason(event.currentTarget.value))} />
        </fieldset>
        <UserErrors errors={errors.map((one) => ({ ...one, message: inZone(one.message, zone, locale) }))} />
        {preview && (
          <div aria-live="polite">
            <h3>{t(applied ? 'correct.changed' : 'correct.effect')}</h3>
            {preview.corrections.every((one) => one.differences.length === 0) && <p className="quiet">{t('correct.noEffect')}</p>}
            <table className="table">
              <tbody>
                {preview.corrections.flatMap((one) => one.differences.slice(0, 50).map((difference) => (
                  <tr key={difference.hour}>
                    <td>{dateTime(Date.parse(difference.hour), zone, locale)}</td>
                    <td className="number">{amount(difference.before, one.unit)}</td>
                    <td className="number">→ <strong>{amount(difference.after, one.unit)}</strong></td>
                  </tr>
                )))}
              </tbody>
            </table>
            <GroupEffects of={preview} day={applied ? day : undefined} />
            <p className="hint">{t(applied ? 'correct.kept' : 'correct.derives')}</p>
          </div>
        )}
        <div className="row">
          <Button type="submit" loading={fetching}>{t(applied ? 'claim.done' : preview ? 'correct.apply' : 'correct.preview')}</Button>
          {!applied && <Button variant="default" onClick={close}>{t('cancel')}</Button>}
        </div>
      </form>
    </Drawer>
  );
}
