/** The colours of the scheme that is shown, for what is drawn on a canvas. */
import { useComputedColorScheme } from '@mantine/core';
import { COLOURS, type Scheme } from '@shared/tokens';

export function useColours() {
  const scheme = useComputedColorScheme('light') as Scheme;
  return { scheme, colours: COLOURS[scheme] };
}
