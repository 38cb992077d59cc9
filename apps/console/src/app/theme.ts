/** The visual language as a Mantine theme: the system's font, a grid of 4, quiet surfaces. */
import { createTheme, rem, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';
import { COLOURS, type Colour, type Scheme } from '@shared/tokens';

const accent: MantineColorsTuple = [
  '#e7f3fc', '#cfe4f6', '#9dc8ed', '#5ab4f5', '#3f9ae0', '#2484cb', '#1470b8', '#0f609f', '#0b5086', '#063f6c',
];

export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: 6,
  autoContrast: true,
  // Mantine draws fields, menus and switches of the dark scheme from this scale.
  colors: { accent, dark: ['#EEF2F5', '#D5DCE3', '#A5B0BB', '#76828E', '#303A44', '#2A343E', '#181E24', '#0F1418', '#12171C', '#0B0F12'] },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: rem(13), sm: rem(15), md: rem(15), lg: rem(17), xl: rem(24) },
  headings: {
    fontWeight: '650',
    sizes: { h1: { fontSize: rem(24), lineHeight: '32px' }, h2: { fontSize: rem(17), lineHeight: '24px' }, h3: { fontSize: rem(15), lineHeight: '24px' } },
  },
  radius: { sm: rem(6), md: rem(8), lg: rem(12) },
  defaultRadius: 'md',
  focusRing: 'auto',
  respectReducedMotion: true,
  cursorType: 'pointer',
  // Their lock of the page's scrolling writes styles without our nonce, which the policy refuses.
  components: {
    Modal: { defaultProps: { lockScroll: false } },
    Drawer: { defaultProps: { lockScroll: false } },
  },
});

const names = Object.keys(COLOURS.light) as Colour[];

function variables(scheme: Scheme): Record<string, string> {
  const colours = COLOURS[scheme];
  return {
    ...Object.fromEntries(names.map((name) => [`--b-${name}`, colours[name]])),
    '--mantine-color-body': colours.ground,
    '--mantine-color-text': colours.text,
    '--mantine-color-dimmed': colours.quiet,
    '--mantine-color-default': colours.card,
    '--mantine-color-default-hover': colours.hover,
    '--mantine-color-default-border': colours.line,
    '--mantine-color-placeholder': colours.quiet,
    '--mantine-color-anchor': colours.accent,
    '--mantine-color-error': colours.critical,
    '--mantine-color-disabled-color': colours.quiet,
  };
}

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: variables('light'),
  dark: variables('dark'),
});
