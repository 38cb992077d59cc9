// Lets the web build open without a connection: the page and its scripts, and nothing that anybody measured.
// Readings are kept by the app itself; what goes to /bff or /oauth never passes here.

const KEPT = 'balance-app-1';
const PATIENCE_MS = 4000;

self.addEventListener('install', (event) => {
  void self.skipWaiting();
  event.waitUntil(prepare());
});
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin || !url.pathname.startsWith('/app/')) return;
  if (url.pathname.startsWith('/app/_expo/')) event.respondWith(script(request));
  else if (request.mode === 'navigate' && !url.searchParams.has('code')) event.respondWith(page(request));
});

/** What was loaded before this worker was there is kept, too. */
async function prepare() {
  const cache = await caches.open(KEPT);
  const answer = await fetch('/app/');
  if (!answer.ok) return;
  const text = await answer.clone().text();
  await cache.put('/app/', answer);
  for (const [, script] of text.matchAll(/src="(\/app\/_expo\/[^"]+)"/g)) await cache.add(script);
}

/** The page as it is now; as it was, when the network says nothing. Every address has the same page. */
async function page(request) {
  const cache = await caches.open(KEPT);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.ok) await cache.put('/app/', answer.clone());
    return answer;
  } catch (error) {
    const kept = await cache.match('/app/');
    if (kept) return kept;
    throw error;
  }
}

/** Scripts have a hash in their names: one that is kept never changes, and those of older builds go. */
async function script(request) {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) {
    for (const old of await cache.keys()) if (new URL(old.url).pathname.startsWith('/app/_expo/')) await cache.delete(old);
    await cache.put(request, answer.clone());
  }
  return answer;
}
