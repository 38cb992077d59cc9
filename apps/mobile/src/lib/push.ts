/**
 * Push on devices: the token of FCM on both platforms, and messages that are shown while the app is open.
 *
 * The app works without: a build without an FCM account has no default app, and nothing is asked for.
 */
import { reach } from '@/api/bff';
import { APP } from '@/api/bff';
import { token as access } from '@/api/session';
import AsyncStorage from '@react-native-async-storage/async-storage';
import { getApps } from '@react-native-firebase/app';
import { AuthorizationStatus, deleteToken, getInitialNotification, getMessaging, getToken, onMessage, onNotificationOpenedApp, onTokenRefresh, requestPermission } from '@react-native-firebase/messaging';
import * as Notifications from 'expo-notifications';
import { Platform } from 'react-native';

const DEVICE = 'balance.device';

export interface Wish {
  locale: string;
  zone: string;
}

export const pushThere = (): boolean => getApps().length > 0;

export async function pushOn(): Promise<boolean> {
  return pushThere() && (await AsyncStorage.getItem(DEVICE)) !== null;
}

async function register(token: string, { locale, zone }: Wish): Promise<void> {
  const [, version = '0'] = APP.split('/');
  const { id } = await reach<{ id: string }>('/devices', { body: { token, platform: Platform.OS, version, locale, zone }, access: await access() });
  await AsyncStorage.setItem(DEVICE, id);
}

/** Asks the person, and lets the server send here; false when the person or the device says no. */
export async function startPush(wish: Wish): Promise<boolean> {
  if (!pushThere()) return false;
  const allowed = await requestPermission(getMessaging());
  if (allowed !== AuthorizationStatus.AUTHORIZED && allowed !== AuthorizationStatus.PROVISIONAL) return false;
  await register(await getToken(getMessaging()), wish);
  return true;
}

/** The server sends here no more; the token is forgotten even if the server cannot be told. */
export async function stopPush(): Promise<void> {
  const id = await AsyncStorage.getItem(DEVICE);
  await AsyncStorage.removeItem(DEVICE);
  if (id) await reach(`/devices/${id}`, { method: 'DELETE', access: await access() }).catch(() => undefined);
  if (pushThere()) await deleteToken(getMessaging()).catch(() => undefined);
}

/** Follows new tokens, shows messages that come while the app is open, and opens what was tapped. */
export function followPush(wish: Wish, open: (path: string) => void): () => void {
  if (!pushThere()) return () => undefined;
  const messaging = getMessaging();
  Notifications.setNotificationHandler({ handleNotification: async () => ({ shouldPlaySound: true, shouldSetBadge: false, shouldShowBanner: true, shouldShowList: true }) });
  const pathOf = (data: unknown) => (typeof data === 'object' && data !== null && 'path' in data && typeof data.path === 'string' ? data.path : null);
  const go = (data: unknown) => {
    const path = pathOf(data);
    if (path) open(path);
  };
  void getInitialNotification(messaging).then((message) => go(message?.data));
  const ends = [
    onTokenRefresh(messaging, (token) => void register(token, wish).catch(() => undefined)),
    onNotificationOpenedApp(messaging, (message) => go(message.data)),
    onMessage(messaging, ({ notification, data }) =>
      Notifications.scheduleNotificationAsync({ content: { title: notification?.title ?? null, body: notification?.body ?? null, data: data ?? {} }, trigger: null }),
    ),
  ];
  const tapped = Notifications.addNotificationResponseReceivedListener(({ notification }) => go(notification.request.content.data));
  return () => {
    ends.forEach((end) => end());
    tapped.remove();
  };
}
