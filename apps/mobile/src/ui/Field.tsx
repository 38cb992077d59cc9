/** A line to write in, with its label above and what is wrong below. */
import { useId } from 'react';
import { TextInput, View, type TextInputProps } from 'react-native';
import { RADIUS, SIZE, SPACE, TOUCH, useTheme } from '@/theme/theme';
import { T } from './Text';

interface Props extends Omit<TextInputProps, 'style'> {
  label: string;
  hint?: string | undefined;
  wrong?: string | null | undefined;
  unit?: string | undefined;
}

export function Field({ label, hint, wrong, unit, ...rest }: Props) {
  const { c } = useTheme();
  const id = useId();
  return (
    <View style={{ gap: 6 }}>
      <T strong nativeID={id}>{label}</T>
      <View style={{ flexDirection: 'row', alignItems: 'center', gap: SPACE.tight, minHeight: TOUCH + 4, borderRadius: RADIUS.control, borderWidth: 1.5, borderColor: wrong ? c.critical : c.field, backgroundColor: c.sunken, paddingHorizontal: SPACE.snug }}>
        <TextInput
          aria-label={label}
          aria-invalid={!!wrong}
          placeholderTextColor={c.quiet}
          maxFontSizeMultiplier={2}
          {...rest}
          style={{ flex: 1, minWidth: 0, minHeight: TOUCH, color: c.text, fontSize: SIZE.lead, outlineWidth: 0 } as TextInputProps['style']}
        />
        {unit !== undefined && <T tone="quiet">{unit}</T>}
      </View>
      {wrong ? <T size="small" tone="critical">{wrong}</T> : hint !== undefined ? <T size="small" tone="quiet">{hint}</T> : null}
    </View>
  );
}

/** A number as people of each language write it; null when it is none. */
export function numberIn(text: string): number | null {
  const plain = text.trim().replace(/[\s\u00A0\u202F]/g, '').replace(',', '.');
  return /^\d+(\.\d+)?$/.test(plain) ? Number(plain) : null;
}
