// What the core needs from a browser. A host of another kind (a mini-program, Node.js) hands in an object of the same
// shape; mini-app-sdk documents it as `Host`.

/** Answers wait in one database; what early.js reads before the first paint lies where it can be read at once. */
const AT_ONCE = ["preferences"];
const DATABASE = "onehall";
const STORE = "values";

/** @returns the host of the page that this runs in (or of a worker). */
export function browserHost() {
  return { fetch: send, listen, get, put, remove, keepUnsent, unsent, forgetUnsent, eraseUnsent, sleep, random };
}

/**
 * Sends a request. `call.answer` is fulfilled with the answer, whatever its status, or rejected where none came.
 * XMLHttpRequest only where the progress of an upload is asked for, which fetch does not tell.
 */
function send(request) {
  return request.onProgress && typeof XMLHttpRequest === "function" ? sendAndTell(request) : sendQuietly(request);
}

function sendQuietly({ method, url, headers, body, timeoutMs }) {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), timeoutMs);
  const answer = fetch(url, { method, headers, body, signal: control.signal, cache: "no-store", redirect: "error" })
    .then(async (response) => ({
      status: response.status,
      headers: [...response.headers],
      body: new Uint8Array(await response.arrayBuffer()),
    }))
    .finally(() => clearTimeout(timer));
  return { answer, abort: () => control.abort() };
}

function sendAndTell({ method, url, headers, body, timeoutMs, onProgress }) {
  const request = new XMLHttpRequest();
  const answer = new Promise((fulfil, reject) => {
    request.open(method, url, true);
    request.responseType = "arraybuffer";
    request.timeout = timeoutMs;
    for (const [name, value] of headers) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => onProgress(event.loaded, event.total);
    request.onload = () => fulfil({
      status: request.status,
      headers: request.getAllResponseHeaders().trim().split(/\r?\n/).map((line) => {
        const at = line.indexOf(": ");
        return [line.slice(0, at).toLowerCase(), line.slice(at + 2)];
      }),
      body: new Uint8Array(request.response ?? 0),
    });
    request.onerror = request.ontimeout = request.onabort = () => reject(new Error("no answer"));
    request.send(body);
  });
  return { answer, abort: () => request.abort() };
}

/**
 * Listens to server-sent events: `on("open")`, `on("broken")`, `on("poke", data)`. Returns what ends it.
 * EventSource where the session is a cookie; it cannot send a header, so a session of another kind streams by fetch.
 */
function listen(url, headers, on) {
  if (headers.length > 0 || typeof EventSource !== "function") return stream(url, headers, on);
  const source = new EventSource(url);
  source.onopen = () => on("open");
  source.onerror = () => on("broken");
  source.addEventListener("poke", (event) => on("poke", event.data));
  return () => {
    source.onopen = source.onerror = null;
    source.close();
  };
}

// The backend sends a heartbeat every 15 seconds: what is silent for longer is dead.
const SILENCE_MS = 40_000;
const RECONNECT_MS = [500, 30_000];

function stream(url, headers, on) {
  let ended = false;
  let control = new AbortController();
  let wait = RECONNECT_MS[0];
  (async () => {
    while (!ended) {
      control = new AbortController();
      let silence = setTimeout(() => control.abort(), SILENCE_MS);
      try {
        const response = await fetch(url, {
          headers: [...headers, ["accept", "text/event-stream"]],
          signal: control.signal,
          cache: "no-store",
        });
        if (response.ok) {
          wait = RECONNECT_MS[0];
          if (!ended) on("open");
          const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
          let rest = "";
          for (;;) {
            const { done, value } = await reader.read();
            if (done) break;
            clearTimeout(silence);
            silence = setTimeout(() => control.abort(), SILENCE_MS);
            const events = (rest + value).split(/\r?\n\r?\n/);
            rest = events.pop();
            for (const event of events) tell(event, on, () => ended);
          }
        }
      } catch {
        // Broken, silent or ended: said below.
      } finally {
        clearTimeout(silence);
      }
      if (ended) return;
      on("broken");
      await sleep(wait);
      wait = Math.min(wait * 2, RECONNECT_MS[1]);
    }
  })();
  return () => {
    ended = true;
    control.abort();
  };
}

function tell(event, on, ended) {
  const lines = event.split(/\r?\n/);
  const data = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5).replace(/^ /, ""));
  if (!ended() && data.length > 0 && lines.some((line) => /^event: ?poke$/.test(line))) on("poke", data.join("\n"));
}

let opening;

/** The database; null where the browser has or allows none. */
function database() {
  opening ??= new Promise((fulfil) => {
    try {
      const request = indexedDB.open(DATABASE, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE);
      request.onsuccess = () => fulfil(request.result);
      request.onerror = request.onblocked = () => fulfil(null);
    } catch {
      fulfil(null);
    }
  });
  return opening;
}

