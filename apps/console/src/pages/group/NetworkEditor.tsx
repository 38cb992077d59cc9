/** Tell the conductors of a house whole: sections from the inlet outwards, and who hangs where. */
import { Button, Modal, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useMutation } from 'urql';
import { graphql } from '../../api/graphql';
import { usePages } from '../../api/usePages';
import { useT } from '../../app/preferences';
import { Waiting } from '../../ui/Answer';
import { Icon } from '../../ui/Icon';
import { UserErrors, type Refusal } from '../../ui/UserErrors';
import type { HouseNetwork } from './Losses';

const SAVE = graphql(`
  mutation SaveHouseNetwork($input: SaveHouseNetworkInput!) {
    saveHouseNetwork(input: $input) { network { savedAt } errors { code field message } }
  }
`);
const CONSUMERS = graphql(`
  query NetworkConsumers($under: ID!, $after: String) {
    viewer {
      meteringPoints(first: 100, after: $after, under: $under, commodity: ELECTRICITY, role: CONSUMER) {
        edges { node { id name phase meter { id serial } premise { id name } } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);

interface Section {
  name: string;
  parent: string;
  length: string;
  material: 'COPPER' | 'ALUMINIUM';
  area: string;
  neutral: string;
}

interface Hung {
  section: string;
  movable: boolean;
}

interface EditorProps {
  group: string;
  site: string;
  known: HouseNetwork | null;
  close: () => void;
  done: () => void;
}

const FIRST: Section = { name: 'main', parent: '', length: '20', material: 'COPPER', area: '16', neutral: '16' };
const DECIMAL = '[0-9]+([.,][0-9]+)?';
const number = (text: string) => Number(text.replace(',', '.'));

const told = (known: HouseNetwork): Section[] =>
  known.sections.map((one) => ({
    name: one.name, parent: one.parent ?? '', length: String(one.lengthM), material: one.material, area: String(one.areaMm2), neutral: String(one.neutralMm2),
  }));

export function NetworkEditor({ group, site, known, close, done }: EditorProps) {
  const t = useT();
  const [{ fetching }, save] = useMutation(SAVE);
  const paged = usePages(CONSUMERS, { under: site }, (data) => data.viewer.meteringPoints);
  const [sections, setSections] = useState(() => (known ? told(known) : [FIRST]));
  const [hung, setHung] = useState<Record<string, Hung>>(() => Object.fromEntries((known?.consumers ?? []).flatMap((one) => (one.point ? [[one.point.id, { section: one.section, movable: one.movable }]] : []))));
  const [volts, setVolts] = useState(String(known?.volts ?? 230));
  const [factor, setFactor] = useState(String(known?.powerFactor ?? 0.95));
  const [errors, setErrors] = useState<Refusal[]>([]);
  const { more, fetching: loading, next } = paged;
  useEffect(() => {
    if (more && !loading) next();
  }, [more, loading, next]);
  const edit = (at: number, change: Partial<Section>) => setSections((all) => all.map((one, index) => (index === at ? { ...one, ...change } : one)));
  const hang = (point: string, change: Partial<Hung>) => setHung((all) => ({ ...all, [point]: { ...(all[point] ?? { section: '', movable: true }), ...change } }));
  const names = sections.map((one) => one.name).filter(Boolean);
  const send = async () => {
    const consumers = Object.entries(hung).filter(([, one]) => one.section).map(([point, one]) => ({ point, ...one }));
    const { data, error } = await save({
      input: {
        group, volts: number(volts), powerFactor: number(factor), consumers,
        sections: sections.map((one) => ({ name: one.name, parent: one.parent || null, lengthM: number(one.length), material: one.material, areaMm2: number(one.area), neutralMm2: number(one.neutral) })),
      },
    });
    const refused = error ? [{ code: 'FAILED', message: error.message }] : (data?.saveHouseNetwork.errors ?? []);
    setErrors(refused);
    if (refused.length === 0) done();
  };
  return (
    <Modal opened onClose={close} size="min(1080px, 100%)" title={t('network.edit')} closeButtonProps={{ 'aria-label': t('close') }}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <p className="quiet">{t('network.editLead')}</p>
        <div className="row">
          <TextInput label={t('network.volts')} inputMode="decimal" pattern={DECIMAL} required value={volts} onChange={(event) => setVolts(event.currentTarget.value)} />
          <TextInput label={t('network.powerFactor')} inputMode="decimal" pattern={DECIMAL} required value={factor} onChange={(event) => setFactor(event.currentTarget.value)} />
        </div>
        <div className="table-scroll" tabIndex={0} role="region" aria-label={t('losses.sections')}>
          <table className="table">
            <thead><tr>{(['name', 'parent', 'length', 'material', 'area', 'neutral'] as const).map((one) => <th key={one} scope="col">{t(`network.${one}`)}</th>)}<th><span className="sr">{t('commands.act')}</span></th></tr></thead>
            <tbody>
              {sections.map((one, at) => {
                const label = (word: 'name' | 'parent' | 'length' | 'material' | 'area' | 'neutral') => `${t(`network.${word}`)}, ${one.name || at + 1}`;
                return (
                  <tr key={at}>
                    <td><input className="field" aria-label={label('name')} required value={one.name} onChange={(event) => edit(at, { name: event.currentTarget.value })} /></td>
                    <td>
                      <select className="field" aria-label={label('parent')} value={one.parent} onChange={(event) => edit(at, { parent: event.currentTarget.value })}>
                        <option value="">{t('network.inlet')}</option>
                        {names.filter((name) => name !== one.name).map((name) => <option key={name}>{name}</option>)}
                      </select>
                    </td>
                    <td><input className="field field-short" aria-label={label('length')} inputMode="decimal" pattern={DECIMAL} required value={one.length} onChange={(event) => edit(at, { length: event.currentTarget.value })} /></td>
                    <td>
                      <select className="field" aria-label={label('material')} value={one.material} onChange={(event) => edit(at, { material: event.currentTarget.value === 'ALUMINIUM' ? 'ALUMINIUM' : 'COPPER' })}>
                        <option value="COPPER">{t('network.COPPER')}</option>
                        <option value="ALUMINIUM">{t('network.ALUMINIUM')}</option>
                      </select>
                    </td>
                    <td><input className="field field-short" aria-label={label('area')} inputMode="decimal" pattern={DECIMAL} required value={one.area} onChange={(event) => edit(at, { area: event.currentTarget.value })} /></td>
                    <td><input className="field field-short" aria-label={label('neutral')} inputMode="decimal" pattern={DECIMAL} required value={one.neutral} onChange={(event) => edit(at, { neutral: event.currentTarget.value })} /></td>
                    <td><button type="button" className="tool" aria-label={t('network.remove', { name: one.name || String(at + 1) })} onClick={() => setSections((all) => all.filter((_, index) => index !== at))}><Icon name="close" size={18} /></button></td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
        <div><Button variant="default" onClick={() => setSections((all) => [...all, { ...FIRST, name: '', parent: all.at(-1)?.name ?? '' }])}>{t('network.addSection')}</Button></div>
        <h3>{t('network.consumers')}</h3>
        {paged.nodes.length === 0 && loading ? <Waiting height={160} /> : (
          <div className="table-scroll" style={{ maxHeight: 360 }} tabIndex={0} role="region" aria-label={t('network.consumers')}>
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{t('meter')}</th><th scope="col">{t('losses.split')}</th>
                  <th scope="col">
                    <label className="row">{t('network.all')}
                      <select className="field" value="" onChange={(event) => paged.nodes.forEach((point) => hang(point.id, { section: event.currentTarget.value }))}>
                        <option value="">–</option>
                        {names.map((name) => <option key={name}>{name}</option>)}
                      </select>
                    </label>
                  </th>
                  <th scope="col">{t('network.movable')}</th>
                </tr>
              </thead>
              <tbody>
                {paged.nodes.map((point) => {
                  const name = [point.meter?.serial ?? point.name, point.premise?.name].filter(Boolean).join(' · ');
                  return (
                    <tr key={point.id}>
                      <td>{name}</td>
                      <td>{point.phase ?? '–'}</td>
                      <td>
                        <select className="field" aria-label={`${t('losses.section')}, ${name}`} value={hung[point.id]?.section ?? ''} onChange={(event) => hang(point.id, { section: event.currentTarget.value })}>
                          <option value="">{t('network.nowhere')}</option>
                          {names.map((one) => <option key={one}>{one}</option>)}
                        </select>
                      </td>
                      <td><input type="checkbox" aria-label={`${t('network.movable')}, ${name}`} checked={hung[point.id]?.movable ?? true} onChange={(event) => hang(point.id, { movable: event.currentTarget.checked })} /></td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
        )}
        <UserErrors errors={errors} />
        <div className="row">
          <Button type="submit" loading={fetching}>{t('save')}</Button>
          <Button variant="default" onClick={close}>{t('cancel')}</Button>
        </div>
      </form>
    </Modal>
  );
}
