/** One more thought before a supply is switched: the owner of the device, or a word that is typed. */
import { useT } from '@/i18n';
import { byTyping, confirmOwner } from '@/lib/confirm';
import { Button } from '@/ui/Button';
import { Field } from '@/ui/Field';
import { Sheet } from '@/ui/Sheet';
import { T } from '@/ui/Text';
import { useEffect, useState } from 'react';
import { View } from 'react-native';

interface Props {
  open: boolean;
  title: string;
  lead: string;
  /** What is typed where no owner can be asked for. */
  word: string;
  onClose: () => void;
  onConfirm: () => void;
}

export function Confirm({ open, title, lead, word, onClose, onConfirm }: Props) {
  const t = useT();
  const [typing, setTyping] = useState(true);
  const [typed, setTyped] = useState('');
  useEffect(() => {
    setTyped('');
    if (open) void byTyping().then(setTyping).catch(() => setTyping(true));
  }, [open]);
  const right = !typing || typed.trim().toLocaleUpperCase() === word.toLocaleUpperCase();
  const confirm = async () => {
    if (!right) return;
    if (!typing && !(await confirmOwner(title, t('cancel')))) return;
    onConfirm();
  };
  return (
    <Sheet open={open} title={title} onClose={onClose}>
      <View style={{ padding: 20, paddingTop: 4, gap: 16 }}>
        <T>{lead}</T>
        {typing && <Field label={t('control.type', { word })} value={typed} onChangeText={setTyped} autoCapitalize="characters" autoCorrect={false} onSubmitEditing={() => void confirm()} />}
        <Button kind="danger" label={title} disabled={!right} onPress={() => void confirm()} />
        <Button kind="quiet" label={t('cancel')} onPress={onClose} />
      </View>
    </Sheet>
  );
}
