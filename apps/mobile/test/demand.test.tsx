import type { HomeEvent } from '@/api/home';
import { EventCard } from '@/demand/EventCard';
import { countdown, lengthText, whenText } from '@/demand/times';
import { setLanguage } from '@/i18n';
import '@/i18n';
import { PreferencesProvider, type Preferences } from '@/theme/preferences';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react-native';
import i18next from 'i18next';
import type { Translate } from '@/i18n';

const mockAsked = jest.fn();
jest.mock('@/api/client', () => ({ ask: (...all: unknown[]) => mockAsked(...all) as unknown }));

const ZONE = 'Europe/Chisinau';
const NOW = Date.parse('2026-11-26T12:00:00Z');
const event: HomeEvent = { id: 'E', commodity: 'ELECTRICITY', level: 2, state: 'SCHEDULED', startsAt: '2026-11-26T16:00:00Z', endsAt: '2026-11-26T18:30:00Z', message: null, participate: null };
const initial: Preferences = { locale: 'en', scheme: 'light', water: 'm3', heat: 'kWh', colours: {}, object: null, brand: null };

async function show(some: Partial<HomeEvent> = {}, more: { now?: number; holder?: boolean; locale?: 'en' | 'ru' | 'ro' } = {}) {
  await cleanup();
  const { now = NOW, holder = true, locale = 'en' } = more;
  setLanguage(locale);
  await render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { mutations: { gcTime: 0 }, queries: { gcTime: 0 } } })}>
      <PreferencesProvider initial={{ ...initial, locale }}>
        <EventCard event={{ ...event, ...some }} home="H" zone={ZONE} now={now} holder={holder} />
      </PreferencesProvider>
    </QueryClientProvider>,
  );
}

const t: Translate = (key, values) => i18next.t(key, values as never) as unknown as string;

it('says when by the clock of the home, how long, and how far off', async () => {
  await show();
  expect(screen.getByText('Please use less electricity')).toBeTruthy();
  expect(screen.getByText('26 Nov, 18:00–20:30')).toBeTruthy();
  expect(screen.getByText('2 h 30 min · Much is asked for')).toBeTruthy();
  expect(screen.getByText('Announced · Begins in 4 hours')).toBeTruthy();
  await show({ state: 'ACTIVE' }, { now: Date.parse('2026-11-26T18:09:00Z') });
  expect(screen.getByText('Now · 21 minutes to go')).toBeTruthy();
});

it('is in each language with the plurals that it has', async () => {
  await show({}, { locale: 'ru' });
  expect(screen.getByText('Объявлено · Начнётся через 4 часа')).toBeTruthy();
  await show({}, { locale: 'ro', now: Date.parse('2026-11-25T18:30:00Z') });
  expect(screen.getByText('Anunțat · Începe peste 22 de ore')).toBeTruthy();
});

it('goes by the clock before the server says so, and asks nothing of what is over', async () => {
  await show({}, { now: Date.parse('2026-11-26T18:30:00Z') });
  expect(screen.getByText('Over')).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'I take part' })).toBeNull();
  await show({ state: 'CANCELLED' });
  expect(screen.getByText('Called off')).toBeTruthy();
  expect(screen.queryByRole('button')).toBeNull();
});

it('answers for the home, and shows what was answered', async () => {
  mockAsked.mockResolvedValue({ answerDrEvent: { event: null, errors: [] } });
  await show();
  expect(screen.getByText('Not answered yet')).toBeTruthy();
  await act(() => fireEvent.press(screen.getByRole('button', { name: 'Not this time' })));
  expect(mockAsked).toHaveBeenLastCalledWith(expect.objectContaining({ name: 'AnswerDrEvent' }), { id: 'E', home: 'H', participate: false });
  await show({ participate: true });
  expect(screen.getByText('You take part')).toBeTruthy();
  expect(screen.getByRole('button', { name: 'I take part' })).toBeDisabled();
  expect(screen.getByRole('button', { name: 'Not this time' })).toBeEnabled();
});

it('says why an answer was not taken', async () => {
  mockAsked.mockResolvedValue({ answerDrEvent: { event: null, errors: [{ code: 'DR_EVENT_OVER', field: 'id', message: 'over' }] } });
  await show();
  await act(() => fireEvent.press(screen.getByRole('button', { name: 'I take part' })));
  expect(await screen.findByText('It is over: there is nothing to answer any more.')).toBeTruthy();
});

it('lets a delegate look on', async () => {
  await show({}, { holder: false });
  expect(screen.queryByRole('button')).toBeNull();
  expect(screen.getByText('Whoever lives here answers.')).toBeTruthy();
});

it('names the day of an end after midnight, and lengths below an hour', () => {
  setLanguage('en');
  const late = { startsAt: '2026-11-26T21:15:00Z', endsAt: '2026-11-26T22:00:00Z' };
  expect(whenText(t, late, ZONE, 'en')).toBe('26 Nov, 23:15–27 Nov 00:00');
  expect(lengthText(t, late)).toBe('45 min');
  expect(countdown(t, late, Date.parse(late.endsAt))).toBeNull();
  expect(countdown(t, late, Date.parse('2026-11-23T12:00:00Z'))).toBe('Begins in 3 days');
});
