import { act, codeOf } from '@/api/acts';
import { CommandsAt, RequestReading, SetLoadLimit, SwitchSupply } from '@/api/operations.generated';
import { useAnswer } from '@/api/queries';
import { Confirm } from '@/control/Confirm';
import { Past } from '@/control/Past';
import { Progress } from '@/control/Progress';
import { ended, supplyOf } from '@/control/steps';
import type { Home, MeteringPoint } from '@/household/homes';
import { pointName } from '@/household/PointChips';
import { useHome } from '@/household/useHome';
import { useT } from '@/i18n';
import { useOnline } from '@/lib/online';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { FaultLine } from '@/ui/Fault';
import { Field, numberIn } from '@/ui/Field';
import { Screen } from '@/ui/Screen';
import { Skeleton } from '@/ui/Skeleton';
import { Empty, Failure } from '@/ui/State';
import { Status } from '@/ui/Status';
import { T } from '@/ui/Text';
import { useQueryClient } from '@tanstack/react-query';
import { randomUUID } from 'expo-crypto';
import { router, useLocalSearchParams } from 'expo-router';
import { useRef, useState } from 'react';

export default function ControlScreen() {
  const t = useT();
  const { id = '' } = useLocalSearchParams<{ id: string }>();
  const { homes, may, query } = useHome();
  const home = homes.find(({ points }) => points.some((point) => point.id === id));
  const point = home?.points.find((one) => one.id === id);
  const allowed = may('own-supply:switch') || may('control:execute');
  return (
    <Screen title={t('control.title')} {...(point && home ? { lead: pointName(point, home, t(`commodity.${point.commodity}`)) } : {})} back={`/meter/${id}`}>
      {point && home && allowed ? <Shown point={point} home={home} executes={may('control:execute')} /> : query.data ? <Empty icon="command" title={t('fault.FORBIDDEN')} action={{ label: t('meters.title'), onPress: () => router.dismissTo('/meters') }} /> : <Skeleton height={240} />}
    </Screen>
  );
}

type Order = { kind: 'switch'; state: 'ON' | 'OFF' } | { kind: 'limit'; limitKw: number } | { kind: 'reading' };

function Shown({ point, home, executes }: { point: MeteringPoint; home: Home; executes: boolean }) {
  const t = useT();
  const online = useOnline();
  const queries = useQueryClient();
  const query = useAnswer(CommandsAt, { point: point.id }, { freshMs: 0 });
  const [asking, setAsking] = useState<'ON' | 'OFF' | null>(null);
  const [limit, setLimit] = useState('');
  const [running, setRunning] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  // The same thought keeps its key, so that pressing again after a lost answer orders nothing twice.
  const key = useRef<{ order: string; key: string } | null>(null);
  const commands = query.data?.viewer.commands.edges.map(({ node }) => node) ?? [];
  const under = running ?? commands.find(({ state }) => !ended(state))?.id ?? null;
  const supply = supplyOf(commands);
  const order = async (asked: Order) => {
    setAsking(null);
    setError(null);
    setBusy(true);
    const text = JSON.stringify(asked);
    if (key.current?.order !== text) key.current = { order: text, key: randomUUID() };
    try {
      setRunning(await send(point.id, asked, key.current.key));
      key.current = null;
    } catch (caught) {
      if (codeOf(caught) !== 'OFFLINE') key.current = null;
      setError(caught);
    } finally {
      setBusy(false);
      void queries.invalidateQueries({ queryKey: [CommandsAt.name] });
    }
  };
  if (query.isError && !query.data) return <Failure error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton height={240} />;
  const kw = numberIn(limit);
  const pending = busy || (running !== null && !commands.some(({ id, state }) => id === running && ended(state)));
  return (
    <>
      <Card>
        <Status tone={supply === 'OFF' ? 'warning' : 'ok'} icon={supply === 'OFF' ? 'close' : 'ok'} word={t(supply === 'OFF' ? 'control.off' : supply === 'ON' ? 'control.on' : 'control.unknown')} />
        <T tone="quiet">{t(point.commodity === 'ELECTRICITY' ? 'control.lead.electricity' : 'control.lead.valve')}</T>
        {!online && <T tone="warning">{t('control.offline')}</T>}
        <FaultLine error={error} />
        {supply !== 'OFF' && <Button kind="danger" icon="command" label={t('control.switchOff')} busy={busy} disabled={!online || pending} onPress={() => setAsking('OFF')} />}
        {supply !== 'ON' && <Button kind={supply === 'OFF' ? 'primary' : 'plain'} icon="command" label={t('control.switchOn')} busy={busy} disabled={!online || pending} onPress={() => setAsking('ON')} />}
        {executes && <Button kind="plain" icon="refresh" label={t('control.read')} disabled={!online || pending} onPress={() => void order({ kind: 'reading' })} />}
      </Card>
      {under && <Progress id={under} zone={home.zone} onEnd={() => void queries.invalidateQueries({ queryKey: [CommandsAt.name] })} />}
      {executes && point.commodity === 'ELECTRICITY' && (
        <Card title={t('control.limit')} lead={t('control.limit.lead')}>
          <Field label={t('control.limit.at')} value={limit} onChangeText={setLimit} inputMode="decimal" unit="kW" />
          <Button kind="plain" label={t('control.limit.set')} disabled={!online || pending || kw === null || kw <= 0} onPress={() => kw !== null && void order({ kind: 'limit', limitKw: kw })} />
        </Card>
      )}
      <Past commands={commands} zone={home.zone} />
      <Confirm
        open={asking !== null}
        title={t(asking === 'ON' ? 'control.switchOn' : 'control.switchOff')}
        lead={t(asking === 'ON' ? 'control.confirm.on' : 'control.confirm.off', { what: t(`commodity.${point.commodity}`) })}
        word={t(asking === 'ON' ? 'control.word.on' : 'control.word.off')}
        onClose={() => setAsking(null)}
        onConfirm={() => asking && void order({ kind: 'switch', state: asking })}
      />
    </>
  );
}

/** Sends an order; the number of its command comes back. */
async function send(point: string, order: Order, key: string): Promise<string | null> {
  if (order.kind === 'switch') return (await act(SwitchSupply, { point, state: order.state, reason: 'own request in the app', key })).switchSupply.command?.id ?? null;
  if (order.kind === 'limit') return (await act(SetLoadLimit, { point, limitKw: order.limitKw, reason: 'set in the app', key })).setLoadLimit.command?.id ?? null;
  return (await act(RequestReading, { point, key })).requestReading.command?.id ?? null;
}
