/** One event: who takes part, as it happens; moving it, calling it off, and what came of it. */
import { clock, dateTime, fullDate } from '@shared/dates';
import { Link, useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useMutation, useQuery, useSubscription } from 'urql';
import { useLive } from '../../api/live';
import { usePreferences } from '../../app/preferences';
import { useViewer } from '../../app/viewer';
import { Answer, Empty } from '../../ui/Answer';
import { Figure, Figures, PageHead, Panel } from '../../ui/Panel';
import { SureButton } from '../../ui/SureButton';
import { UserErrors, type Refusal } from '../../ui/UserErrors';
import { CANCEL, EVENT, PROGRESS, type DrEventNode } from './documents';
import { MoveForm } from './MoveForm';
import { Participants } from './Participants';
import { Results } from './Results';
import { EventState, lengthText, placesText } from './words';

export function Event() {
  const { t, locale } = usePreferences();
  const { id } = useParams({ from: '/demand-response/$id' });
  const [result, ask] = useQuery({ query: EVENT, variables: { id, locale } });
  const again = () => ask({ requestPolicy: 'network-only' });
  const [{ data: progress }] = useSubscription({ query: PROGRESS, variables: { id } });
  const { resumed } = useLive();
  useEffect(() => {
    if (progress || resumed > 0) again();
  }, [progress, resumed]);
  return (
    <Answer result={result} retry={again} skeleton={500}>
      {({ viewer }) => (viewer.drEvent ? <Shown event={viewer.drEvent} again={again} /> : <Panel><Empty icon="clock" title={t('dr.absent')} /></Panel>)}
    </Answer>
  );
}

function Shown({ event, again }: { event: DrEventNode; again: () => void }) {
  const { t, locale } = usePreferences();
  const viewer = useViewer();
  const { counts, state } = event;
  const begin = Date.parse(event.startsAt);
  const open = state === 'SCHEDULED' || state === 'ACTIVE';
  return (
    <>
      <PageHead
        eyebrow={<Link to="/demand-response" search={{}}>{t('nav.demandResponse')}</Link>}
        title={event.name}
        lead={<span className="row"><span>{event.program.name} · {placesText(event)} · {event.commodity ? t(`commodity.${event.commodity}`) : t('commodity.any')}</span><EventState state={state} /></span>}
      />
      <Figures>
        <Figure label={t('dr.when')} value={`${clock(begin, event.timezone, locale)}–${clock(Date.parse(event.endsAt), event.timezone, locale)}`} note={`${fullDate(begin, event.timezone, locale)} · ${lengthText(t, event.durationMinutes)}`} />
        <Figure label={t('dr.takePart')} value={String(counts?.takingPart ?? 0)} note={t('dr.ofAsked', { count: counts?.asked ?? 0 })} />
        <Figure label={t('dr.declined')} value={String(counts?.declined ?? 0)} />
        <Figure label={t('dr.silent')} value={String(counts?.silent ?? 0)} />
      </Figures>
      {viewer.may('demand-response:write') && open && <Work event={event} again={again} />}
      <div className="grid-2">
        <Panel title={t('dr.asked')}>
          <p>{t(`dr.level.${event.level as 1 | 2 | 3}`)}. {event.advice}</p>
          {event.messages.map(({ locale: spoken, text }) => <p key={spoken} lang={spoken}>“{text}”</p>)}
        </Panel>
        <Panel title={t('dr.past')}>
          <ol className="past" aria-label={t('dr.past')}>
            {[...event.steps].reverse().map((step, index) => (
              <li key={index}>
                <span>{t(step.before === step.after ? 'dr.step.MOVED' : `dr.step.${step.after}`)}</span>
                <span className="quiet">{dateTime(Date.parse(step.at), event.timezone, locale)}{step.person && ` · ${step.person}`}</span>
                {step.note && <span>“{step.note}”</span>}
              </li>
            ))}
          </ol>
        </Panel>
      </div>
      {(state === 'ACTIVE' || state === 'COMPLETED') && viewer.may('balances:read') && <Results event={event} />}
      {viewer.may('residents:read') && <Participants key={`${event.revision}`} event={event} />}
    </>
  );
}

function Work({ event, again }: { event: DrEventNode; again: () => void }) {
  const { t } = usePreferences();
  const [moving, setMoving] = useState(false);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const [{ fetching }, cancel] = useMutation(CANCEL);
  const callOff = async () => {
    const { data, error } = await cancel({ input: { event: event.id } });
    setErrors(error ? [{ code: 'FAILED', message: error.message }] : [...(data?.cancelDrEvent.errors ?? [])]);
    again();
  };
  return (
    <Panel title={t('dr.change')} hint={t('dr.changeLead')}>
      <UserErrors errors={errors} />
      {moving ? (
        <MoveForm event={event} close={() => setMoving(false)} done={() => { setMoving(false); again(); }} />
      ) : (
        <div className="row">
          {event.state === 'SCHEDULED' && <button type="button" className="tool" onClick={() => setMoving(true)}>{t('dr.move')}</button>}
          <SureButton sure={t('dr.cancelSure')} loading={fetching} act={() => void callOff()}>{t('dr.cancel')}</SureButton>
        </div>
      )}
    </Panel>
  );
}
