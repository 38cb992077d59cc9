import '@mantine/core/styles/baseline.css';
import '@mantine/core/styles/default-css-variables.css';
import '@mantine/core/styles/global.css';
import './app/mantine.css';
import './app/app.css';
import { MantineProvider, localStorageColorSchemeManager } from '@mantine/core';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { PreferencesProvider } from './app/preferences';
import { Root } from './app/Root';
import { cssVariables, theme } from './app/theme';

const schemes = localStorageColorSchemeManager({ key: 'balance.scheme' });
// The page allows styles with its own nonce alone; the build puts it into the head.
const nonce = document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce;

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      colorSchemeManager={schemes}
      defaultColorScheme="auto"
      {...(nonce ? { getStyleNonce: () => nonce } : {})}
    >
      <PreferencesProvider>
        <Root />
      </PreferencesProvider>
    </MantineProvider>
  </StrictMode>,
);
