import { useAct } from '@/api/acts';
import { FoundChannels, Household, Meter, PlaceMeter, SaveActuator, type FoundChannelsData } from '@/api/operations.generated';
import { useAnswer } from '@/api/queries';
import { lookedAt } from '@/household/condition';
import { placeOf, titleOf } from '@/household/HomeSwitch';
import type { Home } from '@/household/homes';
import { useHome } from '@/household/useHome';
import { useT } from '@/i18n';
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
import { Empty, Failure } from '@/ui/State';
import { Status } from '@/ui/Status';
import { Toggle } from '@/ui/Toggle';
import { SPACE, useTheme } from '@/theme/theme';
import { COMMODITIES, type Commodity } from '@shared/tokens';
import { HOUR_MS, iso } from '@shared/zones';
import { router } from 'expo-router';
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
  const [placed, setPlaced] = useState<{ id: string; at: number } | null>(null);
  const query = useAnswer(FoundChannels, {}, { freshMs: 0, everyMs: 30_000, enabled: placed === null && may('metering:install') });
  if (!home || !may('metering:install')) {
    return <Screen title={t('install.title')} back="/meters">{household.data ? <Empty icon="shield" title={t('fault.FORBIDDEN')} /> : <Skeleton height={300} />}</Screen>;
  }
  const channels = query.data?.viewer.foundChannels.edges.map(({ node }) => node);
  return (
    <Screen title={t('install.title')} lead={`${titleOf(home)}, ${placeOf(home)}`} back="/meters">
      {placed ? (
        <Placed id={placed.id} at={placed.at} again={() => setPlaced(null)} />
      ) : query.isError && !channels ? (
        <Failure error={query.error} retry={() => void query.refetch()} />
      ) : !channels ? (
        <Skeleton height={300} />
      ) : channels.length === 0 ? (
        <Card><Empty icon="signal" title={t('install.channel.none')} lead={t('install.channel.none.lead')} action={{ label: t('retry'), onPress: () => void query.refetch() }} /></Card>
      ) : (
        <Form home={home} channels={channels} onPlaced={(id) => setPlaced({ id, at: Date.now() })} />
      )}
    </Screen>
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
  const place = useAct(PlaceMeter, Household, FoundChannels);
  const declare = useAct(SaveActuator);
  const channel = channels.find((one) => keyOf(one) === key) ?? channels[0];
  const index = numberIn(start);
  // The meter stands already: whether its valve could be told is said where the supply is switched.
  const finish = (point: string) => (switches ? declare.mutate({ input: { point } }, { onSettled: () => onPlaced(point) }) : onPlaced(point));
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
              lead={one.lastSeen ? t('install.heard', { ago: ago(t, Date.parse(one.lastSeen), now), hours: one.readings }) : t('install.unheard', { ago: ago(t, Date.parse(one.since), now) })}
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
        <Field label={t('install.serial')} value={serial} onChangeText={setSerial} autoCapitalize="characters" autoCorrect={false} wrong={tried && !serial.trim() ? t('install.serial.wrong') : null} />
        {scannerThere && <Button kind="plain" icon="scan" label={t('scan.open')} onPress={() => setScanning(true)} />}
        <Field label={t('install.constant')} hint={t('install.constant.hint')} value={constant} onChangeText={setConstant} inputMode="decimal" wrong={tried && numberIn(constant) === null ? t('rules.limit.wrong') : null} />
        <Field label={t('install.start')} value={start} onChangeText={setStart} inputMode="decimal" wrong={tried && index === null ? t('install.start.wrong') : null} />
        <View style={{ marginHorizontal: -SPACE.normal }}>
          <Toggle label={t(commodity === 'ELECTRICITY' ? 'install.contactor' : 'install.valve')} lead={t('install.switches')} icon="valve" value={switches} onChange={setSwitches} last />
        </View>
        <FaultLine error={place.error} />
        <Button label={t('install.place')} busy={place.isPending || declare.isPending} disabled={!online} onPress={run} />
      </Card>
      <Scanner open={scanning} title={t('scan.meter')} onClose={() => setScanning(false)} onRead={(text) => { setScanning(false); setSerial(text); }} />
    </>
  );
}

/** Until the first hour of the new meter came. */
function Placed({ id, at, again }: { id: string; at: number; again: () => void }) {
  const t = useT();
  const query = useAnswer(Meter, { id, now: lookedAt(useNow() + HOUR_MS) }, { freshMs: 0, everyMs: 15_000 });
  const seen = query.data?.node?.readingAt ? Date.parse(query.data.node.readingAt.at) : null;
  const hours = seen === null ? 0 : Math.max(0, Math.floor((seen - Math.floor(at / HOUR_MS) * HOUR_MS) / HOUR_MS));
  return (
    <Card>
      <Empty icon="ok" title={t('install.done')} />
      <View style={{ alignItems: 'center' }}>
        <Status tone={hours > 0 ? 'ok' : 'accent'} icon="signal" word={hours > 0 ? t('install.seen', { hours }) : t('install.waits')} />
      </View>
      <Button label={t('install.open')} onPress={() => router.dismissTo({ pathname: '/meter/[id]', params: { id } })} />
      <Button kind="quiet" label={t('install.another')} onPress={again} />
    </Card>
  );
}
