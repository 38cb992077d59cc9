/** Homes that an event reaches, and what they answered; for those who may see residents. */
import { SegmentedControl } from '@mantine/core';
import { dateTime } from '@shared/dates';
import { useEffect, useState } from 'react';
import { usePages } from '../../api/usePages';
import { usePreferences } from '../../app/preferences';
import { Empty } from '../../ui/Answer';
import { PagedTable } from '../../ui/PagedTable';
import { Panel } from '../../ui/Panel';
import { Status } from '../../ui/Status';
import { PARTICIPANTS, type DrEventNode } from './documents';

const SHOWN = { all: null, yes: true, no: false } as const;
type Which = keyof typeof SHOWN;

export function Participants({ event }: { event: DrEventNode }) {
  const { t, locale } = usePreferences();
  const [which, setWhich] = useState<Which>('all');
  const paged = usePages(PARTICIPANTS, { id: event.id, participate: SHOWN[which] }, (data) => data.viewer.drEvent?.participants);
  const answered = `${event.counts?.takingPart ?? 0} ${event.counts?.declined ?? 0}`;
  useEffect(() => paged.again(), [answered]);
  return (
    <Panel
      flush
      title={t('dr.homes')}
      actions={
        <SegmentedControl
          aria-label={t('dr.homes')}
          value={which}
          onChange={(value) => setWhich(value as Which)}
          data={[{ value: 'all', label: t('dr.homes.all') }, { value: 'yes', label: t('dr.takePart') }, { value: 'no', label: t('dr.declined') }]}
        />
      }
    >
      <PagedTable
        paged={paged}
        label={t('dr.homes')}
        keyOf={(node) => node.home}
        columns={[{ title: t('dr.home') }, { title: t('dr.where') }, { title: t('dr.answer') }, { title: t('dr.answeredAt') }]}
        row={(node) => [
          <strong>{node.name}</strong>,
          node.path.split('/').join(' · '),
          node.participate === null ? <Status tone="quiet">{t('dr.silent')}</Status> : <Status tone={node.participate ? 'ok' : 'quiet'}>{t(node.participate ? 'dr.takePart' : 'dr.declined')}</Status>,
          node.answeredAt ? <span className="nowrap">{dateTime(Date.parse(node.answeredAt), event.timezone, locale)}</span> : '–',
        ]}
        empty={<Empty icon="people" title={t('dr.homes.none')} />}
      />
    </Panel>
  );
}
