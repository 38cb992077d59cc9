/** A sheet from below: one choice or one short task, closed by its button, by the ground, or by Back. */
import type { ReactNode } from 'react';
import { Modal, Pressable, ScrollView, View } from 'react-native';
import { useSafeAreaInsets } from 'react-native-safe-area-context';
import { useT } from '@/i18n';
import { useReducedMotion } from '@/lib/motion';
import { COLUMN, RADIUS, SPACE, useTheme } from '@/theme/theme';
import { IconButton } from './Button';
import { Heading } from './Text';

export function Sheet({ open, title, onClose, children }: { open: boolean; title: string; onClose: () => void; children: ReactNode }) {
  const { c } = useTheme();
  const t = useT();
  const insets = useSafeAreaInsets();
  const still = useReducedMotion();
  return (
    <Modal visible={open} transparent animationType={still ? 'none' : 'slide'} onRequestClose={onClose} aria-label={title}>
      <View style={{ flex: 1, justifyContent: 'flex-end', alignItems: 'center' }}>
        <Pressable aria-hidden tabIndex={-1} onPress={onClose} style={{ position: 'absolute', inset: 0, backgroundColor: 'rgba(8,12,16,0.55)' }} />
        <View style={{ width: '100%', maxWidth: COLUMN, maxHeight: '88%', backgroundColor: c.card, borderTopLeftRadius: RADIUS.card + 4, borderTopRightRadius: RADIUS.card + 4, paddingBottom: insets.bottom + SPACE.normal }}>
          <View style={{ flexDirection: 'row', alignItems: 'center', justifyContent: 'space-between', paddingLeft: SPACE.normal + 4, paddingRight: SPACE.tight, paddingTop: SPACE.tight }}>
            <Heading style={{ flexShrink: 1 }}>{title}</Heading>
            <IconButton label={t('close')} icon="close" onPress={onClose} />
          </View>
          <ScrollView keyboardShouldPersistTaps="handled">{children}</ScrollView>
        </View>
      </View>
    </Modal>
  );
}
