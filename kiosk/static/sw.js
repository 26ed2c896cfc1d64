// Serves the tablet's page and nothing else; it sends and stores no answer. The server writes SHELL = {version, page, files} above this line.

const CACHE = `sipas-tablet-${SHELL.version}`;
const RECORDINGS = "sipas-sounds"; // apart from the shell: they outlive its versions and come when nobody waits for them
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
  if (Array.isArray(event.data?.sounds)) event.waitUntil(keepRecordings(event.data.sounds));
});

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname.startsWith(SOUNDS)) event.respondWith(recording(event.request, pathname));
  if (!KEPT.has(pathname)) return;
  if ((event.request.mode === "navigate") !== (pathname === SHELL.page)) return;
  event.respondWith(
    caches
      .open(CACHE)
      .then((cache) => cache.match(pathname))
      .then((kept) => kept ?? fetch(event.request)),
  );
});

// Those the page names are fetched, one after the other; those it names no more are dropped.
async function keepRecordings(addresses) {
  const wanted = new Set(addresses.map((address) => new URL(address, self.location.origin).pathname).filter((pathname) => pathname.startsWith(SOUNDS)));
  const cache = await caches.open(RECORDINGS);
  for (const request of await cache.keys()) if (!wanted.has(new URL(request.url).pathname)) await cache.delete(request);
  for (const pathname of wanted) if (!(await cache.match(pathname))) await cache.add(pathname).catch(() => {}); // no network: next time
}

// A player asks for a part of a file; the cache holds whole ones.
async function recording(request, pathname) {
  const cache = await caches.open(RECORDINGS);
  const kept = (await cache.match(pathname)) ?? (await fetch(pathname));
  const part = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get("range") ?? "");
  if (!part || kept.status !== 200) return kept;
  const bytes = await kept.arrayBuffer();
  const [first, last] = [Number(part[1]), Math.min(part[2] === "" ? Infinity : Number(part[2]), bytes.byteLength - 1)];
  const headers = { "Content-Type": kept.headers.get("Content-Type"), "Content-Range": `bytes ${first}-${last}/${bytes.byteLength}`, "Accept-Ranges": "bytes" };
  return new Response(bytes.slice(first, last + 1), { status: 206, headers });
}
