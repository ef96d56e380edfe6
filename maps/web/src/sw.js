// The shell of the pages, for a phone without a network. Built by vite.config.ts, which
// puts the names of the files in; the API is never kept, nor is what belongs to a person.
const SHELL = self.__SHELL__
const CACHE = `xunge-${SHELL.version}`

self.addEventListener('install', (event) => {
  const filled = caches.open(CACHE).then((cache) => cache.addAll(SHELL.files))
  event.waitUntil(filled.then(() => self.skipWaiting()))
})

self.addEventListener('activate', (event) => {
  const old = caches.keys().then((names) => names.filter((n) => n.startsWith('xunge-') && n !== CACHE))
  const cleared = old.then((names) => Promise.all(names.map((name) => caches.delete(name))))
  event.waitUntil(cleared.then(() => self.clients.claim()))
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  const isOurs = origin === self.location.origin && request.method === 'GET'
  if (!isOurs || /^\/(api|ingest|healthz)(\/|$)/.test(pathname)) return
  if (request.mode === 'navigate') event.respondWith(page(request))
  else if (SHELL.files.includes(pathname)) event.respondWith(kept(request, pathname))
})

// The newest page while there is a network, the kept one without.
const page = async (request) => {
  try {
    return await fetch(request)
  } catch {
    return (await caches.match('/')) ?? Response.error()
  }
}

const kept = async (request, pathname) => (await caches.match(pathname)) ?? fetch(request)
