/** Signs in before anything is shown, then gives the way to the routes. */
import { RouterProvider } from '@tanstack/react-router';
import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { Provider } from 'urql';
import { createClient } from '../api/client';
import * as session from '../auth/session';
import { Empty, Waiting } from '../ui/Answer';
import { useT } from './preferences';
import { router } from './router';

const client = createClient();

async function enter(): Promise<void> {
  if (location.pathname === '/console/callback') {
    const path = await session.comeBack();
    history.replaceState(null, '', path);
  }
  const asked = new URLSearchParams(location.search);
  const seat = asked.get('seat');
  if (seat) {
    // A link into an organisation: the seat goes to sign-in, and leaves the address.
    asked.delete('seat');
    history.replaceState(null, '', `${location.pathname}${asked.size > 0 ? `?${asked}` : ''}`);
    session.takeSeat(seat);
  }
  if (!session.present()) await session.signIn(location.pathname + location.search);
}

let entering: Promise<void> | null = null;

export function Root() {
  const t = useT();
  const [state, setState] = useState<'entering' | 'in' | Error>('entering');
  useEffect(() => {
    entering ??= enter();
    entering.then(
      () => setState('in'),
      (error: unknown) => setState(error instanceof Error ? error : new Error(String(error))),
    );
  }, []);
  if (state === 'entering') return <Waiting height={0} />;
  if (state instanceof Error) {
    return (
      <Empty
        icon="critical"
        title={t('signIn.failed')}
        action={<Button onClick={() => void session.signIn('/console/', { choose: true })}>{t('signIn.again')}</Button>}
      >
        {state.message}
      </Empty>
    );
  }
  return (
    <Provider value={client}>
      <RouterProvider router={router} />
    </Provider>
  );
}
