// Serves the tablet's page and nothing else; it sends and stores no answer. The server writes SHELL = {version, page, files} above this line.

const CACHE = `sipas-tablet-${SHELL.version}`;
const KEPT = new Set([SHELL.page, ...SHELL.files]);

self.addEventListener("install", (event) => {
  const whole = [...KEPT].map((path) => new Request(path, { cache: "reload", credentials: "same-origin" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(whole)));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("sipas-tablet-") && name !== CACHE;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))));
});

// The page asks for this only while its idle screen is shown.
self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin || !KEPT.has(pathname)) return;
  if ((event.request.mode === "navigate") !== (pathname === SHELL.page)) return;
  event.respondWith(
    caches
      .open(CACHE)
      .then((cache) => cache.match(pathname))
      .then((kept) => kept ?? fetch(event.request)),
  );
});
