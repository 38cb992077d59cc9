/** A free channel left to a household, which connects its own meter in the app; and those that wait. */
import { Button, Drawer, Select, TextInput } from '@mantine/core';
import { dateTime } from '@shared/dates';
import { COMMODITIES, type Commodity as Word } from '@shared/tokens';
import { formatNumber, unitText } from '@shared/units';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useMutation } from 'urql';
import { graphql, type ResultOf } from '../../api/graphql';
import { usePages } from '../../api/usePages';
import { usePreferences, useT } from '../../app/preferences';
import { useViewer, useZone } from '../../app/viewer';
import { Commodity } from '../../ui/Commodity';
import { FlatPicker } from '../../ui/FlatPicker';
import { PagedTable } from '../../ui/PagedTable';
import { Panel } from '../../ui/Panel';
import { SureButton } from '../../ui/SureButton';
import { UserErrors, type Refusal } from '../../ui/UserErrors';

const OFFERS = graphql(`
  query ChannelOffers($after: String) {
    viewer {
      channelOffers(first: 50, after: $after) {
        edges { node { concentrator { id serial } network channel home sitePath commodity pulseConstant offeredAt lastSeen readings } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);
const OFFER = graphql(`mutation OfferChannel($input: OfferChannelInput!) { offerChannel(input: $input) { done errors { code field message } } }`);

type Offer = ResultOf<typeof OFFERS>['viewer']['channelOffers']['edges'][number]['node'];

/** Units in which meters of a resource are marked. */
const unitOf = (commodity: Word) => (commodity === 'ELECTRICITY' || commodity === 'HEAT' ? 'kWh' : 'm3');

interface FormProps {
  concentrator: string;
  channel: { network: number; address: number };
  close: () => void;
  done: () => void;
}

export function OfferForm({ concentrator, channel, close, done }: FormProps) {
  const { t, locale } = usePreferences();
  const [{ fetching }, offer] = useMutation(OFFER);
  const [premise, setPremise] = useState<string | null>(null);
  const [commodity, setCommodity] = useState<Word>('WATER_COLD');
  const [constant, setConstant] = useState('100');
  const [errors, setErrors] = useState<Refusal[]>([]);
  const send = async () => {
    const { data, error } = await offer({ input: { concentrator, network: channel.network, channel: channel.address, commodity, premise, pulseConstant: constant.replace(',', '.') } });
    const refused = error ? [{ code: 'FAILED', message: error.message }] : (data?.offerChannel.errors ?? []);
    setErrors(refused);
    if (refused.length === 0) done();
  };
  return (
    <Drawer opened onClose={close} position="right" size={460} title={t('offer.drawer', { channel: `${channel.network} / ${channel.address}` })} closeButtonProps={{ 'aria-label': t('close') }}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); void send(); }}>
        <p className="quiet">{t('offer.hint')} {t('offer.lead')}</p>
        <FlatPicker label={t('offer.where')} flat={t('offer.flat')} onChange={setPremise} />
        <Select label={t('commodity')} data={COMMODITIES.map((value) => ({ value, label: t(`commodity.${value}`) }))} value={commodity} onChange={(value) => setCommodity(COMMODITIES.find((one) => one === value) ?? commodity)} allowDeselect={false} />
        <TextInput label={`${t('installation.constant')}, 1/${unitText(unitOf(commodity), locale)}`} inputMode="decimal" pattern="[0-9]+([.,][0-9]+)?" required value={constant} onChange={(event) => setConstant(event.currentTarget.value)} />
        <UserErrors errors={errors} />
        <div className="row">
          <Button type="submit" loading={fetching} disabled={premise === null}>{t('offer.do')}</Button>
          <Button variant="default" onClick={close}>{t('cancel')}</Button>
        </div>
      </form>
    </Drawer>
  );
}

/** Offers that nobody took yet; nothing where there are none. */
export function Offers({ changed }: { changed: () => void }) {
  const { t, locale } = usePreferences();
  const viewer = useViewer();
  const zone = useZone();
  const paged = usePages(OFFERS, {}, (data) => data.viewer.channelOffers);
  if (!paged.error && paged.nodes.length === 0) return null;
  const when = (text: string | null) => (text ? dateTime(Date.parse(text), zone, locale) : '–');
  const installs = viewer.may('metering:install');
  return (
    <Panel flush title={t('offer.title')} hint={t('offer.hint')}>
      <PagedTable
        paged={paged}
        label={t('offer.title')}
        keyOf={(one) => `${one.concentrator.id}/${one.network}/${one.channel}`}
        columns={[{ title: t('offer.to') }, { title: t('commodity') }, { title: t('networks.concentrator') }, { title: t('found.channel') }, { title: t('offer.since') }, { title: t('found.lastSeen') }, ...(installs ? [{ title: <span className="sr">{t('offer.withdraw')}</span> }] : [])]}
        row={(one) => [
          <span key="home"><strong>{one.home}</strong><br /><Link className="hint" to="/sites" search={{ path: one.sitePath }}>{one.sitePath.split('/').slice(-2).join(' · ')}</Link></span>,
          <span key="what"><Commodity commodity={one.commodity as Word} /><br /><span className="hint">{t('offer.pulses', { constant: formatNumber(Number(one.pulseConstant), locale, 0), unit: unitText(unitOf(one.commodity as Word), locale) })}</span></span>,
          <Link key="device" className="nowrap" to="/networks/$id" params={{ id: one.concentrator.id }} search={{}}>{one.concentrator.serial}</Link>,
          `${one.network} / ${one.channel}`,
          when(one.offeredAt),
          <span key="heard">{when(one.lastSeen)}<br /><span className="hint">{t('found.readings')}: {formatNumber(one.readings, locale, 0)}</span></span>,
          ...(installs ? [<Withdraw key="acts" one={one} done={() => { paged.again(); changed(); }} />] : []),
        ]}
        empty={null}
      />
    </Panel>
  );
}

function Withdraw({ one, done }: { one: Offer; done: () => void }) {
  const t = useT();
  const [{ fetching }, offer] = useMutation(OFFER);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const take = async () => {
    const { data, error } = await offer({ input: { concentrator: one.concentrator.serial, network: one.network, channel: one.channel, commodity: one.commodity, pulseConstant: one.pulseConstant, premise: null } });
    const refused = error ? [{ code: 'FAILED', message: error.message }] : (data?.offerChannel.errors ?? []);
    setErrors(refused);
    if (refused.length === 0) done();
  };
  return (
    <div className="row row-end">
      <SureButton sure={t('offer.withdrawSure')} loading={fetching} act={() => void take()}>{t('offer.withdraw')}</SureButton>
      <UserErrors errors={errors} />
    </div>
  );
}
