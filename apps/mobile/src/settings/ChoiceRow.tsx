/** A setting with a few values, chosen in a sheet. */
import { Row } from '@/ui/Row';
import type { IconName } from '@/ui/Icon';
import { Sheet } from '@/ui/Sheet';
import { useState } from 'react';
import { View } from 'react-native';

interface Props {
  icon: IconName;
  label: string;
  value: string;
  values: readonly { value: string; label: string }[];
  onChange: (value: string) => void;
  last?: boolean;
}

export function ChoiceRow({ icon, label, value, values, onChange, last = false }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Row icon={icon} title={label} value={values.find((one) => one.value === value)?.label} onPress={() => setOpen(true)} last={last} />
      <Sheet open={open} title={label} onClose={() => setOpen(false)}>
        <View role="radiogroup" aria-label={label}>
          {values.map((one) => (
            <Row key={one.value} title={one.label} chosen={one.value === value} onPress={() => { onChange(one.value); setOpen(false); }} />
          ))}
        </View>
      </Sheet>
    </>
  );
}
