/** By which terms alerts of the organisation end, cool down and escalate, and their usual limits. */
import { Button, TextInput } from '@mantine/core';
import { formatNumber, type Locale } from '@shared/units';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { graphql, type ResultOf } from '../../api/graphql';
import { usePreferences, useT } from '../../app/preferences';
import { Answer } from '../../ui/Answer';
import { Panel } from '../../ui/Panel';
import { UserErrors, type Refusal } from '../../ui/UserErrors';
import { limitOf } from '../rules/documents';
import { KINDS } from '../alarms/kinds';

const TERMS = graphql(`query AlertTerms { viewer { alertTerms { escalatesAfterH kinds { kind hysteresis coolDownH limit isUsual } } } }`);
const SAVE = graphql(`
  mutation SaveAlertTerms($input: SaveAlertTermsInput!) {
    saveAlertTerms(input: $input) { terms { escalatesAfterH kinds { kind hysteresis coolDownH limit isUsual } } errors { code field message } }
  }
`);

type Terms = ResultOf<typeof TERMS>['viewer']['alertTerms'];
type KindTerms = Terms['kinds'][number];

/** A row as it is typed: empty where a kind has no such term. */
interface Typed {
  hysteresis: string;
  coolDown: string;
  limit: string;
  /** Left as the product has it. */
  usual: boolean;
}

export function AlertTerms() {
  const t = useT();
  const [result, again] = useQuery({ query: TERMS });
  const retry = () => again({ requestPolicy: 'network-only' });
  return (
    <Panel title={t('terms.title')} hint={t('terms.hint')} flush>
      <Answer result={result} retry={retry} skeleton={360}>
        {({ viewer }) => <Form known={viewer.alertTerms} done={retry} />}
      </Answer>
    </Panel>
  );
}

const amount = (text: string): number | null => (text.trim() === '' ? null : Number(text.replace(',', '.')));

/** What is typed to begin with: the terms as they hold. */
function rowsOf(terms: Terms, locale: Locale): ReadonlyMap<KindTerms['kind'], Typed> {
  const shown = (value: number | null) => (value === null ? '' : formatNumber(value, locale, 1));
  return new Map(terms.kinds.map((one) => [one.kind, {
    hysteresis: shown(one.hysteresis === null ? null : one.hysteresis * 100), coolDown: String(one.coolDownH), limit: shown(one.limit), usual: one.isUsual,
  }]));
}

function Form({ known, done }: { known: Terms; done: () => void }) {
  const { t, locale } = usePreferences();
  const [{ fetching }, save] = useMutation(SAVE);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const [saved, setSaved] = useState(false);
  const [after, setAfter] = useState(String(known.escalatesAfterH));
  const [rows, setRows] = useState(() => rowsOf(known, locale));
  const told = (kind: KindTerms['kind'], part: Partial<Typed>) => {
    setSaved(false);
    setRows((all) => new Map(all).set(kind, { ...all.get(kind)!, usual: false, ...part }));
  };
  const send = async () => {
    const kinds = [...rows].filter(([, row]) => !row.usual).map(([kind, row]) => {
      const share = amount(row.hysteresis);
      return { kind, hysteresis: share === null ? null : share / 100, coolDownH: amount(row.coolDown), limit: amount(row.limit) };
    });
    const { data, error } = await save({ input: { escalatesAfterH: amount(after), kinds } });
    const refused = error ? [{ code: 'FAILED', message: error.message }] : (data?.saveAlertTerms.errors ?? []);
    setErrors(refused);
    setSaved(refused.length === 0);
    const now = data?.saveAlertTerms.terms;
    if (!now) return;
    setRows(rowsOf(now, locale));
    done();
  };
  const ordered = KINDS.flatMap((kind) => known.kinds.filter((one) => one.kind === kind));
  return (
    <form onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <div className="table-scroll" tabIndex={0} role="region" aria-label={t('terms.title')}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('rules.what')}</th><th scope="col">{t('terms.limit')}</th><th scope="col">{t('terms.hysteresis')}</th><th scope="col">{t('terms.coolDown')}</th><th scope="col"><span className="sr">{t('terms.reset')}</span></th>
            </tr>
          </thead>
          <tbody>{ordered.map((one) => <Row key={one.kind} known={one} typed={rows.get(one.kind)!} told={(part) => told(one.kind, part)} />)}</tbody>
        </table>
      </div>
      <div className="form panel-note">
        <TextInput style={{ maxWidth: 320 }} label={t('terms.escalates')} inputMode="numeric" required value={after} onChange={(event) => { setSaved(false); setAfter(event.currentTarget.value); }} />
        <UserErrors errors={errors} />
        <div className="row">
          <Button type="submit" variant="default" loading={fetching}>{t('terms.save')}</Button>
          {saved && <span className="quiet" role="status">{t('settings.saved')}</span>}
        </div>
      </div>
    </form>
  );
}

function Row({ known, typed, told }: { known: KindTerms; typed: Typed; told: (part: Partial<Typed>) => void }) {
  const t = useT();
  const kind = t(`alert.${known.kind}`);
  const unit = KINDS.some((one) => one === known.kind && limitOf(one) === 'hours') ? t('terms.hours') : '%';
  const field = (name: 'limit' | 'hysteresis' | 'coolDown', label: string, suffix: string) => (
    <span className="row nowrap">
      <input className="field number-field" inputMode="decimal" pattern="[0-9]+([.,][0-9]+)?" aria-label={`${kind}, ${label}`} value={typed[name]} onChange={(event) => told({ [name]: event.currentTarget.value })} />
      <span className="quiet">{suffix}</span>
    </span>
  );
  return (
    <tr>
      <th scope="row" style={{ color: 'var(--b-text)' }}>{kind}</th>
      <td>{known.limit === null ? <span className="quiet">–</span> : field('limit', t('terms.limit'), unit)}</td>
      <td>{known.hysteresis === null ? <span className="quiet">–</span> : field('hysteresis', t('terms.hysteresis'), '%')}</td>
      <td>{field('coolDown', t('terms.coolDown'), t('terms.hours'))}</td>
      <td className="nowrap">
        {typed.usual
          ? <span className="quiet">{t('terms.usual')}</span>
          : <Button size="xs" variant="default" onClick={() => told({ usual: true })} aria-label={`${t('terms.reset')}: ${kind}`}>{t('terms.reset')}</Button>}
      </td>
    </tr>
  );
}
