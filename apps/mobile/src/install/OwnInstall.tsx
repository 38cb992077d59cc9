/** A household connects its own meter to a module that was left to its home. */
import { useAct } from '@/api/acts';
import { ConnectOwnMeter, OwnChannels, type OwnChannelsData } from '@/api/operations.generated';
import { useAnswer } from '@/api/queries';
import { useT } from '@/i18n';
import { ago } from '@/i18n/ago';
import { useNow } from '@/lib/now';
import { useOnline } from '@/lib/online';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { FaultLine } from '@/ui/Fault';
import { Field, numberIn } from '@/ui/Field';
import { Row } from '@/ui/Row';
import { Scanner, scannerThere } from '@/ui/Scanner';
import { useState } from 'react';
import { View } from 'react-native';
import { InstallScreen, usePlaced } from './InstallScreen';

type Own = OwnChannelsData['viewer']['ownChannels'][number];

export function OwnInstall() {
  const t = useT();
  const placing = usePlaced(OwnChannels.name);
  const query = useAnswer(OwnChannels, {}, { freshMs: 0, everyMs: 30_000, enabled: placing.placed === null });
  const channels = query.data?.viewer.ownChannels;
  return (
    <InstallScreen lead={channels?.[0]?.home} placing={placing} query={query} channels={channels} none={{ title: t('install.own.none'), lead: t('install.own.none.lead') }}>
      {(some) => <Form channels={some} onPlaced={placing.onPlaced} />}
    </InstallScreen>
  );
}

function Form({ channels, onPlaced }: { channels: readonly Own[]; onPlaced: (id: string) => void }) {
  const t = useT();
  const now = useNow();
  const online = useOnline();
  const [id, setId] = useState(channels[0]?.id ?? '');
  const [serial, setSerial] = useState('');
  const [dial, setDial] = useState('');
  const [tried, setTried] = useState(false);
  const [scanning, setScanning] = useState(false);
  const connect = useAct(ConnectOwnMeter);
  const channel = channels.find((one) => one.id === id) ?? channels[0];
  const index = numberIn(dial);
  const run = () => {
    setTried(true);
    if (!channel || !serial.trim() || index === null) return;
    const input = { channel: channel.id, meterSerial: serial.trim(), initialIndex: String(index) };
    connect.mutate({ input }, { onSuccess: ({ connectOwnMeter }) => connectOwnMeter.point && onPlaced(connectOwnMeter.point.id) });
  };
  return (
    <>
      <Card title={t('install.own.module')} lead={t('install.own.module.lead')} flush style={{ paddingBottom: 4 }}>
        <View role="radiogroup" aria-label={t('install.own.module')}>
          {channels.map((one, position) => (
            <Row
              key={one.id}
              icon={one.commodity}
              title={`${t(`commodity.${one.commodity}`)}: ${t('install.channel.name', { serial: one.concentrator, network: one.network, channel: one.channel })}`}
              lead={one.lastSeen ? t('install.heard', { ago: ago(t, Date.parse(one.lastSeen), now), hours: one.readings }) : t('install.own.unheard')}
              chosen={one === channel}
              onPress={() => setId(one.id)}
              last={position === channels.length - 1}
            />
          ))}
        </View>
      </Card>
      <Card>
        <Field label={t('install.serial')} value={serial} onChangeText={(text) => { setSerial(text); connect.reset(); }} autoCapitalize="characters" autoCorrect={false} wrong={tried && !serial.trim() ? t('install.serial.wrong') : null} />
        {scannerThere && <Button kind="plain" icon="scan" label={t('scan.open')} onPress={() => setScanning(true)} />}
        <Field label={t('install.start')} value={dial} onChangeText={(text) => { setDial(text); connect.reset(); }} inputMode="decimal" wrong={tried && index === null ? t('install.start.wrong') : null} />
        <FaultLine error={connect.error} />
        <Button label={t('install.place')} busy={connect.isPending} disabled={!online} onPress={run} />
      </Card>
      <Scanner open={scanning} title={t('scan.meter')} onClose={() => setScanning(false)} onRead={(text) => { setScanning(false); setSerial(text); }} />
    </>
  );
}
