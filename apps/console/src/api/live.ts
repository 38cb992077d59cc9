/** Whether news arrive by themselves; what was missed during an interruption is asked for again. */
import { useSyncExternalStore } from 'react';

type State = 'idle' | 'connected' | 'interrupted';

class Live {
  state: State = 'idle';
  /** Counts reconnections: whoever depends on it reads again. */
  resumed = 0;
  private readonly listeners = new Set<() => void>();

  connected(): void {
    if (this.state === 'interrupted') this.resumed += 1;
    this.set('connected');
  }

  closed(): void {
    this.set('interrupted');
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private set(state: State): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}

export const live = new Live();

export function useLive(): { state: State; resumed: number } {
  const state = useSyncExternalStore(live.subscribe, () => live.state);
  const resumed = useSyncExternalStore(live.subscribe, () => live.resumed);
  return { state, resumed };
}
