/** Which day, month or year is looked at; lives in the address. */
import { SegmentedControl } from '@mantine/core';
import { spanTitle } from '@shared/dates';
import { addDays, isoDate, parseDate, stepBy, today, type LocalDate, type Span } from '@shared/zones';
import { usePreferences } from '../app/preferences';
import type { SpanSearch } from '../app/addresses';
import { DateField } from './DateField';
import { Icon } from './Icon';

interface PickerProps {
  span: Span;
  date: LocalDate;
  zone: string;
  onChange: (search: SpanSearch) => void;
  spans?: readonly Span[];
}

export function SpanPicker({ span, date, zone, onChange, spans = ['day', 'month', 'year'] }: PickerProps) {
  const { t, locale } = usePreferences();
  const now = today(zone, Date.now());
  const go = (to: LocalDate) => onChange({ span, date: isoDate(to) });
  const next = stepBy(span, date, 1);
  // The day chart goes on into tomorrow, which is expected already.
  const last = span === 'day' ? addDays(now, 1) : now;
  const ahead = isoDate(next) > isoDate(last);
  return (
    <div className="row" role="group" aria-label={t('span.label')}>
      <SegmentedControl
        aria-label={t('span.label')}
        value={span}
        onChange={(value) => onChange({ span: value as Span, date: isoDate(date) })}
        data={spans.map((value) => ({ value, label: t(`span.${value}`) }))}
      />
      <div className="row" style={{ gap: 0, flexWrap: 'nowrap' }}>
        <button type="button" className="tool" onClick={() => go(stepBy(span, date, -1))} aria-label={t('span.before')}>
          <Icon name="left" />
        </button>
        <DateField date={date} max={last} zone={zone} text={spanTitle(span, date, zone, locale)} onChange={go} />
        <button type="button" className="tool" disabled={ahead} onClick={() => go(next)} aria-label={t('span.after')}>
          <Icon name="chevron" />
        </button>
      </div>
    </div>
  );
}

/** What the address asks for, or what is worth a look: yesterday's hours, this month, this year. */
export function chosenSpan(search: SpanSearch, zone: string, fallback: Span = 'day'): { span: Span; date: LocalDate } {
  const span = search.span ?? fallback;
  const now = today(zone, Date.now());
  return { span, date: parseDate(search.date) ?? (span === 'day' ? addDays(now, -1) : now) };
}
