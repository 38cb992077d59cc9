import { onUpgrade, upgradeNow } from '@/api/bff';
import { followVersions } from '@/api/newer';
import { presenceNow, onPresence, resume } from '@/api/session';
import { client, forget, persister, watchConnection, WEEK_MS } from '@/api/queries';
import { version, web } from '@/api/server';
import { deviceZone } from '@/lib/now';
import { followPush } from '@/lib/push';
import { keepShell } from '@/lib/shell';
import { personal, PreferencesProvider, usePreferences } from '@/theme/preferences';
import { useTheme } from '@/theme/theme';
import { Mark } from '@/ui/Mark';
import { Upgrade } from '@/ui/Upgrade';
import { PersistQueryClientProvider } from '@tanstack/react-query-persist-client';
import { router, Stack } from 'expo-router';
import { StatusBar } from 'expo-status-bar';
import { useEffect, useSyncExternalStore } from 'react';
import { View } from 'react-native';
import { SafeAreaProvider } from 'react-native-safe-area-context';

/** The address that a sign-in comes back to brings a session of its own. */
const comesBack = web && location.pathname.endsWith('/callback');

/** Only once what was kept is back, so that it can be forgotten if nobody is signed in any more. */
const begin = () => {
  if (!comesBack) void resume();
};

export default function Root() {
  useEffect(watchConnection, []);
  useEffect(keepShell, []);
  useEffect(followVersions, []);
  return (
    <SafeAreaProvider>
      <PersistQueryClientProvider client={client} persistOptions={{ persister, maxAge: WEEK_MS, buster: version }} onSuccess={begin} onError={begin}>
        <PreferencesProvider>
          <Routes />
        </PreferencesProvider>
      </PersistQueryClientProvider>
    </SafeAreaProvider>
  );
}

function Routes() {
  const { c, scheme } = useTheme();
  const { change, language } = usePreferences();
  const presence = useSyncExternalStore(onPresence, presenceNow, presenceNow);
  useEffect(() => {
    if (presence !== 'absent') return;
    void forget();
    change(personal);
  }, [presence, change]);
  useEffect(() => {
    if (typeof document === 'undefined') return;
    document.documentElement.style.colorScheme = scheme;
    document.body.style.backgroundColor = c.ground;
  }, [scheme, c.ground]);
  useEffect(() => {
    if (presence !== 'present') return;
    // Messages name an address of the web build; its beginning is none of the app's.
    return followPush({ locale: language, zone: deviceZone() }, (path) => router.push(path.replace(/^\/app/, '') as never));
  }, [presence, language]);
  const upgrade = useSyncExternalStore(onUpgrade, upgradeNow, upgradeNow);
  if (upgrade) return <Upgrade told={upgrade} />;
  if (presence === 'unknown' && !comesBack) return <Opening />;
  return (
    <>
      <StatusBar style={scheme === 'dark' ? 'light' : 'dark'} />
      <Stack screenOptions={{ headerShown: false, contentStyle: { backgroundColor: c.ground } }}>
        <Stack.Protected guard={presence === 'absent'}>
          <Stack.Screen name="welcome" />
        </Stack.Protected>
        <Stack.Protected guard={presence === 'present'}>
          <Stack.Screen name="(tabs)" />
        </Stack.Protected>
        <Stack.Screen name="callback" />
        <Stack.Screen name="invite/index" />
        <Stack.Screen name="invite/[code]" />
      </Stack>
    </>
  );
}

/** Until it is known whether somebody is signed in. */
function Opening() {
  const { c } = useTheme();
  return (
    <View style={{ flex: 1, alignItems: 'center', justifyContent: 'center', backgroundColor: c.ground }}>
      <Mark size={88} />
    </View>
  );
}
