/** Lets the page itself open without a connection, by the worker of the build (worker/sw.js). */

const WORKER = '/app/sw.js';
const SCOPE = '/app/';
const AGAIN_MS = 3_600_000;
const there = (): boolean => 'serviceWorker' in navigator && process.env.NODE_ENV === 'production';
const listeners = new Set<() => void>();
let waiting: ServiceWorker | null = null;

/** Whether a newer version is ready to be taken. */
export const renewed = (): boolean => waiting !== null;

export function onRenewed(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Keeps the page and its files, and looks for newer ones once an hour. */
export function keepShell(): () => void {
  if (!there()) return () => undefined;
  let timer: ReturnType<typeof setInterval> | null = null;
  const wait = (worker: ServiceWorker | null) => {
    // The first version of all replaces nothing.
    if (!worker || !navigator.serviceWorker.controller) return;
    waiting = worker;
    listeners.forEach((listener) => listener());
  };
  void navigator.serviceWorker
    .register(WORKER, { scope: SCOPE, updateViaCache: 'none' })
    .then((registration) => {
      wait(registration.waiting);
      registration.addEventListener('updatefound', () => {
        const { installing } = registration;
        installing?.addEventListener('statechange', () => installing.state === 'installed' && wait(installing));
      });
      timer = setInterval(() => void registration.update().catch(() => undefined), AGAIN_MS);
    })
    .catch(() => undefined);
  return () => {
    if (timer !== null) clearInterval(timer);
  };
}

/** Takes the newer version: its worker, and with it its page. */
export function takeShell(): void {
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
  waiting?.postMessage('take');
}
