import { useAct } from '@/api/acts';
import { FoundChannels, OfferChannel, PlaceMeter, SaveActuator, type FoundChannelsData } from '@/api/operations.generated';
import { useAnswer } from '@/api/queries';
import { placeOf, titleOf } from '@/household/HomeSwitch';
import type { Home } from '@/household/homes';
import { useHome } from '@/household/useHome';
import { useT } from '@/i18n';
import { InstallScreen, usePlaced } from '@/install/InstallScreen';
import { OwnInstall } from '@/install/OwnInstall';
import { ago } from '@/i18n/ago';
import { useNow } from '@/lib/now';
import { useOnline } from '@/lib/online';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Chips } from '@/ui/Chips';
import { FaultLine } from '@/ui/Fault';
import { Field, numberIn } from '@/ui/Field';
import { Row } from '@/ui/Row';
import { Scanner, scannerThere } from '@/ui/Scanner';
import { Screen } from '@/ui/Screen';
import { Skeleton } from '@/ui/Skeleton';
import { Empty } from '@/ui/State';
import { Toggle } from '@/ui/Toggle';
import { SPACE, useTheme } from '@/theme/theme';
import { COMMODITIES, type Commodity } from '@shared/tokens';
import { HOUR_MS, iso } from '@shared/zones';
import { useState } from 'react';
import { View } from 'react-native';

type Found = FoundChannelsData['viewer']['foundChannels']['edges'][number]['node'];

const keyOf = (one: Found) => `${one.concentrator.id} ${one.network} ${one.channel}`;
/** What meters of each resource usually count. */
const USUAL: Record<Commodity, string> = { ELECTRICITY: '1000', WATER_COLD: '1000', WATER_HOT: '1000', GAS: '100', HEAT: '1' };

/** A meter on a channel that the network hears: channel, resource, serial, dial; then it is seen. */
export default function Install() {
  const t = useT();
  const { home, may, query: household } = useHome();
  const placing = usePlaced(FoundChannels.name);
  const query = useAnswer(FoundChannels, {}, { freshMs: 0, everyMs: 30_000, enabled: placing.placed === null && may('metering:install') });
  if (!may('metering:install') && may('own-meters:install')) return <OwnInstall />;
  if (!home || !may('metering:install')) {
    return <Screen title={t('install.title')} back="/meters">{household.data ? <Empty icon="shield" title={t('fault.FORBIDDEN')} /> : <Skeleton height={300} />}</Screen>;
  }
  const channels = query.data?.viewer.foundChannels.edges.map(({ node }) => node);
  return (
    <InstallScreen lead={`${titleOf(home)}, ${placeOf(home)}`} placing={placing} query={query} channels={channels} none={{ title: t('install.channel.none'), lead: t('install.channel.none.lead') }}>
      {(some) => <Form home={home} channels={some} onPlaced={placing.onPlaced} />}
    </InstallScreen>
  );
}

