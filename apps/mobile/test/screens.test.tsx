import { Refusal } from '@/api/refusal';
import { ChartCard } from '@/charts/ChartCard';
import { Confirm } from '@/control/Confirm';
import { IndicatorsCard } from '@/home/IndicatorsCard';
import { MonthCard } from '@/home/MonthCard';
import { setLanguage } from '@/i18n';
import { PreferencesProvider, type Preferences } from '@/theme/preferences';
import { Failure } from '@/ui/State';
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react-native';
import type { ReactNode } from 'react';
import { SafeAreaProvider } from 'react-native-safe-area-context';

const initial: Preferences = { locale: 'en', scheme: 'light', water: 'm3', heat: 'kWh', colours: {}, object: null, brand: null };
const metrics = { frame: { x: 0, y: 0, width: 390, height: 844 }, insets: { top: 0, left: 0, right: 0, bottom: 0 } };

async function show(node: ReactNode, some: Partial<Preferences> = {}) {
  await cleanup();
  setLanguage(some.locale ?? 'en');
  await render(
    <SafeAreaProvider initialMetrics={metrics}>
      <PreferencesProvider initial={{ ...initial, ...some }}>{node}</PreferencesProvider>
    </SafeAreaProvider>,
  );
}

/** The day on which the clock goes back in Chișinău: hour 3 twice. */
const START = Date.parse('2026-10-24T21:00:00Z');
const buckets = Array.from({ length: 25 }, (_, index) => ({
  start: START + index * 3_600_000, end: START + (index + 1) * 3_600_000, value: index === 5 ? null : index / 10, quality: index === 5 ? 5 : index === 6 ? 4 : 0, coverage: 1,
  look: index === 5 ? ('hatch' as const) : index === 6 ? ('outline' as const) : ('solid' as const),
}));

function chart(locale: 'en' | 'ru' = 'en') {
  return (
    <ChartCard
      span="day" zone="Europe/Chisinau" title="Consumption, kWh" series={[{ name: 'Electricity', stroke: { colour: '#B07800', dash: '' }, buckets }]}
      line={buckets.map(() => 1)} ahead={null} cumulative={null} write={(value) => (value == null ? '–' : `${value.toFixed(1)} kWh`)}
      summary={`A summary in ${locale}`} whole={{ known: 24, due: 25 }}
    />
  );
}

it('says a chart in words and as a table of 25 hours, with what is missing and estimated', async () => {
  await show(chart());
  expect(screen.getByLabelText('A summary in en')).toBeTruthy();
  expect(screen.getByText('24 of 25 hours are known.')).toBeTruthy();
  await act(() => fireEvent.press(screen.getByText('Show as table')));
  expect(screen.getAllByText(/^\d\d:00–\d\d:00/)).toHaveLength(25);
  expect(screen.getByText('missing')).toBeTruthy();
  expect(screen.getByText('estimated')).toBeTruthy();
  expect(screen.getByText('–')).toBeTruthy();
  expect(screen.getAllByText(/^\d\d:00–\d\d:00 GMT/)).toHaveLength(2);
});

it('gives the number of a request that failed, and tries again', async () => {
  const retry = jest.fn();
  await show(<Failure error={new Refusal('server', 'INTERNAL', 'internal error', '2f1b-7')} retry={retry} />);
  expect(screen.getByText('Request 2f1b-7')).toBeTruthy();
  await act(() => fireEvent.press(screen.getByText('Try again')));
  expect(retry).toHaveBeenCalledTimes(1);
});

it('tells a broken connection from a refusal', async () => {
  await show(<Failure error={new Refusal('offline', 'OFFLINE', '')} />);
  expect(screen.getByText('The server does not answer. Check the connection.')).toBeTruthy();
});

it('switches nothing before the word is typed', async () => {
  const confirm = jest.fn();
  await show(<Confirm open title="Switch off" lead="Sure?" word="OFF" onClose={() => undefined} onConfirm={confirm} />);
  const field = screen.getByLabelText('Type OFF to confirm');
  const button = () => screen.getByRole('button', { name: 'Switch off' });
  await act(() => fireEvent.changeText(field, 'OF'));
  await act(() => fireEvent.press(button()));
  expect(confirm).not.toHaveBeenCalled();
  await act(() => fireEvent.changeText(field, ' off '));
  await act(() => fireEvent.press(button()));
  expect(confirm).toHaveBeenCalledTimes(1);
});

it('says how a home compares in words, and nothing of too few homes', async () => {
  const told = { homes: 29, byArea: true, consumption: 1.38, norm: 0.9, temperature: null, efficiency: null };
  await show(<IndicatorsCard told={told} />);
  expect(screen.getByText('38% over average')).toBeTruthy();
  expect(screen.getByText('worth a look')).toBeTruthy();
  expect(screen.getByText('10% under the norm')).toBeTruthy();
  await show(<IndicatorsCard told={{ ...told, consumption: null, norm: null }} />, { locale: 'ru' });
  expect(screen.getByText(/слишком мало квартир/)).toBeTruthy();
});

it('compares the month only with a month that is known', async () => {
  const toDate = { soFar: 120, average: null, unit: 'kWh', forecast: { p10: 140, p50: 150, p90: 165 } };
  await show(<MonthCard toDate={toDate} commodity="ELECTRICITY" colour="#B07800" name="Electricity" />);
  expect(screen.queryByText(/last month/)).toBeNull();
  await show(<MonthCard toDate={{ ...toDate, average: 100 }} commodity="ELECTRICITY" colour="#B07800" name="Electricity" />);
  expect(screen.getByText('20% more than last month by the same hour')).toBeTruthy();
});
