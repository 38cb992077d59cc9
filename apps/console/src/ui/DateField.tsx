/** A date as the console writes it, over the browser's own calendar. */
import { fullDate } from '@shared/dates';
import { HOUR_MS, instantOf, isoDate, parseDate, type LocalDate } from '@shared/zones';
import { usePreferences } from '../app/preferences';

interface DateFieldProps {
  date: LocalDate;
  max: LocalDate;
  zone: string;
  label?: string;
  text?: string;
  onChange: (date: LocalDate) => void;
}

export function DateField({ date, max, zone, label, text, onChange }: DateFieldProps) {
  const { t, locale } = usePreferences();
  const field = (
    <label className="date-field">
      <span aria-hidden="true">{text ?? fullDate(instantOf(date, zone) + 12 * HOUR_MS, zone, locale)}</span>
      <input
        type="date"
        aria-label={label ?? t('span.date')}
        value={isoDate(date)}
        max={isoDate(max)}
        onChange={(event) => {
          const chosen = parseDate(event.currentTarget.value);
          if (chosen) onChange(chosen);
        }}
        onClick={(event) => event.currentTarget.showPicker?.()}
      />
    </label>
  );
  if (!label) return field;
  return (
    <div className="form-field">
      <span aria-hidden="true">{label}</span>
      {field}
    </div>
  );
}
