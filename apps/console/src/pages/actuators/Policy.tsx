/** What every command is held to: second person, breakers, nights, heating season, holidays. */
import { Button, Checkbox, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { graphql, type ResultOf } from '../../api/graphql';
import { useT } from '../../app/preferences';
import { useViewer } from '../../app/viewer';
import { Answer } from '../../ui/Answer';
import { Panel } from '../../ui/Panel';
import { UserErrors, type Refusal } from '../../ui/UserErrors';

const POLICY = graphql(`
  query CommandPolicy {
    viewer {
      control {
        policy { fourEyesFrom disconnectsPerHour tenantShare networkShare reconnectsPerMinute dwellS noticeDays nightFrom nightTo heatingFrom heatingTo holidays gasReconnect residentsSwitch }
      }
    }
  }
`);
const SET = graphql(`mutation SetCommandPolicy($input: CommandPolicyInput!) { setCommandPolicy(input: $input) { errors { code field message } } }`);

type Known = ResultOf<typeof POLICY>['viewer']['control']['policy'];

const COUNTS = ['fourEyesFrom', 'disconnectsPerHour', 'reconnectsPerMinute', 'dwellS', 'noticeDays', 'nightFrom', 'nightTo', 'heatingFrom', 'heatingTo'] as const;
const SHARES = ['tenantShare', 'networkShare'] as const;
const SWITCHES = ['residentsSwitch', 'gasReconnect'] as const;

export function Policy() {
  const t = useT();
  const [result, again] = useQuery({ query: POLICY, requestPolicy: 'cache-and-network' });
  return (
    <Panel title={t('policy.title')} hint={t('policy.hint')}>
      <Answer result={result} retry={() => again({ requestPolicy: 'network-only' })} skeleton={240}>
        {({ viewer }) => <Form known={viewer.control.policy} />}
      </Answer>
    </Panel>
  );
}

function Form({ known }: { known: Known }) {
  const t = useT();
  const viewer = useViewer();
  const sets = viewer.may('tenant:admin');
  const [{ fetching }, set] = useMutation(SET);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const [saved, setSaved] = useState(false);
  const [typed, setTyped] = useState<Record<string, string>>(() => Object.fromEntries([
    ...COUNTS.map((name) => [name, String(known[name])]),
    ...SHARES.map((name) => [name, String(Math.round(known[name] * 1e4) / 100)]),
    ['holidays', known.holidays.join(', ')],
  ]));
  const [on, setOn] = useState<Record<string, boolean>>({ residentsSwitch: known.residentsSwitch, gasReconnect: known.gasReconnect });
  const of = (name: string) => errors.find((one) => one.field === name || one.field === name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))?.message;
  const send = async () => {
    const input = {
      ...Object.fromEntries(COUNTS.map((name) => [name, Number(typed[name])])),
      ...Object.fromEntries(SHARES.map((name) => [name, Number((typed[name] ?? '').replace(',', '.')) / 100])),
      ...on,
      holidays: (typed.holidays ?? '').split(/[,\s]+/).filter(Boolean),
    };
    const { data, error } = await set({ input });
    const refused = error ? [{ code: 'FAILED', message: error.message }] : (data?.setCommandPolicy.errors ?? []);
    setErrors(refused);
    setSaved(refused.length === 0);
  };
  const field = (name: 'holidays' | (typeof COUNTS)[number] | (typeof SHARES)[number], pattern: string) => (
    <TextInput
      key={name}
      label={t(`policy.${name}`)}
      pattern={pattern}
      required={sets && name !== 'holidays'}
      readOnly={!sets}
      inputMode={name === 'holidays' ? 'text' : 'decimal'}
      value={typed[name] ?? ''}
      error={of(name)}
      onChange={(event) => { const { value } = event.currentTarget; setSaved(false); setTyped((all) => ({ ...all, [name]: value })); }}
    />
  );
  return (
    <form className="form" onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <div className="field-grid field-grid-wide">
        {COUNTS.slice(0, 2).map((name) => field(name, '[0-9]+'))}
        {SHARES.map((name) => field(name, '[0-9]+([.,][0-9]+)?'))}
        {COUNTS.slice(2).map((name) => field(name, '[0-9]+'))}
        {field('holidays', '[0-9, -]*')}
      </div>
      <fieldset className="choices">
        <legend className="sr">{t('policy.title')}</legend>
        {SWITCHES.map((name) => <Checkbox key={name} label={t(`policy.${name}`)} disabled={!sets} checked={on[name] ?? false} onChange={(event) => { const { checked } = event.currentTarget; setSaved(false); setOn((all) => ({ ...all, [name]: checked })); }} />)}
      </fieldset>
      <UserErrors errors={errors} />
      {sets && (
        <div className="row">
          <Button type="submit" variant="default" loading={fetching}>{t('save')}</Button>
          {saved && <span className="quiet" role="status">{t('policy.saved')}</span>}
        </div>
      )}
    </form>
  );
}
