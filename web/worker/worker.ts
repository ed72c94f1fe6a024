// worker.ts - lets the app open without a line: its page and what that loads are kept, nothing else is.
//
// What the server says is never kept here but for the words of a language: the app remembers by itself what was
// last confirmed (keep.ts), and says when. A page is asked for first and taken from the cache only when there is no answer, so a new version
// shows at once; files whose name carries a hash never change. The build fills in the two names below.
export {};

declare const self: ServiceWorkerGlobalScope;
declare const VERSION: string;
declare const FILES: string[];

const PAGE = '/';
const APP_PATHS = ['/', '/journey', '/points', '/return'];
const WORDS = '/api/v1/languages/';
const CACHE = `juncho-${VERSION}`;

async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll([PAGE, ...FILES]);
  await self.skipWaiting();
}

async function activate(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith('juncho-') && name !== CACHE) await caches.delete(name);
  await self.clients.claim();
}

async function page(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await caches.match(PAGE);
    if (kept) return kept;
    throw error;
  }
}

async function file(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}

async function words(request: Request): Promise<Response> {
  try {
    const answer = await fetch(request);
    if (answer.ok) await (await caches.open(CACHE)).put(request.url, answer.clone());
    return answer;
  } catch (error) {
    const kept = await caches.match(request.url);
    if (kept) return kept;
    throw error;
  }
}

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate' && APP_PATHS.includes(pathname)) event.respondWith(page(request));
  else if (FILES.includes(pathname)) event.respondWith(file(request));
  else if (pathname.startsWith(WORDS)) event.respondWith(words(request));
});
