/** Where the server is: for the web build the one that served it, on a device that of the build. */
import Constants from 'expo-constants';
import { Platform } from 'react-native';

export const web = Platform.OS === 'web';
export const server: string = web ? location.origin : String((Constants.expoConfig?.extra as { server?: string } | undefined)?.server ?? '');
export const version: string = Constants.expoConfig?.version ?? '0';
