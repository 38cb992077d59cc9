/** Place a meter on a channel that was found: its hours since then are counted. */
import { Button, Drawer, Select, TextInput } from '@mantine/core';
import { COMMODITIES, type Commodity } from '@shared/tokens';
import { instantOf, iso, isoDate, parseDate, today } from '@shared/zones';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { graphql } from '../../api/graphql';
import { useT } from '../../app/preferences';
import { UserErrors, type Refusal } from '../../ui/UserErrors';

const PLACE = graphql(`mutation PlaceMeter($input: PlaceMeterInput!) { placeMeter(input: $input) { point { id } errors { code field message } } }`);
const SITES = graphql(`query PlaceSites($path: String!) { viewer { site(path: $path) { id name path children { id name path } } } }`);

interface PlaceProps {
  concentrator: string;
  channel: { network: number; address: number; foundAt: string };
  site: { id: string; path: string };
  zone: string;
  close: () => void;
  done: () => void;
}

export function PlaceMeter({ concentrator, channel, site, zone, close, done }: PlaceProps) {
  const t = useT();
  const [{ fetching }, place] = useMutation(PLACE);
  const [{ data }] = useQuery({ query: SITES, variables: { path: site.path } });
  const [at, setAt] = useState(site.id);
  const [serial, setSerial] = useState('');
  const [commodity, setCommodity] = useState<Commodity>('ELECTRICITY');
  const [role, setRole] = useState<'CONSUMER' | 'INLET' | 'COMMON'>('CONSUMER');
  const [premise, setPremise] = useState('');
  const [index, setIndex] = useState('0');
  const [constant, setConstant] = useState('1000');
  const [date, setDate] = useState(() => isoDate(today(zone, Date.parse(channel.foundAt))));
  const [errors, setErrors] = useState<Refusal[]>([]);
  const save = async () => {
    const { data: told, error } = await place({
      input: {
        site: at, commodity, role, meterSerial: serial, premise: premise || null, concentrator, network: channel.network, channel: channel.address,
        installedAt: iso(instantOf(parseDate(date) ?? today(zone, Date.now()), zone)), initialIndex: index.replace(',', '.'), pulseConstant: constant.replace(',', '.'),
      },
    });
    const refused = error ? [{ code: 'FAILED', message: error.message }] : (told?.placeMeter.errors ?? []);
    setErrors(refused);
    if (refused.length === 0) done();
  };
  const places = data?.viewer.site ? [data.viewer.site, ...data.viewer.site.children] : [];
  return (
    <Drawer opened onClose={close} position="right" size={460} title={t('place.title', { channel: `${channel.network} / ${channel.address}` })} closeButtonProps={{ 'aria-label': t('close') }}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Select label={t('place.site')} data={places.map((one) => ({ value: one.id, label: one.path.split('/').slice(-2).join(' · ') }))} value={at} onChange={(value) => value && setAt(value)} allowDeselect={false} />
        <TextInput label={t('meter.serial')} required value={serial} onChange={(event) => setSerial(event.currentTarget.value)} />
        <Select label={t('commodity')} data={COMMODITIES.map((value) => ({ value, label: t(`commodity.${value}`) }))} value={commodity} onChange={(value) => setCommodity(COMMODITIES.find((one) => one === value) ?? 'ELECTRICITY')} allowDeselect={false} />
        <Select label={t('meter.role')} data={(['CONSUMER', 'INLET', 'COMMON'] as const).map((value) => ({ value, label: t(`role.point.${value}`) }))} value={role} onChange={(value) => setRole(value === 'INLET' || value === 'COMMON' ? value : 'CONSUMER')} allowDeselect={false} />
        <TextInput label={t('place.premise')} value={premise} onChange={(event) => setPremise(event.currentTarget.value)} />
        <TextInput type="date" label={t('installation.from')} description={t('timesIn', { zone })} required value={date} onChange={(event) => setDate(event.currentTarget.value)} />
        <TextInput label={t('installation.initial')} inputMode="decimal" required value={index} onChange={(event) => setIndex(event.currentTarget.value)} />
        <TextInput label={t('installation.constant')} description={t('place.constantHint')} required value={constant} onChange={(event) => setConstant(event.currentTarget.value)} />
        <UserErrors errors={errors} />
        <div className="row">
          <Button type="submit" loading={fetching}>{t('place.save')}</Button>
          <Button variant="default" onClick={close}>{t('cancel')}</Button>
        </div>
      </form>
    </Drawer>
  );
}
