/** The colour of a meter on charts, of twelve that are told apart in both schemes. */
import type { MeteringPoint } from '@/household/homes';
import { useT, type Key } from '@/i18n';
import { usePreferences } from '@/theme/preferences';
import { TOUCH, useTheme } from '@/theme/theme';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Icon } from '@/ui/Icon';
import { PALETTE } from '@shared/palette';
import { COLOURS } from '@shared/tokens';
import { Pressable, View } from 'react-native';

export function ColourCard({ point }: { point: MeteringPoint }) {
  const t = useT();
  const { c, scheme } = useTheme();
  const { colours, change } = usePreferences();
  const chosen = colours[point.id];
  // Without a choice it is the colour of its resource, which is one of the twelve.
  const shown = chosen ?? PALETTE.find((one) => one.light === COLOURS.light[point.commodity])?.name;
  const choose = (name: string | null) => {
    const { [point.id]: _, ...rest } = colours;
    change({ colours: name === null ? rest : { ...rest, [point.id]: name } });
  };
  return (
    <Card title={t('meters.colour')}>
      <View role="radiogroup" aria-label={t('meters.colour')} style={{ flexDirection: 'row', flexWrap: 'wrap', gap: 4 }}>
        {PALETTE.map((one) => (
          <Pressable key={one.name} role="radio" aria-checked={shown === one.name} aria-label={t(`colour.${one.name}` as Key)} onPress={() => choose(one.name)} style={{ width: TOUCH, height: TOUCH, alignItems: 'center', justifyContent: 'center' }}>
            <View style={{ width: 36, height: 36, borderRadius: 18, backgroundColor: one[scheme], alignItems: 'center', justifyContent: 'center' }}>
              {shown === one.name && <Icon name="ok" size={20} colour={c.card} />}
            </View>
          </Pressable>
        ))}
      </View>
      {chosen !== undefined && <Button kind="quiet" label={t('meters.colour.own')} onPress={() => choose(null)} />}
    </Card>
  );
}
