// Lets the web build open without a connection: its page and what the page is made of, nothing that
// anybody measured. What goes to /bff, /oauth or /graphql never passes here. The build fills in its
// version and its files (scripts/pack.mjs); a new version waits until the person takes it.

const VERSION = '__VERSION__';
const FILES = __FILES__;
const PREFIX = 'balance-shell-';
const SHELL = `${PREFIX}${VERSION}`;
const PAGE = '/app/';
const PATIENCE_MS = 4000;

self.addEventListener('install', (event) => event.waitUntil(keep()));
self.addEventListener('activate', (event) => event.waitUntil(take()));
self.addEventListener('message', (event) => {
  if (event.data === 'take') void self.skipWaiting();
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin || !url.pathname.startsWith(PAGE)) return;
  if (FILES.includes(url.pathname)) event.respondWith(file(request, url.pathname));
  else if (request.mode === 'navigate') event.respondWith(page(request));
});

/** All or nothing: half a shell would open half an app. */
async function keep() {
  const cache = await caches.open(SHELL);
  await cache.addAll([PAGE, ...FILES].map((path) => new Request(path, { cache: 'reload', credentials: 'omit' })));
}

/** The shells of other versions go with the pages that they opened. */
async function take() {
  for (const name of await caches.keys()) if (name.startsWith(PREFIX) && name !== SHELL) await caches.delete(name);
  await self.clients.claim();
}

/** The page as the server has it; as it was kept when nothing answers. Every address has the same page. */
async function page(request) {
  try {
    return await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch (error) {
    const kept = await (await caches.open(SHELL)).match(PAGE);
    if (kept) return kept;
    throw error;
  }
}

/** Files of this version never change. */
async function file(request, path) {
  return (await (await caches.open(SHELL)).match(path)) ?? fetch(request);
}
