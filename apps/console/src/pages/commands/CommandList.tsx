/** Commands with their steps; each step arrives by itself. */
import { Button } from '@mantine/core';
import { clock, dateTime } from '@shared/dates';
import { formatAmount } from '@shared/units';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useMutation, useSubscription } from 'urql';
import { graphql, type ResultOf } from '../../api/graphql';
import { useLive } from '../../api/live';
import { usePages } from '../../api/usePages';
import { usePreferences } from '../../app/preferences';
import { useViewer } from '../../app/viewer';
import { Actor } from '../../ui/Actor';
import { Empty } from '../../ui/Answer';
import { PagedTable } from '../../ui/PagedTable';
import type { Tone } from '../../ui/Panel';
import { Status } from '../../ui/Status';
import { UserErrors, type Refusal } from '../../ui/UserErrors';

const COMMANDS = graphql(`
  query Commands($after: String, $point: ID, $state: CommandState) {
    viewer {
      commands(first: 50, after: $after, point: $point, state: $state) {
        edges {
          node {
            id kind state supply limitKw cause reason requestedBy person requestedAt needsApproval deadline executedAt code
            point { id name meter { id serial } site { id name path timezone } }
            events { before after at actor code }
            reading { at value unit }
          }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);
const CHANGED = graphql(`
  subscription CommandChanged { commandChanged { id state executedAt code deadline events { before after at actor code } reading { at value unit } } }
`);
const APPROVE = graphql(`mutation Approve($input: ApproveCommandInput!) { approveCommand(input: $input) { command { id state } errors { code field message } } }`);
const CANCEL = graphql(`mutation CancelCommand($input: CancelCommandInput!) { cancelCommand(input: $input) { command { id state } errors { code field message } } }`);

export type CommandState = ResultOf<typeof COMMANDS>['viewer']['commands']['edges'][number]['node']['state'];
type Command = ResultOf<typeof COMMANDS>['viewer']['commands']['edges'][number]['node'];

const TONES: Partial<Record<CommandState, Tone>> = {
  AWAITING_APPROVAL: 'warning', EXECUTED: 'ok', VERIFIED: 'ok', REJECTED: 'critical', EXPIRED: 'warning', FAILED: 'critical',
};
const OPEN: readonly CommandState[] = ['DRAFT', 'AWAITING_APPROVAL', 'APPROVED', 'QUEUED'];
const WAY: readonly CommandState[] = ['QUEUED', 'LEASED', 'DELIVERED', 'EXECUTED'];

export function CommandList({ point, state, zone }: { point?: string; state?: CommandState | undefined; zone: string }) {
  const { t, locale } = usePreferences();
  const viewer = useViewer();
  const paged = usePages(COMMANDS, { point: point ?? null, state: state ?? null }, (data) => data.viewer.commands);
  const [{ data }] = useSubscription({ query: CHANGED });
  const { resumed } = useLive();
  const [news, setNews] = useState<ReadonlyMap<string, Partial<Command>>>(new Map());
  const [errors, setErrors] = useState<Refusal[]>([]);
  const [, approve] = useMutation(APPROVE);
  const [, cancel] = useMutation(CANCEL);
  const changed = data?.commandChanged;
  useEffect(() => {
    if (!changed) return;
    setNews((known) => new Map(known).set(changed.id, changed));
    if (!paged.nodes.some((node) => node.id === changed.id)) paged.again();
  }, [changed]);
  useEffect(() => {
    if (resumed > 0) paged.again();
  }, [resumed]);
  const decide = async (command: string, granted: boolean) => {
    const { data: told, error } = await approve({ input: { command, granted, wholeOrder: false } });
    setErrors(error ? [{ code: 'FAILED', message: error.message }] : (told?.approveCommand.errors ?? []));
    paged.again();
  };
  const callBack = async (command: string) => {
    const { data: told, error } = await cancel({ input: { command } });
    setErrors(error ? [{ code: 'FAILED', message: error.message }] : (told?.cancelCommand.errors ?? []));
    paged.again();
  };
  const shown = { ...paged, nodes: paged.nodes.map((node) => ({ ...node, ...news.get(node.id) })) };
  return (
    <>
      {errors.length > 0 && <div style={{ padding: '16px 20px 0' }}><UserErrors errors={errors} /></div>}
      <PagedTable
        paged={shown}
        label={t('nav.commands')}
        keyOf={(node) => node.id}
        columns={[
          { title: t('commands.what') },
          { title: t('commands.state') },
          { title: t('commands.steps') },
          { title: t('commands.asked') },
          { title: <span className="sr">{t('commands.act')}</span> },
        ]}
        row={(node) => {
          const own = node.point?.site.timezone ?? zone;
          return [
            <span>
              <strong>{what(node, t)}</strong>
              {!point && node.point && <><br /><Link to="/meters/$id" params={{ id: node.point.id }} search={{}}>{node.point.meter?.serial ?? node.point.name}</Link></>}
              {node.reading && <span className="quiet"><br />{formatAmount(node.reading.value, node.reading.unit, locale)}, {clock(Date.parse(node.reading.at), own, locale)}</span>}
            </span>,
            <span>
              <Status tone={TONES[node.state] ?? 'quiet'} icon={OPEN.includes(node.state) ? 'clock' : undefined}>{t(`command.${node.state}`)}</Status>
              {node.code && <span className="mono quiet"><br />{node.code}</span>}
            </span>,
            <Steps events={node.events} zone={own} />,
            <span>
              <span className="nowrap">{dateTime(Date.parse(node.requestedAt), own, locale)}</span>
              <span className="quiet"><br /><Actor actor={node.requestedBy} person={node.person} />{node.kind !== 'REQUEST_READING' || node.reason !== 'reading' ? ` · ${node.reason}` : ''}</span>
            </span>,
            <span className="row" style={{ flexWrap: 'nowrap' }}>
              {node.state === 'AWAITING_APPROVAL' && viewer.may('control:approve') && (
                <>
                  <Button size="sm" onClick={() => void decide(node.id, true)}>{t('commands.approve')}</Button>
                  <Button size="sm" variant="default" onClick={() => void decide(node.id, false)}>{t('commands.refuse')}</Button>
                </>
              )}
              {OPEN.includes(node.state) && viewer.may('control:execute') && (
                <Button size="sm" variant="default" onClick={() => void callBack(node.id)}>{t('commands.cancel')}</Button>
              )}
            </span>,
          ];
        }}
        empty={<Empty icon="command" title={t('commands.none')}>{t('commands.noneLead')}</Empty>}
      />
    </>
  );
}

function what(command: Command, t: ReturnType<typeof usePreferences>['t']): string {
  if (command.kind === 'SWITCH_SUPPLY') return t(command.supply === 'OFF' ? 'orders.off' : 'orders.on');
  if (command.kind === 'SET_LOAD_LIMIT') return t('orders.limit', { limit: command.limitKw ?? 0 });
  return t('orders.read');
}

function Steps({ events, zone }: { events: Command['events']; zone: string }) {
  const { t, locale } = usePreferences();
  const reached = new Map(events.map((event) => [event.after, event.at]));
  return (
    <ol className="steps">
      {WAY.map((state) => {
        const at = reached.get(state);
        return (
          <li key={state} className="step" data-done={at !== undefined} title={at ? clock(Date.parse(at), zone, locale) : undefined}>
            <span className="step-dot" /> {t(`command.${state}`)}
          </li>
        );
      })}
    </ol>
  );
}
