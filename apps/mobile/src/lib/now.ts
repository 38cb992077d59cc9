/** The clock, looked at again every minute and whenever the app comes back. */
import { useEffect, useState } from 'react';
import { AppState } from 'react-native';

export function useNow(everyMs = 60_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const look = () => setNow(Date.now());
    const timer = setInterval(look, everyMs);
    const subscription = AppState.addEventListener('change', (state) => state === 'active' && look());
    return () => {
      clearInterval(timer);
      subscription.remove();
    };
  }, [everyMs]);
  return now;
}

/** The zone in which the person is: for quiet hours, never for readings. */
export const deviceZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
