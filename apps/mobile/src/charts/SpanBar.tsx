/** Which day, month or year is shown, and the steps to its neighbours. */
import { useT } from '@/i18n';
import { usePreferences } from '@/theme/preferences';
import { CalendarSheet } from '@/ui/Calendar';
import { IconButton } from '@/ui/Button';
import { Icon } from '@/ui/Icon';
import { Segmented } from '@/ui/Segmented';
import { T } from '@/ui/Text';
import { spanTitle } from '@shared/dates';
import { isoDate, rangeOf, stepBy, type LocalDate, type Span } from '@shared/zones';
import { useState } from 'react';
import { Pressable, View } from 'react-native';

interface Props {
  span: Span;
  date: LocalDate;
  zone: string;
  now: number;
  onChange: (span: Span, date: LocalDate) => void;
}

export function SpanBar({ span, date, zone, now, onChange }: Props) {
  const t = useT();
  const { language } = usePreferences();
  const [picking, setPicking] = useState(false);
  const later = stepBy(span, date, 1);
  const title = spanTitle(span, date, zone, language);
  return (
    <View style={{ gap: 8 }}>
      <Segmented label={t('tab.history')} value={span} onChange={(next) => onChange(next, date)} values={(['day', 'month', 'year'] as const).map((value) => ({ value, label: t(`span.${value}`) }))} />
      <View style={{ flexDirection: 'row', alignItems: 'center' }}>
        <IconButton icon="left" label={t(`span.earlier.${span}`)} onPress={() => onChange(span, stepBy(span, date, -1))} />
        <Pressable role="button" aria-label={`${title}, ${t('reading.pick')}`} onPress={() => setPicking(true)} style={{ flex: 1, minHeight: 48, flexDirection: 'row', alignItems: 'center', justifyContent: 'center', gap: 8 }}>
          <Icon name="calendar" size={20} tone="quiet" />
          <T strong testID="span-title" style={{ flexShrink: 1 }}>{title}</T>
        </Pressable>
        <IconButton icon="chevron" label={t(`span.later.${span}`)} disabled={rangeOf(span, later, zone).from > now} onPress={() => onChange(span, later)} />
      </View>
      <CalendarSheet key={isoDate(date)} open={picking} date={date} zone={zone} now={now} onClose={() => setPicking(false)} onPick={(picked) => { setPicking(false); onChange(span, picked); }} />
    </View>
  );
}
