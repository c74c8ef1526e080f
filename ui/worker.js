// Opens the hall's page without a network, from the second visit on. It keeps the files of one bundle, each of which is named
// after its content, and the page that names them; nothing of the API, and nothing of a person.
const PREFIX = "onehall-bundle-";
const CACHE = `${PREFIX}{{revision}}`;
/** Every file of the bundle, with the SHA-256 of its content. */
const FILES = {{files}};
/** What is shown at every address of the hall. */
const PAGE = "{{base}}";
/** Stands in the page of this very bundle. */
const NAMED_IN_PAGE = "{{boot}}";
/** How long a page may take before the kept one is shown. */
const PATIENCE_MS = 5_000;

self.addEventListener("install", (event) => {
  // What is open goes on with its own files, and the next load has the new ones: nobody has to close anything.
  self.skipWaiting();
  event.waitUntil(keep());
});

/** All or nothing: a worker that could not keep the whole bundle is not installed, and tried again with the next load. */
async function keep() {
  const cache = await caches.open(CACHE);
  const page = await fetch(PAGE, { cache: "no-cache", headers: { accept: "text/html" } });
  const text = page.ok ? await page.clone().text() : "";
  // The hall has other pages by now than those of this worker, whose files it may not have any more.
  if (!text.includes(NAMED_IN_PAGE)) throw new Error("the page is of another bundle");
  await Promise.all(Object.entries(FILES).map(async ([file, hash]) => cache.put(file, await take(file, hash))));
  await cache.put(PAGE, page);
}

/** A file as it was built. What a cache has may be torn, of another build or not to be read: then the hall itself is asked. */
async function take(file, hash) {
  for (const ask of [() => caches.match(file), () => fetch(file), () => fetch(file, { cache: "reload" })]) {
    try {
      const response = await ask();
      if (response?.ok && (await hashOf(response.clone())) === hash) return response;
    } catch {
      // The next way may go well.
    }
  }
  throw new Error(`${file} is not as it was built`);
}

async function hashOf(response) {
  const digest = await crypto.subtle.digest("SHA-256", await response.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

self.addEventListener("activate", (event) => {
  event.waitUntil(Promise.all([forget(), self.clients.claim(), self.registration.navigationPreload?.enable()]));
});

/** The bundle before this one stays for pages that are open; what is older goes. Names come in the order of their making. */
async function forget() {
  const all = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(all.slice(0, -1).map((name) => caches.delete(name)));
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith(`${PAGE}assets/`)) {
    event.respondWith(caches.match(request, { ignoreVary: true }).then((kept) => kept ?? fetch(request)));
  } else if (request.mode === "navigate" && !/^\/(api|console|oauth)(\/|$)/.test(url.pathname)) {
    event.respondWith(open(event));
  }
});

/** The page from the hall; where none comes, or not in time, the one that is kept. */
async function open(event) {
  const kept = await caches.match(PAGE, { cacheName: CACHE });
  const asked = (async () => (await event.preloadResponse) ?? fetch(event.request))();
  if (!kept) return asked;
  const late = new Promise((fulfil) => setTimeout(fulfil, PATIENCE_MS));
  const answer = await Promise.race([asked.catch(() => undefined), late]);
  // A proxy says that the hall is not there.
  return answer && ![502, 503, 504].includes(answer.status) ? answer : kept;
}
