/** Which home is shown; with one home it is said, with several it is chosen. */
import { useT } from '@/i18n';
import { SPACE } from '@/theme/theme';
import { Icon } from '@/ui/Icon';
import { Row } from '@/ui/Row';
import { Sheet } from '@/ui/Sheet';
import { Heading, T } from '@/ui/Text';
import { useState } from 'react';
import { Pressable, View } from 'react-native';
import type { Place } from './homes';

export const titleOf = (home: Place): string => home.flat ?? home.house;

/** The nearest two places of a path: house and entrance, or street and house. */
export function placeOf({ path, flat }: Place): string {
  const places = path.split('/');
  return (flat === null ? places.slice(0, -1) : places).slice(-2).join(', ');
}

export function HomeSwitch({ homes, home, choose }: { homes: readonly Place[]; home: Place; choose: (id: string) => void }) {
  const t = useT();
  const [open, setOpen] = useState(false);
  const words = (
    <View style={{ flexDirection: 'row', alignItems: 'center', gap: SPACE.tight }}>
      <View style={{ flexShrink: 1 }}>
        <View style={{ flexDirection: 'row', alignItems: 'center', gap: 4 }}>
          <Heading level={1} style={{ flexShrink: 1 }}>{titleOf(home)}</Heading>
          {homes.length > 1 && <Icon name="down" size={22} tone="quiet" />}
        </View>
        <T tone="quiet">{placeOf(home)}</T>
      </View>
    </View>
  );
  if (homes.length < 2) return words;
  return (
    <>
      <Pressable role="button" aria-label={`${t('object.choose')}: ${titleOf(home)}, ${placeOf(home)}`} onPress={() => setOpen(true)} style={{ minHeight: 48, justifyContent: 'center', alignSelf: 'flex-start' }}>
        {words}
      </Pressable>
      <Sheet open={open} title={t('object.choose')} onClose={() => setOpen(false)}>
        <View role="radiogroup" aria-label={t('object.choose')}>
          {homes.slice(0, 100).map((one) => (
            <Row key={one.id} title={titleOf(one)} lead={placeOf(one)} icon="home" chosen={one.id === home.id} onPress={() => { choose(one.id); setOpen(false); }} />
          ))}
        </View>
      </Sheet>
    </>
  );
}
