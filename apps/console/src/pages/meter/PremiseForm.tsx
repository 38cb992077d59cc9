/** What is known of a flat: area, people, rooms, norms, and how it is heated. */
import { Button, Drawer, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { graphql, type ResultOf } from '../../api/graphql';
import { usePreferences, useT } from '../../app/preferences';
import { Answer } from '../../ui/Answer';
import { UserErrors, type Refusal } from '../../ui/UserErrors';
import { formatNumber } from '@shared/units';

const PREMISE = graphql(`
  query PremiseOf($id: ID!) {
    node(id: $id) { id ... on Premise { name areaM2 persons rooms normKwhMonth normM3Month heating radiators { riser count } site { id } } }
  }
`);
const SAVE = graphql(`
  mutation SavePremise($input: SavePremiseInput!) {
    savePremise(input: $input) {
      premise { id name areaM2 persons rooms normKwhMonth normM3Month heating radiators { riser count } }
      errors { code field message }
    }
  }
`);

type Premise = Extract<NonNullable<ResultOf<typeof PREMISE>['node']>, { heating: unknown }>;

const HEATINGS = ['HOUSE', 'OWN', 'WAIVED'] as const;
const FIGURES = ['areaM2', 'persons', 'rooms', 'normKwhMonth', 'normM3Month'] as const;

/** What is known of the flat, with a way to change it. */
export function PremiseFacts({ id, mayWrite }: { id: string; mayWrite: boolean }) {
  const { t, locale } = usePreferences();
  const [editing, setEditing] = useState(false);
  const [result, again] = useQuery({ query: PREMISE, variables: { id } });
  return (
    <Answer result={result} retry={() => again({ requestPolicy: 'network-only' })} skeleton={80}>
      {({ node }) => {
        if (!node || !('heating' in node)) return null;
        return (
          <section aria-label={t('premise.title', { name: node.name })}>
            <div className="spread">
              <h3>{t('premise.title', { name: node.name })}</h3>
              {mayWrite && <Button variant="default" size="sm" onClick={() => setEditing(true)}>{t('premise.change')}</Button>}
            </div>
            <dl className="facts" style={{ maxWidth: 520 }}>
              {FIGURES.map((name) => (
                <div key={name} style={{ display: 'contents' }}>
                  <dt>{t(`premise.${name}`)}</dt>
                  <dd>{node[name] === null ? '–' : formatNumber(node[name], locale)}</dd>
                </div>
              ))}
              <dt>{t('premise.heating')}</dt>
              <dd>{t(`premise.heating.${node.heating}`)}</dd>
              {node.radiators.length > 0 && <><dt>{t('premise.radiators')}</dt><dd>{radiatorText(node.radiators)}</dd></>}
            </dl>
            {editing && <Form premise={node} close={() => setEditing(false)} />}
          </section>
        );
      }}
    </Answer>
  );
}

const radiatorText = (radiators: readonly { riser: string; count: number }[]) => radiators.map(({ riser, count }) => `${riser}: ${count}`).join('; ');

/** Risers and counts as they are written, `R1: 2; R2: 1`; null where a part is none. */
export function radiatorsOf(text: string): { riser: string; count: number }[] | null {
  const parts = text.split(';').map((part) => part.trim()).filter(Boolean);
  const found = parts.map((part) => /^(.+):\s*(\d+)$/.exec(part)).map((match) => (match ? { riser: (match[1] ?? '').trim(), count: Number(match[2]) } : null));
  return found.some((one) => one === null) ? null : (found as { riser: string; count: number }[]);
}

function Form({ premise, close }: { premise: Premise; close: () => void }) {
  const t = useT();
  const [{ fetching }, save] = useMutation(SAVE);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const [typed, setTyped] = useState(() => Object.fromEntries(FIGURES.map((name) => [name, premise[name] === null ? '' : String(premise[name])])) as Record<(typeof FIGURES)[number], string>);
  const [heating, setHeating] = useState<(typeof HEATINGS)[number]>(premise.heating);
  const [radiators, setRadiators] = useState(radiatorText(premise.radiators));
  const risers = radiatorsOf(radiators);
  const of = (field: string) => errors.find((one) => one.field === field)?.message;
  const send = async () => {
    const number = (name: (typeof FIGURES)[number]) => (typed[name].trim() === '' ? null : typed[name].trim().replace(',', '.'));
    const whole = (name: (typeof FIGURES)[number]) => (number(name) === null ? null : Number(number(name)));
    const { data, error } = await save({
      input: {
        site: premise.site.id,
        name: premise.name,
        areaM2: number('areaM2'),
        persons: whole('persons'),
        rooms: whole('rooms'),
        normKwhMonth: number('normKwhMonth'),
        normM3Month: number('normM3Month'),
        heating,
        radiators: risers,
      },
    });
    const refused = error ? [{ code: 'FAILED', message: error.message }] : (data?.savePremise.errors ?? []);
    setErrors(refused);
    if (refused.length === 0) close();
  };
  return (
    <Drawer opened onClose={close} position="right" size={460} title={t('premise.title', { name: premise.name })} closeButtonProps={{ 'aria-label': t('close') }}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); void send(); }}>
        <div className="field-grid">
          {FIGURES.map((name) => (
            <TextInput
              key={name}
              label={t(`premise.${name}`)}
              inputMode="decimal"
              pattern={name === 'persons' || name === 'rooms' ? '[0-9]+' : '[0-9]+([.,][0-9]+)?'}
              value={typed[name]}
              error={of(name) ?? of(FIELDS[name])}
              onChange={(event) => { const { value } = event.currentTarget; setTyped((all) => ({ ...all, [name]: value })); }}
            />
          ))}
        </div>
        <Select label={t('premise.heating')} allowDeselect={false} data={HEATINGS.map((value) => ({ value, label: t(`premise.heating.${value}`) }))} value={heating} onChange={(value) => setHeating(HEATINGS.find((one) => one === value) ?? heating)} />
        <TextInput label={t('premise.radiators')} description={t('premise.radiatorsHint')} placeholder="R1: 2; R2: 1" value={radiators} error={risers === null ? t('premise.radiatorsHint') : undefined} onChange={(event) => setRadiators(event.currentTarget.value)} />
        <p className="hint">{t('premise.stays')}</p>
        <UserErrors errors={errors} />
        <div className="row">
          <Button type="submit" loading={fetching} disabled={risers === null}>{t('save')}</Button>
          <Button variant="default" onClick={close}>{t('cancel')}</Button>
        </div>
      </form>
    </Drawer>
  );
}

/** What the back end calls a figure that it refuses. */
const FIELDS: Record<(typeof FIGURES)[number], string> = { areaM2: 'area_m2', persons: 'persons', rooms: 'rooms', normKwhMonth: 'norm_kwh_month', normM3Month: 'norm_m3_month' };
