/** Reads again when the back end says that something changed, and after every interruption. */
import { useEffect, useEffectEvent, useRef } from 'react';
import { useSubscription } from 'urql';
import { graphql } from './graphql';
import { useLive } from './live';

const FOLDED = graphql(`
  subscription Folded($under: ID) {
    readingsFolded(under: $under) { start end groups { id } }
  }
`);

const QUIET_MS = 4_000;

/** Calls `again` after readings of the group came: at most once in a while, however many come. */
export function useNewReadings(under: string | null, again: () => void, pause = false): void {
  const [{ data }] = useSubscription({ query: FOLDED, variables: { under }, pause });
  const { resumed } = useLive();
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const call = useEffectEvent(again);
  useEffect(() => {
    if (!data && resumed === 0) return;
    timer.current ??= setTimeout(() => {
      timer.current = null;
      call();
    }, QUIET_MS);
  }, [data, resumed]);
  useEffect(() => () => void (timer.current && clearTimeout(timer.current)), []);
}
