/** A month to choose a day from; days to come cannot be chosen unless asked for. */
import { useT } from '@/i18n';
import { usePreferences } from '@/theme/preferences';
import { RADIUS, useTheme } from '@/theme/theme';
import { fullDate, spanTitle } from '@shared/dates';
import { tagOf } from '@shared/units';
import { addDays, addMonths, instantOf, isoDate, today, weekday, type LocalDate } from '@shared/zones';
import { useState } from 'react';
import { Pressable, View } from 'react-native';
import { IconButton } from './Button';
import { Sheet } from './Sheet';
import { T } from './Text';

interface Props {
  date: LocalDate;
  zone: string;
  now: number;
  /** Lets days to come be chosen too. */
  ahead?: boolean;
  onPick: (date: LocalDate) => void;
}

export function Calendar({ date, zone, now, ahead = false, onPick }: Props) {
  const t = useT();
  const { c } = useTheme();
  const { language } = usePreferences();
  const [month, setMonth] = useState<LocalDate>({ ...date, day: 1 });
  const last = today(zone, now);
  const first = weekday(month);
  const count = addDays(addMonths(month, 1), -1).day;
  const weeks = Math.ceil((first + count) / 7);
  const names = new Intl.DateTimeFormat(tagOf(language), { weekday: 'short', timeZone: 'UTC' });
  return (
    <View style={{ padding: 12, gap: 4 }}>
      <View style={{ flexDirection: 'row', alignItems: 'center', justifyContent: 'space-between' }}>
        <IconButton icon="left" label={t('calendar.earlier')} onPress={() => setMonth(addMonths(month, -1))} />
        <T strong>{spanTitle('month', month, zone, language)}</T>
        <IconButton icon="chevron" label={t('calendar.later')} disabled={!ahead && isoDate(addMonths(month, 1)) > isoDate(last)} onPress={() => setMonth(addMonths(month, 1))} />
      </View>
      <View style={{ flexDirection: 'row' }}>
        {Array.from({ length: 7 }, (_, index) => (
          <View key={index} style={{ flex: 1, alignItems: 'center', paddingVertical: 6 }}>
            <T size="small" tone="quiet">{names.format(Date.UTC(2024, 0, 1 + index)).replace('.', '').slice(0, 3)}</T>
          </View>
        ))}
      </View>
      {Array.from({ length: weeks }, (_, week) => (
        <View key={week} style={{ flexDirection: 'row' }}>
          {Array.from({ length: 7 }, (_, index) => {
            const day = week * 7 + index - first + 1;
            if (day < 1 || day > count) return <View key={index} style={{ flex: 1 }} />;
            const one = { ...month, day };
            const chosen = isoDate(one) === isoDate(date);
            const barred = !ahead && isoDate(one) > isoDate(last);
            return (
              <Pressable
                key={index}
                role="button"
                aria-label={fullDate(instantOf(one, zone, 12), zone, language)}
                aria-disabled={barred}
                aria-selected={chosen}
                disabled={barred}
                onPress={() => onPick(one)}
                style={({ pressed }) => [{ flex: 1, minHeight: 48, alignItems: 'center', justifyContent: 'center', borderRadius: RADIUS.control }, chosen && { backgroundColor: c.accent }, pressed && !chosen && { backgroundColor: c.hover }]}
              >
                <T strong={chosen || isoDate(one) === isoDate(last)} figures style={{ color: chosen ? c.onAccent : c.text, opacity: barred ? 0.4 : 1 }}>{day}</T>
              </Pressable>
            );
          })}
        </View>
      ))}
    </View>
  );
}

export function CalendarSheet({ open, onClose, ...rest }: Props & { open: boolean; onClose: () => void }) {
  const t = useT();
  return (
    <Sheet open={open} title={t('reading.pick')} onClose={onClose}>
      <Calendar {...rest} />
    </Sheet>
  );
}
