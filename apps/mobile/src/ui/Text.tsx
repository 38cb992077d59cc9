/** Words in one of five sizes; figures stand in columns, and sizes follow the setting of the device up to twice. */
import { Text, type TextProps, type TextStyle } from 'react-native';
import { SIZE, useTheme } from '@/theme/theme';
import type { Colour } from '@shared/tokens';

interface Props extends TextProps {
  size?: keyof typeof SIZE;
  tone?: Colour;
  strong?: boolean | undefined;
  figures?: boolean;
  centred?: boolean;
}

const LINE: Record<keyof typeof SIZE, number> = { small: 18, body: 21, lead: 23, title: 30, figure: 40 };

export function T({ size = 'body', tone = 'text', strong, figures, centred, style, ...rest }: Props) {
  const { c } = useTheme();
  const own: TextStyle = {
    fontSize: SIZE[size],
    lineHeight: LINE[size],
    color: c[tone],
    fontWeight: strong ? '700' : '400',
    ...(size === 'figure' || size === 'title' ? { fontWeight: '700', letterSpacing: -0.4 } : {}),
    ...(figures ? { fontVariant: ['tabular-nums'] } : {}),
    ...(centred ? { textAlign: 'center' } : {}),
  };
  return <Text maxFontSizeMultiplier={2} {...rest} style={[own, style]} />;
}

/** The title of a screen or a card, as a heading for those who listen. */
export function Heading({ level = 2, ...rest }: Props & { level?: 1 | 2 | 3 }) {
  return <T size={level === 1 ? 'title' : 'lead'} strong {...rest} role="heading" aria-level={level} />;
}