/** Fulfilled when the transaction is on the disk, not when it is asked for. */
async function inStore(mode, work) {
  const open = await database();
  if (!open) return undefined;
  return new Promise((fulfil) => {
    try {
      const transaction = open.transaction(STORE, mode, { durability: "strict" });
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => fulfil(request.result);
      transaction.onerror = transaction.onabort = () => fulfil(undefined);
    } catch {
      fulfil(undefined);
    }
  });
}

function atOnce(key, work) {
  try {
    return work(localStorage, `onehall.${key}`);
  } catch {
    // A full or forbidden storage keeps nothing.
    return undefined;
  }
}

async function get(key) {
  if (!AT_ONCE.includes(key)) return inStore("readonly", (store) => store.get(key));
  const text = atOnce(key, (storage, name) => storage.getItem(name));
  return text == null ? undefined : new TextEncoder().encode(text);
}

async function put(key, value) {
  if (!AT_ONCE.includes(key)) return inStore("readwrite", (store) => store.put(value, key));
  atOnce(key, (storage, name) => storage.setItem(name, new TextDecoder().decode(value)));
}

async function remove(key) {
  if (!AT_ONCE.includes(key)) return inStore("readwrite", (store) => store.delete(key));
  atOnce(key, (storage, name) => storage.removeItem(name));
}

// What is not sent yet: encrypted by a key of this browser's that no script can read out. Erased with the key.
const UNSENT = "unsent/";
const UNSENT_KEY = "unsent-key";
const IV_BYTES = 12;

/** The data key; where there is none and `make` is set, a new one. */
async function unsentKey(make) {
  const known = await inStore("readonly", (store) => store.get(UNSENT_KEY));
  if (known || !make || !globalThis.crypto?.subtle) return known;
  const fresh = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  await inStore("readwrite", (store) => store.add(fresh, UNSENT_KEY));
  // Another tab may have been quicker.
  return inStore("readonly", (store) => store.get(UNSENT_KEY));
}

const cipher = (key, iv) => ({ name: "AES-GCM", iv, additionalData: new TextEncoder().encode(key) });
const writerOf = (key) => `onehall.${key.slice(key.lastIndexOf("/") + 1)}`;
const alive = new Set();

/** Says to other tabs, for as long as this one lives, that what `writer` keeps is not theirs to send. */
function live(writer) {
  if (alive.has(writer) || !globalThis.navigator?.locks) return;
  alive.add(writer);
  navigator.locks.request(writer, () => new Promise(() => {})).catch(() => alive.delete(writer));
}

/** Fulfilled with whether the value is on the disk. */
async function keepUnsent(key, value) {
  const secret = await unsentKey(true);
  if (!secret) return false;
  live(writerOf(key));
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const sealed = new Uint8Array(await crypto.subtle.encrypt(cipher(key, iv), secret, value));
  const record = new Uint8Array(IV_BYTES + sealed.length);
  record.set(iv);
  record.set(sealed, IV_BYTES);
  return (await inStore("readwrite", (store) => store.put(record, UNSENT + key))) !== undefined;
}

/** Keys and values of all that no living tab will send. */
async function unsent() {
  const secret = await unsentKey(false);
  if (!secret) return [];
  const { held = [] } = (await globalThis.navigator?.locks?.query()) ?? {};
  const living = new Set(held.map(({ name }) => name));
  const range = IDBKeyRange.bound(UNSENT, `${UNSENT}\uffff`);
  const names = (await inStore("readonly", (store) => store.getAllKeys(range))) ?? [];
  const records = (await inStore("readonly", (store) => store.getAll(range))) ?? [];
  const found = names.map(async (name, at) => {
    const key = name.slice(UNSENT.length);
    if (living.has(writerOf(key)) || !records[at]) return [];
    const [iv, sealed] = [records[at].subarray(0, IV_BYTES), records[at].subarray(IV_BYTES)];
    // Of a key that was erased: nothing that anybody could read.
    return crypto.subtle.decrypt(cipher(key, iv), secret, sealed).then((value) => [[key, new Uint8Array(value)]], () => []);
  });
  return (await Promise.all(found)).flat();
}

function forgetUnsent(key) {
  return inStore("readwrite", (store) => store.delete(UNSENT + key));
}

/** The key first: without it the rest is noise, whatever becomes of it. */
async function eraseUnsent() {
  await inStore("readwrite", (store) => store.delete(UNSENT_KEY));
  await inStore("readwrite", (store) => store.delete(IDBKeyRange.bound(UNSENT, `${UNSENT}\uffff`)));
}

function sleep(ms) {
  return new Promise((fulfil) => setTimeout(fulfil, ms));
}

function random(bytes) {
  return crypto.getRandomValues(bytes);
}
