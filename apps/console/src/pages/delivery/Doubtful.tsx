/** Readings that a person should look at: where they are, what is odd, and the day at the meter. */
import { Select } from '@mantine/core';
import { dateTime } from '@shared/dates';
import { HOUR_MS, instantOf, isoDate, localTime } from '@shared/zones';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { graphql, type ResultOf } from '../../api/graphql';
import { usePages } from '../../api/usePages';
import { usePreferences } from '../../app/preferences';
import { useViewer } from '../../app/viewer';
import { Empty } from '../../ui/Answer';
import { CommodityIcon } from '../../ui/Icon';
import { PagedTable } from '../../ui/PagedTable';
import { Panel } from '../../ui/Panel';
import { Status } from '../../ui/Status';
import { evidenceText } from '../meter/evidence';
import { Confirm } from './Confirm';

const DOUBTFUL = graphql(`
  query Doubtful($under: ID!, $rules: [ValidationRule!], $after: String) {
    viewer {
      doubtfulReadings(first: 20, after: $after, under: $under, rules: $rules) {
        edges {
          node {
            flag { id rule from to evidence { name value } }
            point { id name commodity quantity meter { id serial } premise { id name } site { id name path timezone } }
          }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);

type Rule = ResultOf<typeof DOUBTFUL>['viewer']['doubtfulReadings']['edges'][number]['node']['flag']['rule'];
const RULES: readonly Rule[] = ['SPIKE', 'FROZEN', 'ZERO_RUN', 'BACKWARDS', 'RESET', 'ABOVE_CAPACITY', 'PULSE_LOSS', 'HIGH', 'LOW', 'SIBLING'];

/** The day at the meter, and the hour of it. */
function placeOf(from: number, zone: string) {
  const day = localTime(from, zone);
  return { span: 'day' as const, date: isoDate(day), hour: String((from - instantOf(day, zone)) / HOUR_MS) };
}

export function Doubtful({ under }: { under: string }) {
  const { t, locale } = usePreferences();
  const settles = useViewer().may('readings:correct');
  const [rule, setRule] = useState<Rule | null>(null);
  const paged = usePages(DOUBTFUL, { under, rules: rule ? [rule] : null }, (data) => data.viewer.doubtfulReadings);
  return (
    <Panel
      flush
      title={t('doubt.title')}
      hint={t('doubt.hint')}
      actions={<Select aria-label={t('flags.rule')} placeholder={t('doubt.any')} clearable data={RULES.map((value) => ({ value, label: t(`rule.${value}`) }))} value={rule} onChange={(value) => setRule(RULES.find((one) => one === value) ?? null)} />}
    >
      <PagedTable
        paged={paged}
        label={t('doubt.title')}
        keyOf={({ flag }) => flag.id}
        columns={[{ title: t('meter') }, { title: t('alarms.where') }, { title: t('flags.rule') }, { title: t('flags.from') }, { title: t('flags.evidence') }, ...(settles ? [{ title: t('doubt.settle') }] : [])]}
        row={({ flag, point }) => {
          const from = Date.parse(flag.from);
          const zone = point.site.timezone;
          return [
            <span className="row nowrap" style={{ flexWrap: 'nowrap' }}>
              <CommodityIcon commodity={point.commodity} />
              <Link className="cell-link" to="/meters/$id" params={{ id: point.id }} search={placeOf(from, zone)}>{point.meter?.serial ?? point.name}</Link>
            </span>,
            <span>{point.site.path.split('/').slice(-2).join(' · ')}{point.premise && <span className="quiet"><br />{point.premise.name}</span>}</span>,
            <Status tone="warning">{t(`rule.${flag.rule}`)}</Status>,
            dateTime(from, zone, locale),
            <span className="hint">{evidenceText(flag, point, t, locale)}</span>,
            ...(settles ? [<Confirm flag={flag.id} about={`${point.meter?.serial ?? point.name}, ${dateTime(from, zone, locale)}`} onDone={paged.again} />] : []),
          ];
        }}
        empty={<Empty icon="ok" title={t('doubt.none')}>{t('flags.noneLead')}</Empty>}
      />
    </Panel>
  );
}
