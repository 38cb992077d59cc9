/** A state: icon, word and colour together. */
import { View } from 'react-native';
import { SPACE, useTheme } from '@/theme/theme';
import { Icon, type IconName } from './Icon';
import { T } from './Text';

export type Tone = 'ok' | 'warning' | 'critical' | 'quiet' | 'accent';

const ICONS: Record<Tone, IconName> = { ok: 'ok', warning: 'warning', critical: 'critical', quiet: 'info', accent: 'info' };

export function Status({ tone, word, icon }: { tone: Tone; word: string; icon?: IconName }) {
  const { c, tint } = useTheme();
  return (
    <View style={{ flexDirection: 'row', alignItems: 'center', gap: 6, alignSelf: 'flex-start', paddingVertical: 4, paddingHorizontal: SPACE.tight + 2, borderRadius: 14, backgroundColor: tint(c[tone]), maxWidth: '100%' }}>
      <Icon name={icon ?? ICONS[tone]} size={16} tone={tone} />
      <T size="small" strong style={{ color: tone === 'quiet' ? c.quiet : c.text, flexShrink: 1 }}>{word}</T>
    </View>
  );
}
