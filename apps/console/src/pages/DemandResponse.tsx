/** Demand response: events that homes were asked to take part in, and calling another one. */
import { Button, Select } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useLive } from '../api/live';
import { usePages } from '../api/usePages';
import { usePreferences } from '../app/preferences';
import { useViewer } from '../app/viewer';
import { Empty } from '../ui/Answer';
import { PagedTable } from '../ui/PagedTable';
import { PageHead, Panel } from '../ui/Panel';
import { EVENTS, STATES } from './demand/documents';
import { EventForm } from './demand/EventForm';
import { EventState, lengthText, placesText, whenText } from './demand/words';

export function DemandResponse() {
  const { t, locale } = usePreferences();
  const viewer = useViewer();
  const search = useSearch({ from: '/demand-response' });
  const navigate = useNavigate({ from: '/demand-response' });
  const state = STATES.find((one) => one === search.state);
  const paged = usePages(EVENTS, { state: state ? [state] : null }, (data) => data.viewer.drEvents);
  const { resumed } = useLive();
  const [calling, setCalling] = useState(false);
  const may = viewer.may('demand-response:write');
  useEffect(() => {
    if (resumed > 0) paged.again();
  }, [resumed]);
  return (
    <>
      <PageHead title={t('nav.demandResponse')} lead={t('dr.lead')} actions={may && <Button onClick={() => setCalling(true)}>{t('dr.call')}</Button>} />
      {calling && <EventForm close={() => setCalling(false)} done={(id) => void navigate({ to: '/demand-response/$id', params: { id } })} />}
      <Panel
        flush
        title={t('dr.events')}
        actions={
          <Select
            aria-label={t('dr.stateOf')}
            placeholder={t('dr.anyState')}
            clearable
            data={STATES.map((value) => ({ value, label: t(`dr.state.${value}`) }))}
            value={state ?? null}
            onChange={(value) => void navigate({ search: { state: value ?? undefined } })}
          />
        }
      >
        <PagedTable
          paged={paged}
          label={t('dr.events')}
          keyOf={(node) => node.id}
          columns={[{ title: t('dr.event') }, { title: t('dr.when') }, { title: t('dr.where') }, { title: t('dr.stateOf') }, { title: t('dr.takePart'), number: true }]}
          row={(node) => [
            <span><Link to="/demand-response/$id" params={{ id: node.id }}><strong>{node.name}</strong></Link><span className="quiet"><br />{node.program.name} · {t(`dr.level.${node.level as 1 | 2 | 3}`)}</span></span>,
            <span><span className="nowrap">{whenText(node.startsAt, node.endsAt, node.timezone, locale)}</span><span className="quiet"><br />{lengthText(t, node.durationMinutes)}</span></span>,
            <span>{placesText(node)}<span className="quiet"><br />{node.commodity ? t(`commodity.${node.commodity}`) : t('commodity.any')}</span></span>,
            <EventState state={node.state} />,
            <span className="nowrap">{node.counts ? t('dr.partOf', { part: node.counts.takingPart, asked: node.counts.asked }) : '–'}</span>,
          ]}
          empty={<Empty icon="clock" title={t('dr.none')} action={may ? <Button variant="default" onClick={() => setCalling(true)}>{t('dr.call')}</Button> : undefined}>{t('dr.noneLead')}</Empty>}
        />
      </Panel>
    </>
  );
}
