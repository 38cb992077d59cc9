import * as acts from '@/api/acts';
import * as queries from '@/api/queries';
import Install from '@/app/install';
import * as household from '@/household/useHome';
import { setLanguage } from '@/i18n';
import { PreferencesProvider, type Preferences } from '@/theme/preferences';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react-native';
import { SafeAreaProvider } from 'react-native-safe-area-context';

jest.mock('@/api/acts');
jest.mock('@/api/queries');
jest.mock('@/household/useHome');

const initial: Preferences = { locale: 'en', scheme: 'light', water: 'm3', heat: 'kWh', colours: {}, object: null, brand: null };
const metrics = { frame: { x: 0, y: 0, width: 390, height: 844 }, insets: { top: 0, left: 0, right: 0, bottom: 0 } };
const channel = { id: '7', home: 'Flat 1', concentrator: 'J100-1', network: 1, channel: 12, commodity: 'WATER_COLD', lastSeen: null, readings: 0 };

const found = { concentrator: { id: 'c', serial: 'J100-1' }, network: 1, channel: 12, since: '2026-11-01T00:00:00Z', lastSeen: null, readings: 0, offeredTo: null };

/** The page as a household has it, or as an installer who stands in somebody's flat. */
async function show(ownChannels: readonly object[], mutate: jest.Mock, locale: 'en' | 'ru' = 'en', permission = 'own-meters:install') {
  await cleanup();
  setLanguage(locale);
  const home = { id: 'UHJlbWlzZTo3', flat: 'Flat 1', house: 'House 1', path: 'City/House 1', zone: 'Europe/Chisinau', points: [{ site: { id: 's' } }] };
  jest.mocked(household.useHome).mockReturnValue({ home, may: (one: string) => one === permission, query: { data: {} } } as never);
  jest.mocked(queries.useAnswer).mockReturnValue({ data: { viewer: { ownChannels, foundChannels: { edges: [{ node: found }] } } }, isError: false, refetch: jest.fn() } as never);
  jest.mocked(acts.useAct).mockReturnValue({ mutate, reset: jest.fn(), isPending: false, error: null } as never);
  await render(
    <QueryClientProvider client={new QueryClient()}>
      <SafeAreaProvider initialMetrics={metrics}>
        <PreferencesProvider initial={{ ...initial, locale }}><Install /></PreferencesProvider>
      </SafeAreaProvider>
    </QueryClientProvider>,
  );
}

it('says that no module waits for the home, in its language', async () => {
  await show([], jest.fn(), 'ru');
  expect(screen.getByText('Для вашего жилья пока нет модуля')).toBeTruthy();
});

it('connects a meter by its serial and dial, and asks for what is missing', async () => {
  const mutate = jest.fn();
  await show([channel], mutate);
  expect(screen.getByText('Cold water: J100-1, network 1, channel 12')).toBeTruthy();
  const button = () => screen.getByRole('button', { name: 'Connect the meter' });
  await act(() => fireEvent.press(button()));
  expect(screen.getByText('Write what stands on the face of the meter.')).toBeTruthy();
  expect(screen.getByText('Write the number on the dial.')).toBeTruthy();
  await act(() => fireEvent.changeText(screen.getByLabelText('Serial of the meter'), ' W-77 '));
  await act(() => fireEvent.changeText(screen.getByLabelText('Dial now'), '12,5'));
  expect(mutate).not.toHaveBeenCalled();
  await act(() => fireEvent.press(button()));
  expect(mutate).toHaveBeenCalledWith({ input: { channel: '7', meterSerial: 'W-77', initialIndex: '12.5' } }, expect.anything());
});

it('lets an installer leave the channel to the household of the flat', async () => {
  const mutate = jest.fn();
  await show([], mutate, 'en', 'metering:install');
  expect(screen.getByLabelText('Serial of the meter')).toBeTruthy();
  await act(() => fireEvent.press(screen.getByRole('switch', { name: /The household connects it itself/ })));
  expect(screen.queryByLabelText('Serial of the meter')).toBeNull();
  await act(() => fireEvent.press(screen.getByRole('button', { name: 'Leave it to Flat 1' })));
  expect(mutate).toHaveBeenCalledWith({ input: { concentrator: 'J100-1', network: 1, channel: 12, commodity: 'ELECTRICITY', pulseConstant: '1000', premise: 'UHJlbWlzZTo3' } }, expect.anything());
});
