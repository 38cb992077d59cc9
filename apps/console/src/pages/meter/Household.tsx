/** Who lives in the flat, from when; move in and out. */
import { Button, NumberInput, TextInput } from '@mantine/core';
import { dateTime } from '@shared/dates';
import { instantOf, iso, isoDate, parseDate, today } from '@shared/zones';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { graphql } from '../../api/graphql';
import { usePreferences } from '../../app/preferences';
import { useViewer } from '../../app/viewer';
import { Answer, Empty } from '../../ui/Answer';
import { UserErrors } from '../../ui/UserErrors';
import { PremiseFacts } from './PremiseForm';

const RESIDENTS = graphql(`
  query Residents($id: ID!) {
    node(id: $id) { id ... on Premise { residents { id name persons movedInAt movedOutAt } } }
  }
`);
const MOVE_IN = graphql(`mutation MoveIn($input: MoveInInput!) { moveIn(input: $input) { resident { id } errors { code field message } } }`);
const MOVE_OUT = graphql(`mutation MoveOut($input: MoveOutInput!) { moveOut(input: $input) { resident { id } errors { code field message } } }`);

export function Household({ premise, zone }: { premise: string; zone: string }) {
  const { t, locale } = usePreferences();
  const viewer = useViewer();
  const [result, ask] = useQuery({ query: RESIDENTS, variables: { id: premise } });
  const again = () => ask({ requestPolicy: 'network-only' });
  const [, moveOut] = useMutation(MOVE_OUT);
  const [errors, setErrors] = useState<{ code: string; message: string }[]>([]);
  const writes = viewer.may('residents:write');
  const leave = async (resident: string) => {
    const { data } = await moveOut({ input: { resident, at: iso(Date.now()) } });
    setErrors(data?.moveOut.errors ?? []);
    again();
  };
  return (
    <div className="stack" style={{ padding: 20 }}>
      <PremiseFacts id={premise} mayWrite={viewer.may('metering:write')} />
      <UserErrors errors={errors} />
      <Answer result={result} retry={again} skeleton={80}>
        {({ node }) => {
          const residents = node && 'residents' in node ? node.residents : [];
          return (
            <>
              {residents.length === 0 && <Empty icon="people" title={t('household.none')}>{t('household.noneLead')}</Empty>}
              {residents.map((one) => (
                <div key={one.id} className="spread">
                  <span>
                    <strong>{one.name}</strong>{' '}
                    <span className="quiet">
                      {one.persons !== null && `${t('household.persons', { count: one.persons })} · `}
                      {dateTime(Date.parse(one.movedInAt), zone, locale)} – {one.movedOutAt ? dateTime(Date.parse(one.movedOutAt), zone, locale) : t('household.lives')}
                    </span>
                  </span>
                  {writes && !one.movedOutAt && <Button variant="default" onClick={() => void leave(one.id)}>{t('household.out')}</Button>}
                </div>
              ))}
              {writes && residents.every((one) => one.movedOutAt) && <MoveIn premise={premise} zone={zone} done={again} />}
            </>
          );
        }}
      </Answer>
    </div>
  );
}

function MoveIn({ premise, zone, done }: { premise: string; zone: string; done: () => void }) {
  const { t } = usePreferences();
  const [{ fetching }, moveIn] = useMutation(MOVE_IN);
  const [name, setName] = useState('');
  const [accountNumber, setAccount] = useState('');
  const [persons, setPersons] = useState<number | string>('');
  const [date, setDate] = useState(() => isoDate(today(zone, Date.now())));
  const [errors, setErrors] = useState<{ code: string; message: string }[]>([]);
  const save = async () => {
    const at = iso(instantOf(parseDate(date) ?? today(zone, Date.now()), zone));
    const { data, error } = await moveIn({ input: { premise, name, accountNumber, at, persons: typeof persons === 'number' ? persons : null } });
    const told = error ? [{ code: 'FAILED', message: error.message }] : (data?.moveIn.errors ?? []);
    setErrors(told);
    if (told.length === 0) done();
  };
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <UserErrors errors={errors} />
      <div className="grid-2">
        <TextInput label={t('household.name')} required value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <TextInput label={t('household.account')} required value={accountNumber} onChange={(event) => setAccount(event.currentTarget.value)} />
        <NumberInput label={t('household.personsLabel')} min={1} max={50} value={persons} onChange={setPersons} />
        <TextInput type="date" label={t('household.from')} required value={date} onChange={(event) => setDate(event.currentTarget.value)} />
      </div>
      <div><Button type="submit" loading={fetching}>{t('household.in')}</Button></div>
    </form>
  );
}
