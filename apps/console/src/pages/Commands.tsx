/** The log of commands, what awaits a second person, and whether control is on at all. */
import { Button, Select } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { graphql } from '../api/graphql';
import { useT } from '../app/preferences';
import { useViewer, useZone } from '../app/viewer';
import { Answer } from '../ui/Answer';
import { PageHead, Panel } from '../ui/Panel';
import { Status } from '../ui/Status';
import { UserErrors, type Refusal } from '../ui/UserErrors';
import { CommandList, type CommandState } from './commands/CommandList';

const CONTROL = graphql(`
  query Control {
    viewer {
      control {
        stoppedAt stoppedBy person stoppedEverywhere
        breakers { id network trippedAt disconnects }
        policy { enabled fourEyesFrom disconnectsPerHour switchExpiryS readingExpiryS approvalS }
      }
    }
  }
`);
const POLICY = graphql(`mutation SetPolicy($input: CommandPolicyInput!) { setCommandPolicy(input: $input) { errors { code field message } } }`);
const STOP = graphql(`mutation StopControl($input: StopControlInput!) { stopControl(input: $input) { errors { code field message } } }`);
const CLOSE = graphql(`mutation CloseBreaker($input: CloseBreakerInput!) { closeBreaker(input: $input) { errors { code field message } } }`);
const STATES: readonly CommandState[] = ['AWAITING_APPROVAL', 'QUEUED', 'LEASED', 'DELIVERED', 'EXECUTED', 'VERIFIED', 'REJECTED', 'CANCELLED', 'EXPIRED', 'FAILED'];

export function Commands() {
  const t = useT();
  const zone = useZone();
  const search = useSearch({ from: '/commands' });
  const navigate = useNavigate({ from: '/commands' });
  const state = STATES.find((one) => one === search.state);
  return (
    <>
      <PageHead title={t('nav.commands')} lead={t('commands.lead')} />
      <ControlState />
      <Panel
        flush
        title={t('commands.log')}
        actions={
          <Select
            aria-label={t('commands.state')}
            placeholder={t('commands.anyState')}
            clearable
            data={STATES.map((value) => ({ value, label: t(`command.${value}`) }))}
            value={state ?? null}
            onChange={(value) => void navigate({ search: { state: value ?? undefined } })}
          />
        }
      >
        <CommandList state={state} zone={zone} />
      </Panel>
    </>
  );
}

function ControlState() {
  const t = useT();
  const viewer = useViewer();
  const [result, ask] = useQuery({ query: CONTROL });
  const again = () => ask({ requestPolicy: 'network-only' });
  const [errors, setErrors] = useState<Refusal[]>([]);
  const [, setPolicy] = useMutation(POLICY);
  const [, stop] = useMutation(STOP);
  const [, closeBreaker] = useMutation(CLOSE);
  const act = async (told: Promise<{ error?: { message: string } | undefined; data?: Record<string, { errors: Refusal[] }> | undefined }>) => {
    const { error, data } = await told;
    setErrors(error ? [{ code: 'FAILED', message: error.message }] : Object.values(data ?? {}).flatMap((one) => one.errors));
    again();
  };
  return (
    <Answer result={result} retry={again} skeleton={88}>
      {({ viewer: { control } }) => {
        const stopped = control.stoppedAt !== null || control.stoppedEverywhere;
        const { policy } = control;
        return (
          <Panel>
            <div className="spread">
              <div>
                <Status tone={stopped ? 'critical' : policy.enabled ? 'ok' : 'quiet'}>
                  {t(stopped ? 'control.stopped' : policy.enabled ? 'control.on' : 'control.off')}
                </Status>
                <p className="hint">
                  {policy.enabled ? t('control.rules', { eyes: policy.fourEyesFrom, most: policy.disconnectsPerHour, minutes: Math.round(policy.switchExpiryS / 60) }) : t('control.offLead')}
                </p>
              </div>
              <div className="row">
                {viewer.may('tenant:admin') && (
                  <Button variant="default" onClick={() => void act(setPolicy({ input: { enabled: !policy.enabled } }).then(told))}>
                    {t(policy.enabled ? 'control.turnOff' : 'control.turnOn')}
                  </Button>
                )}
                {policy.enabled && (viewer.may('control:execute') || viewer.may('control:approve')) && !control.stoppedEverywhere && (
                  <Button color="red" variant={stopped ? 'default' : 'filled'} onClick={() => void act(stop({ input: { reason: t('control.byConsole'), stopped: !stopped, everywhere: false } }).then(told))}>
                    {t(stopped ? 'control.goOn' : 'control.stop')}
                  </Button>
                )}
              </div>
            </div>
            {control.breakers.map((breaker) => (
              <div className="spread" key={breaker.id} style={{ marginTop: 12 }}>
                <Status tone="critical">{t('control.breaker', { count: breaker.disconnects })}</Status>
                {viewer.may('control:approve') && (
                  <Button variant="default" onClick={() => void act(closeBreaker({ input: { breaker: breaker.id } }).then(told))}>{t('control.closeBreaker')}</Button>
                )}
              </div>
            ))}
            <UserErrors errors={errors} />
          </Panel>
        );
      }}
    </Answer>
  );
}

function told(result: { error?: { message: string } | undefined; data?: unknown }) {
  return { error: result.error, data: result.data as Record<string, { errors: Refusal[] }> | undefined };
}
