/** Which home is shown; with one home it is said, with several it is chosen. */
import { useT } from '@/i18n';
import { SPACE } from '@/theme/theme';
import { Icon } from '@/ui/Icon';
import { Row } from '@/ui/Row';
import { Sheet } from '@/ui/Sheet';
import { Heading, T } from '@/ui/Text';
import { useState } from 'react';
import { Pressable, View } from 'react-native';
import type { Home } from './homes';

export function titleOf(home: Home, flat: (name: string) => string): string {
  return home.flat === null ? home.house : flat(home.flat);
}

export function HomeSwitch({ homes, home, choose }: { homes: readonly Home[]; home: Home; choose: (id: string) => void }) {
  const t = useT();
  const [open, setOpen] = useState(false);
  const flat = (name: string) => t('object.flat', { name });
  const words = (
    <View style={{ flexDirection: 'row', alignItems: 'center', gap: SPACE.tight }}>
      <View style={{ flexShrink: 1 }}>
        <View style={{ flexDirection: 'row', alignItems: 'center', gap: 4 }}>
          <Heading level={1} style={{ flexShrink: 1 }}>{titleOf(home, flat)}</Heading>
          {homes.length > 1 && <Icon name="down" size={22} tone="quiet" />}
        </View>
        <T tone="quiet">{home.house}</T>
      </View>
    </View>
  );
  if (homes.length < 2) return words;
  return (
    <>
      <Pressable role="button" aria-label={`${t('object.choose')}: ${titleOf(home, flat)}, ${home.house}`} onPress={() => setOpen(true)} style={{ minHeight: 48, justifyContent: 'center', alignSelf: 'flex-start' }}>
        {words}
      </Pressable>
      <Sheet open={open} title={t('object.choose')} onClose={() => setOpen(false)}>
        <View role="radiogroup" aria-label={t('object.choose')}>
          {homes.slice(0, 100).map((one) => (
            <Row key={one.id} title={titleOf(one, flat)} lead={one.house} icon="home" chosen={one.id === home.id} onPress={() => { choose(one.id); setOpen(false); }} />
          ))}
        </View>
      </Sheet>
    </>
  );
}
