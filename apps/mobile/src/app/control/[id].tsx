import { act, codeOf } from '@/api/acts';
import { CommandsAt, RequestReading, SetLoadLimit, SupplyOf, SwitchSupply, type SupplyOfData } from '@/api/operations.generated';
import { useAnswer } from '@/api/queries';
import { Barred } from '@/control/Barred';
import { Confirm } from '@/control/Confirm';
import { LimitCard } from '@/control/LimitCard';
import { Past } from '@/control/Past';
import { Progress } from '@/control/Progress';
import { ended } from '@/control/steps';
import { supplyWord } from '@/control/words';
import type { Home, MeteringPoint } from '@/household/homes';
import { pointName } from '@/household/PointChips';
import { useHome } from '@/household/useHome';
import { useT } from '@/i18n';
import { useOnline } from '@/lib/online';
import { usePreferences } from '@/theme/preferences';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { FaultLine } from '@/ui/Fault';
import { Screen } from '@/ui/Screen';
import { Skeleton } from '@/ui/Skeleton';
import { Empty, Failure } from '@/ui/State';
import { Status } from '@/ui/Status';
import { T } from '@/ui/Text';
import { dateTime } from '@shared/dates';
import { useQueryClient } from '@tanstack/react-query';
import { randomUUID } from 'expo-crypto';
import { router, useLocalSearchParams } from 'expo-router';
import { useRef, useState } from 'react';

type Supply = NonNullable<SupplyOfData['node']>['supply'];
type Order = { kind: 'switch'; state: 'ON' | 'OFF' } | { kind: 'limit'; limitKw: number } | { kind: 'reading' };

/** Ahead of commands the state is read again this often: others may switch it, too. */
const LOOK_MS = 15_000;

export default function ControlScreen() {
  const t = useT();
  const { id = '' } = useLocalSearchParams<{ id: string }>();
  const { homes, may, query } = useHome();
  const home = homes.find(({ points }) => points.some((point) => point.id === id));
  const point = home?.points.find((one) => one.id === id);
  const supply = useAnswer(SupplyOf, { point: id }, { freshMs: 0, everyMs: LOOK_MS, enabled: point !== undefined });
  const told = supply.data?.node?.supply;
  return (
    <Screen title={t('control.title')} {...(point && home ? { lead: pointName(point, home, t(`commodity.${point.commodity}`)) } : {})} back={`/meter/${id}`}>
      {point && home && told ? (
        <Shown point={point} home={home} supply={told} executes={may('control:execute')} />
      ) : query.data && !point ? (
        <Empty icon="command" title={t('fault.FORBIDDEN')} action={{ label: t('meters.title'), onPress: () => router.dismissTo('/meters') }} />
      ) : supply.isError ? (
        <Failure error={supply.error} retry={() => void supply.refetch()} />
      ) : (
        <Skeleton height={240} />
      )}
    </Screen>
  );
}

function Shown({ point, home, supply, executes }: { point: MeteringPoint; home: Home; supply: Supply; executes: boolean }) {
  const t = useT();
  const online = useOnline();
  const query = useAnswer(CommandsAt, { point: point.id }, { freshMs: 0 });
  const [asking, setAsking] = useState<'ON' | 'OFF' | null>(null);
  const { order, running, busy, error, again } = useOrders(point.id);
  const commands = query.data?.viewer.commands.edges.map(({ node }) => node) ?? [];
  const under = running ?? supply.command ?? null;
  const pending = busy || (under !== null && !commands.some(({ id, state }) => id === under && ended(state)));
  const disabled = !online || pending;
  return (
    <>
      <Card>
        <State supply={supply} zone={home.zone} />
        {supply.bar ? <Barred bar={supply.bar} /> : <T tone="quiet">{t(point.commodity === 'ELECTRICITY' ? 'control.lead.electricity' : 'control.lead.valve')}</T>}
        {supply.offered && !online && <T tone="warning">{t('control.offline')}</T>}
        <FaultLine error={error} />
        {supply.offered && supply.state !== 'OFF' && <Button kind="danger" icon="command" label={t('control.switchOff')} busy={busy} disabled={disabled} onPress={() => setAsking('OFF')} />}
        {supply.offered && supply.state !== 'ON' && <Button kind={supply.state === 'OFF' ? 'primary' : 'plain'} icon="command" label={t('control.switchOn')} busy={busy} disabled={disabled} onPress={() => setAsking('ON')} />}
        {executes && <Button kind="plain" icon="refresh" label={t('control.read')} disabled={disabled} onPress={() => void order({ kind: 'reading' })} />}
      </Card>
      {under && <Progress id={under} zone={home.zone} onEnd={again} />}
      {supply.limits && <LimitCard supply={supply} disabled={disabled} onSet={(limitKw) => void order({ kind: 'limit', limitKw })} />}
      <Past commands={commands} zone={home.zone} />
      <Confirm
        open={asking !== null}
        title={t(asking === 'ON' ? 'control.switchOn' : 'control.switchOff')}
        lead={t(asking === 'ON' ? 'control.confirm.on' : 'control.confirm.off', { what: t(`commodity.${point.commodity}`) })}
        word={t(asking === 'ON' ? 'control.word.on' : 'control.word.off')}
        onClose={() => setAsking(null)}
        onConfirm={() => {
          setAsking(null);
          if (asking) void order({ kind: 'switch', state: asking });
        }}
      />
    </>
  );
}

function State({ supply, zone }: { supply: Supply; zone: string }) {
  const t = useT();
  const { language } = usePreferences();
  return (
    <>
      <Status tone={supply.state === 'OFF' ? 'warning' : 'ok'} icon={supply.state === 'OFF' ? 'close' : 'ok'} word={t(supplyWord(supply.state))} />
      {supply.switchedAt !== null && <T size="small" tone="quiet">{t('control.since', { when: dateTime(Date.parse(supply.switchedAt), zone, language) })}</T>}
    </>
  );
}

/** Sends orders; the same thought keeps its key, so that pressing again after a lost answer orders nothing twice. */
function useOrders(point: string) {
  const queries = useQueryClient();
  const [running, setRunning] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const key = useRef<{ order: string; key: string } | null>(null);
  const again = () => [CommandsAt, SupplyOf].forEach(({ name }) => void queries.invalidateQueries({ queryKey: [name] }));
  const order = async (asked: Order) => {
    setError(null);
    setBusy(true);
    const text = JSON.stringify(asked);
    if (key.current?.order !== text) key.current = { order: text, key: randomUUID() };
    try {
      setRunning(await send(point, asked, key.current.key));
      key.current = null;
    } catch (caught) {
      if (codeOf(caught) !== 'OFFLINE') key.current = null;
      setError(caught);
    } finally {
      setBusy(false);
      again();
    }
  };
  return { order, running, busy, error, again };
}

/** Sends an order; the number of its command comes back. */
async function send(point: string, order: Order, key: string): Promise<string | null> {
  if (order.kind === 'switch') return (await act(SwitchSupply, { point, state: order.state, reason: 'own request in the app', key })).switchSupply.command?.id ?? null;
  if (order.kind === 'limit') return (await act(SetLoadLimit, { point, limitKw: order.limitKw, reason: 'set in the app', key })).setLoadLimit.command?.id ?? null;
  return (await act(RequestReading, { point, key })).requestReading.command?.id ?? null;
}