function Form({ home, channels, onPlaced }: { home: Home; channels: readonly Found[]; onPlaced: (id: string) => void }) {
  const t = useT();
  const now = useNow();
  const online = useOnline();
  const { c } = useTheme();
  const [key, setKey] = useState(channels[0] ? keyOf(channels[0]) : '');
  const [commodity, setCommodity] = useState<Commodity>('ELECTRICITY');
  const [serial, setSerial] = useState('');
  const [constant, setConstant] = useState(USUAL.ELECTRICITY);
  const [start, setStart] = useState('');
  const [switches, setSwitches] = useState(false);
  const [tried, setTried] = useState(false);
  const [scanning, setScanning] = useState(false);
  const [leaves, setLeaves] = useState(false);
  const place = useAct(PlaceMeter);
  const offer = useAct(OfferChannel, FoundChannels);
  const declare = useAct(SaveActuator);
  const channel = channels.find((one) => keyOf(one) === key) ?? channels[0];
  const index = numberIn(start);
  // The meter stands already: whether its valve could be told is said where the supply is switched.
  const finish = (point: string) => (switches ? declare.mutate({ input: { point } }, { onSettled: () => onPlaced(point) }) : onPlaced(point));
  const leave = () => {
    setTried(true);
    if (!channel || numberIn(constant) === null) return;
    const where = { concentrator: channel.concentrator.serial, network: channel.network, channel: channel.channel };
    offer.mutate({ input: { ...where, commodity, pulseConstant: constant.trim().replace(',', '.'), premise: home.id } }, { onSuccess: () => setTried(false) });
  };
  const run = () => {
    setTried(true);
    if (!channel || !serial.trim() || index === null || numberIn(constant) === null) return;
    const input = {
      meterSerial: serial.trim(), installedAt: iso(Math.floor(Date.now() / HOUR_MS) * HOUR_MS), initialIndex: String(index), pulseConstant: constant.trim().replace(',', '.'),
      concentrator: channel.concentrator.serial, network: channel.network, channel: channel.channel,
      site: home.points[0]?.site.id ?? '', premise: home.flat, commodity, role: 'CONSUMER' as const,
    };
    place.mutate({ input }, { onSuccess: ({ placeMeter }) => placeMeter.point && finish(placeMeter.point.id) });
  };
  return (
    <>
      <Card title={t('install.channel')} lead={t('install.channel.lead')} flush style={{ paddingBottom: 4 }}>
        <View role="radiogroup" aria-label={t('install.channel')}>
          {channels.map((one, position) => (
            <Row
              key={keyOf(one)}
              icon="signal"
              title={t('install.channel.name', { serial: one.concentrator.serial, network: one.network, channel: one.channel })}
              lead={one.offeredTo ? t('install.left', { home: one.offeredTo }) : one.lastSeen ? t('install.heard', { ago: ago(t, Date.parse(one.lastSeen), now), hours: one.readings }) : t('install.unheard', { ago: ago(t, Date.parse(one.since), now) })}
              chosen={one === channel}
              onPress={() => setKey(keyOf(one))}
              last={position === channels.length - 1}
            />
          ))}
        </View>
      </Card>
      <Chips
        label={t('install.resource')}
        value={commodity}
        chips={COMMODITIES.map((value) => ({ value, label: t(`commodity.${value}`), icon: value, colour: c[value] }))}
        onChange={(value) => { setCommodity(value as Commodity); setConstant(USUAL[value as Commodity]); }}
      />
      <Card>
        {home.flat !== null && <View style={{ marginHorizontal: -SPACE.normal }}>
          <Toggle label={t('install.leave')} lead={t('install.leave.lead')} icon="people" value={leaves} onChange={setLeaves} last />
        </View>}
        {!leaves && <Field label={t('install.serial')} value={serial} onChangeText={setSerial} autoCapitalize="characters" autoCorrect={false} wrong={tried && !serial.trim() ? t('install.serial.wrong') : null} />}
        {!leaves && scannerThere && <Button kind="plain" icon="scan" label={t('scan.open')} onPress={() => setScanning(true)} />}
        <Field label={t('install.constant')} hint={t('install.constant.hint')} value={constant} onChangeText={setConstant} inputMode="decimal" wrong={tried && numberIn(constant) === null ? t('rules.limit.wrong') : null} />
        {!leaves && <Field label={t('install.start')} value={start} onChangeText={setStart} inputMode="decimal" wrong={tried && index === null ? t('install.start.wrong') : null} />}
        {!leaves && <View style={{ marginHorizontal: -SPACE.normal }}>
          <Toggle label={t(commodity === 'ELECTRICITY' ? 'install.contactor' : 'install.valve')} lead={t('install.switches')} icon="valve" value={switches} onChange={setSwitches} last />
        </View>}
        <FaultLine error={leaves ? offer.error : place.error} />
        {leaves ? (
          <Button label={t('install.leave.do', { home: home.flat ?? '' })} busy={offer.isPending} disabled={!online} onPress={leave} />
        ) : (
          <Button label={t('install.place')} busy={place.isPending || declare.isPending} disabled={!online} onPress={run} />
        )}
      </Card>
      <Scanner open={scanning} title={t('scan.meter')} onClose={() => setScanning(false)} onRead={(text) => { setScanning(false); setSerial(text); }} />
    </>
  );
}
