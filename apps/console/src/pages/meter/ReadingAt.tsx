/** A date is picked, the register at that moment is told. */
import { dateTime } from '@shared/dates';
import { formatNumber, unitText } from '@shared/units';
import { HOUR_MS, instantOf, iso, today } from '@shared/zones';
import { useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../../api/graphql';
import { usePreferences } from '../../app/preferences';
import { Answer, Empty } from '../../ui/Answer';
import { DateField } from '../../ui/DateField';
import { Panel } from '../../ui/Panel';

const READING = graphql(`
  query ReadingAt($id: ID!, $at: DateTime!) {
    node(id: $id) { id ... on MeteringPoint { readingAt(at: $at) { at value unit counter meterSerial } } }
  }
`);

export function ReadingAt({ id, zone }: { id: string; zone: string }) {
  const { t, locale } = usePreferences();
  const [date, setDate] = useState(() => today(zone, Date.now()));
  const [hour, setHour] = useState(0);
  const at = instantOf(date, zone, hour);
  const [result, again] = useQuery({ query: READING, variables: { id, at: iso(at) } });
  return (
    <Panel title={t('reading.title')} hint={t('reading.hint')}>
      <div className="row" style={{ marginBottom: 16 }}>
        <DateField date={date} max={today(zone, Date.now())} zone={zone} onChange={setDate} />
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
