/** A date is picked, the register at that moment is told. */
import { dateTime } from '@shared/dates';
import { formatNumber, unitText } from '@shared/units';
import { HOUR_MS, instantOf, iso, isoDate, parseDate, today } from '@shared/zones';
import { useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../../api/graphql';
import { usePreferences } from '../../app/preferences';
import { Answer, Empty } from '../../ui/Answer';
import { Panel } from '../../ui/Panel';

const READING = graphql(`
  query ReadingAt($id: ID!, $at: DateTime!) {
    node(id: $id) { id ... on MeteringPoint { readingAt(at: $at) { at value unit counter meterSerial } } }
  }
`);

export function ReadingAt({ id, zone }: { id: string; zone: string }) {
  const { t, locale } = usePreferences();
  const [date, setDate] = useState(() => isoDate(today(zone, Date.now())));
  const [hour, setHour] = useState(0);
  const chosen = parseDate(date) ?? today(zone, Date.now());
  const at = instantOf(chosen, zone, hour);
  const [result, again] = useQuery({ query: READING, variables: { id, at: iso(at) } });
  return (
    <Panel title={t('reading.title')} hint={t('reading.hint')}>
      <div className="row" style={{ marginBottom: 16 }}>
        <input className="field" type="date" aria-label={t('span.date')} value={date} max={isoDate(today(zone, Date.now()))} onChange={(event) => setDate(event.currentTarget.value)} />
        <select className="field" aria-label={t('reading.hour')} value={hour} onChange={(event) => setHour(Number(event.currentTarget.value))}>
          {Array.from({ length: 24 }, (_, one) => <option key={one} value={one}>{String(one).padStart(2, '0')}:00</option>)}
        </select>
      </div>
      <Answer result={result} retry={() => again({ requestPolicy: 'network-only' })} skeleton={96}>
        {({ node }) => {
          const reading = node && 'readingAt' in node ? node.readingAt : null;
          if (!reading) return <Empty icon="meter" title={t('reading.none')}>{t('reading.noneLead')}</Empty>;
          const exact = Date.parse(reading.at);
          return (
            <>
              <div className="register" aria-label={`${reading.value} ${reading.unit}`}>
                {formatNumber(reading.value, locale, 3)} <span className="figure-unit">{unitText(reading.unit, locale)}</span>
              </div>
              <dl className="facts" style={{ marginTop: 12 }}>
                <dt>{t('reading.asOf')}</dt>
                <dd>{dateTime(exact, zone, locale)}{at - exact >= HOUR_MS && ` · ${t('reading.earlier')}`}</dd>
                <dt>{t('meter.serial')}</dt>
                <dd>{reading.meterSerial}</dd>
                <dt>{t('reading.counter')}</dt>
                <dd>{formatNumber(reading.counter, locale, 0)}</dd>
              </dl>
            </>
          );
        }}
      </Answer>
    </Panel>
  );
}
