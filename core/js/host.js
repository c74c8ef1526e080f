// What the core needs from a browser. A host of another kind (a mini-program, Node.js) hands in an object of the same
// shape; mini-app-sdk documents it as `Host`.

/** What early.js reads before the first paint lies where it can be read at once. */
const AT_ONCE = "terminal/preferences";
const AT_ONCE_NAME = "onehall.preferences";
const DATABASE = "onehall";
const STORE = "values";

/** @returns the host of the page that this runs in (or of a worker). */
export function browserHost() {
  return { fetch: send, listen, others, get, scan, batch, erase, keepUnsent, unsent, forgetUnsent, eraseUnsent, sleep, random };
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

/** The lock and the channel of the tabs that share one store. */
const SHARED = "onehall.copy";
/** Who in this tab is told of what others changed, and the channel on which that is said. */
const joined = new Set();
let shared;

/**
 * Joins the other tabs of this origin, until `leave()`. `lead` is fulfilled once this one keeps up to date what all of them
 * share, which it does from then on; `tell()` calls `told` in the others. Undefined where tabs cannot know of each other.
 */
function others(told) {
  const locks = globalThis.navigator?.locks;
  if (!locks || typeof BroadcastChannel !== "function") return undefined;
  shared ??= new BroadcastChannel(SHARED);
  shared.onmessage = () => joined.forEach((one) => one());
  // A function of its own: the same one may join twice.
  const one = () => told();
  joined.add(one);
  const control = new AbortController();
  let end;
  const ended = new Promise((fulfil) => (end = fulfil));
  const lead = new Promise((fulfil) => {
    const held = () => (fulfil(), ended);
    locks.request(SHARED, { signal: control.signal }, held).catch(() => {});
  });
  const leave = () => {
    joined.delete(one);
    if (joined.size === 0) {
      shared.close();
      shared = undefined;
    }
    control.abort();
    end();
  };
  const tell = () => {
    shared?.postMessage(0);
    // A channel tells everybody but its own page.
    joined.forEach((other) => other !== one && queueMicrotask(other));
  };
  return { lead, tell, leave };
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

/**
 * The database; null where the browser has or allows none. Rejected where it cannot be had now: whoever asks next asks the
 * browser again, as they do once it was closed.
 */
function database() {
  if (opening) return opening;
  const asked = new Promise((fulfil, refuse) => {
    try {
      const request = indexedDB.open(DATABASE, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE);
      request.onsuccess = () => {
        const open = request.result;
        // Whoever wants to change the database is not kept waiting.
        open.onclose = open.onversionchange = () => {
          letGo(asked);
          open.close();
        };
        fulfil(open);
      };
      request.onerror = () => {
        if (forbids(request.error)) return fulfil(null);
        letGo(asked);
        refuse(request.error);
      };
    } catch {
      fulfil(null);
    }
  });
  return (opening = asked);
}

/** From here on another connection is asked for than this one. */
function letGo(asked) {
  if (opening === asked) opening = undefined;
}

/** Whether a page is refused its database for good, and not for a moment only. */
function forbids(cause) {
  if (["SecurityError", "InvalidStateError"].includes(cause?.name)) return true;
  try {
    // Chromium says of this store only that it is forbidden, and of the database no more than that something went wrong.
    void globalThis.localStorage;
    return false;
  } catch {
    return true;
  }
}

/** Why something is not kept: `code` is what the core understands. */
function fault(code, cause) {
  return Object.assign(new Error(`nothing can be kept: ${code}`, { cause }), { code });
}

const faultOf = (cause) => fault(cause?.name === "QuotaExceededError" ? "full" : "broken", cause);

/** Fulfilled when the transaction is on the disk, not when it is asked for; rejected where nothing of it is. */
async function transact(mode, work, again = true) {
  const asked = database();
  const open = await asked.catch((cause) => {
    throw faultOf(cause);
  });
  if (!open) throw fault("forbidden");
  let transaction;
  try {
    transaction = open.transaction(STORE, mode, { durability: "strict" });
  } catch (cause) {
    if (!again || cause?.name !== "InvalidStateError") throw faultOf(cause);
    // It was closed under the page, as WebKit does to one that sleeps: nothing was done yet, and it can be opened again.
    letGo(asked);
    return transact(mode, work, false);
  }
  return new Promise((fulfil, refuse) => {
    const failed = (cause) => {
      // So WebKit says that it is lost.
      if (cause?.name === "UnknownError") letGo(asked);
      refuse(faultOf(cause));
    };
    try {
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => fulfil(request?.result);
      transaction.onabort = () => failed(transaction.error);
    } catch (cause) {
      failed(cause);
    }
  });
}

/** As `transact`; undefined where it fails. */
const inStore = (mode, work) => transact(mode, work).catch(() => undefined);

function atOnce(work) {
  try {
    return work(localStorage);
  } catch (cause) {
    throw fault(cause?.name === "QuotaExceededError" ? "full" : "forbidden", cause);
  }
}

// Values lie at `sealed/OWNER/SEGMENT/KEY`, where segment and key are keyed hashes. The keys of an owner, the terminal or a
// person, are such that no script can read them out; a person's are destroyed first when they leave. Without cryptography
// (a page without TLS) only what is the terminal's own is kept, as it is.
const SEALED = "sealed/";
const CLEAR = "clear/";
const KEYS = "keys/";
const AES = 2;
const IV_BYTES = 12;

const ownerOf = (key) => (/^terminal[-/]/.test(key) ? "terminal" : "person");
const within = (prefix) => IDBKeyRange.bound(prefix, `${prefix}\uffff`);
const bytesOf = (text) => new TextEncoder().encode(text);

/** The keys of an owner; where there are none and `make` is set, new ones. Null where there is no cryptography. */
async function keysOf(owner, make) {
  if (!globalThis.crypto?.subtle) return null;
  const place = KEYS + owner;
  const known = await transact("readonly", (store) => store.get(place));
  if (known || !make) return known;
  const fresh = {
    id: crypto.randomUUID(),
    seal: await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]),
    name: await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]),
  };
  await transact("readwrite", (store) => {
    // Another tab may have been quicker. Else what is there yet is noise, of keys that are gone.
    const count = store.count(place);
    count.onsuccess = () => {
      if (count.result > 0) return;
      store.delete(within(`${SEALED}${owner}/`));
      store.put(fresh, place);
    };
  });
  return transact("readonly", (store) => store.get(place));
}

async function hidden(keys, text) {
  const hash = new Uint8Array(await crypto.subtle.sign("HMAC", keys.name, bytesOf(text)));
  return [...hash.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Where a segment lies, and a key in it. */
async function segmentPlace(keys, key) {
  if (keys === null && ownerOf(key) === "person") throw fault("forbidden");
  return keys === null ? CLEAR : `${SEALED}${ownerOf(key)}/${await hidden(keys, key.split("/", 1)[0])}/`;
}

async function placeOf(keys, key) {
  return (await segmentPlace(keys, key)) + (keys === null ? key : await hidden(keys, `${key}\0`));
}

async function seal(keys, place, key, value) {
  const [name, iv] = [bytesOf(key), crypto.getRandomValues(new Uint8Array(IV_BYTES))];
  const plain = new Uint8Array(2 + name.length + value.length);
  plain.set([name.length & 255, name.length >> 8]);
  plain.set(name, 2);
  plain.set(value, 2 + name.length);
  const sealed = new Uint8Array(await crypto.subtle.encrypt(cipher(place, iv), keys.seal, plain));
  const record = new Uint8Array(1 + IV_BYTES + sealed.length);
  record[0] = AES;
  record.set(iv, 1);
  record.set(sealed, 1 + IV_BYTES);
  return record;
}

/** Key and value of a record. */
async function unseal(keys, place, record) {
  if (record[0] !== AES) throw fault(record[0] > AES ? "newer" : "broken");
  const [iv, sealed] = [record.subarray(1, 1 + IV_BYTES), record.subarray(1 + IV_BYTES)];
  const opened = await crypto.subtle.decrypt(cipher(place, iv), keys.seal, sealed).catch((cause) => {
    throw fault("broken", cause);
  });
  const plain = new Uint8Array(opened);
  const end = 2 + plain[0] + plain[1] * 256;
  return [new TextDecoder().decode(plain.subarray(2, end)), plain.slice(end)];
}

let takingOver;

/** What an earlier version kept in the clear, and the terminal's own, is encrypted. */
function takeOver() {
  takingOver ??= (async () => {
    const plain = await transact("readonly", (store) => store.get("analytics"));
    if (plain) await keep([["terminal/analytics", plain]], ["analytics"]);
    await takeOverUnsent();
  })().catch(() => {
    // Where it cannot be read now, it is there the next time.
    takingOver = undefined;
  });
  return takingOver;
}

/** What an earlier version kept to be sent: its names lay in the clear, under one key. */
async function takeOverUnsent() {
  const [place, range] = ["unsent-key", within("unsent/")];
  const secret = await transact("readonly", (store) => store.get(place));
  if (!secret) return;
  const keys = await keysOf(UNSENT, true);
  let names, records;
  await transact("readonly", (store) => {
    names = store.getAllKeys(range);
    records = store.getAll(range);
  });
  for (const [at, name] of names.result.entries()) {
    const [key, record] = [name.slice("unsent/".length), records.result[at]];
    const opened = crypto.subtle.decrypt(cipher(key, record.subarray(0, IV_BYTES)), secret, record.subarray(IV_BYTES));
    const value = await opened.then((value) => new Uint8Array(value), () => undefined);
    const now = await unsentPlace(keys, key);
    if (value && !(await changeUnsent(keys, now, await seal(keys, now, key, value)))) return;
    await transact("readwrite", (store) => store.delete(name));
  }
  await transact("readwrite", (store) => store.delete(place));
}

/** The value at a key; undefined where there is none. */
async function get(key) {
  if (key === AT_ONCE) {
    const text = atOnce((storage) => storage.getItem(AT_ONCE_NAME));
    return text == null ? undefined : bytesOf(text);
  }
  await takeOver();
  const keys = await keysOf(ownerOf(key));
  if (keys === undefined) return undefined;
  const place = await placeOf(keys, key);
  const record = await transact("readonly", (store) => store.get(place));
  return record && keys ? (await unseal(keys, place, record))[1] : record;
}

/** Keys and values of all whose keys begin with `prefix`, which names a whole segment at least. */
async function scan(prefix) {
  await takeOver();
  const keys = await keysOf(ownerOf(prefix));
  if (keys === undefined) return [];
  const from = (await segmentPlace(keys, prefix)) + (keys === null ? prefix : "");
  let places, records;
  await transact("readonly", (store) => {
    places = store.getAllKeys(within(from));
    records = store.getAll(within(from));
  });
  const damaged = [];
  const found = places.result.map(async (place, at) => {
    if (keys === null) return [place.slice(CLEAR.length), records.result[at]];
    return unseal(keys, place, records.result[at]).catch((cause) => {
      if (cause.code === "newer") throw cause;
      damaged.push(place);
      return [""];
    });
  });
  const entries = (await Promise.all(found)).filter(([key]) => key.startsWith(prefix));
  if (damaged.length > 0) {
    // Said once: who reads anew what was there is not told again.
    await transact("readwrite", (store) => damaged.forEach((place) => store.delete(place)));
    throw fault("broken");
  }
  // In the order of their bytes, not of UTF-16.
  return entries.map((entry) => [bytesOf(entry[0]), entry]).sort(([a], [b]) => order(a, b)).map(([, entry]) => entry);
}

function order(a, b) {
  const at = a.findIndex((byte, at) => byte !== b[at]);
  return at < 0 ? a.length - b.length : a[at] - (b[at] ?? -1);
}

/** All changes or none: `[key, value]` keeps, `[key]` forgets. */
async function batch(writes) {
  const now = writes.filter(([key]) => key === AT_ONCE);
  await takeOver();
  if (now.length < writes.length) await keep(writes.filter(([key]) => key !== AT_ONCE), []);
  for (const [, value] of now) {
    atOnce((storage) => {
      if (value) storage.setItem(AT_ONCE_NAME, new TextDecoder().decode(value));
      else storage.removeItem(AT_ONCE_NAME);
    });
  }
}

/** Keeps and forgets, and takes `rest` away, in one transaction. */
async function keep(writes, rest) {
  const owners = new Map();
  for (const [key, value] of writes) {
    const owner = ownerOf(key);
    const known = owners.get(owner);
    if (!owners.has(owner) || (value && known === undefined)) owners.set(owner, await keysOf(owner, value !== undefined));
  }
  const used = [...owners].filter(([, keys]) => keys).map(([owner, { id }]) => [KEYS + owner, id]);
  const changes = await Promise.all(writes.map(async ([key, value]) => {
    const keys = owners.get(ownerOf(key));
    if (keys === undefined) return [];
    const place = await placeOf(keys, key);
    return [place, value && keys ? await seal(keys, place, key, value) : value];
  }));
  await transact("readwrite", (store) => {
    // Whoever left meanwhile, in another tab: what was theirs is not kept under keys that are gone.
    for (const [place, id] of used) {
      const now = store.get(place);
      now.onsuccess = () => now.result?.id === id || store.transaction.abort();
    }
    for (const place of rest) store.delete(place);
    for (const [place, record] of changes) {
      if (record) store.put(record, place);
      else if (place) store.delete(place);
    }
  });
}

/** The keys of a person first: without them the rest is noise, whatever becomes of it. */
async function erase() {
  await transact("readwrite", (store) => store.delete(`${KEYS}person`));
  await transact("readwrite", (store) => store.delete(within(`${SEALED}person/`)));
}

// What is not sent yet lies as the values of a third owner do, `unsent`, whose keys are its own: they are destroyed with it.
const UNSENT = "unsent";
const UNSENT_PLACES = `${SEALED}${UNSENT}/`;

const cipher = (place, iv) => ({ name: "AES-GCM", iv, additionalData: bytesOf(place) });
const writerOf = (key) => `onehall.${key.slice(key.lastIndexOf("/") + 1)}`;
/** Whether a key is that of something that waits in the outbox: `person/outbox/id`. */
const outboxed = (key) => /^[^/]*\/outbox\/[^/]*$/.test(key);
const unsentPlace = async (keys, key) => UNSENT_PLACES + (await hidden(keys, key));

/** What this tab is the one to send, by writer: a promise of whether it is. */
const alive = new Map();

/**
 * Says to other tabs, for as long as this one lives, that what `writer` keeps is not theirs to send. Fulfilled with whether it
 * is this tab's; not where another one said so before.
 */
function live(writer) {
  if (!globalThis.navigator?.locks) return Promise.resolve(true);
  if (!alive.has(writer)) {
    alive.set(writer, new Promise((fulfil) => {
      const held = (lock) => {
        if (!lock) alive.delete(writer);
        fulfil(lock !== null);
        return lock ? new Promise(() => {}) : undefined;
      };
      navigator.locks.request(writer, { ifAvailable: true }, held).catch(() => {
        alive.delete(writer);
        fulfil(true);
      });
    }));
  }
  return alive.get(writer);
}

/** Who keeps drafts and files on this page, each with whether other tabs were told that there is something. */
const mine = new Map();

/** How long a tab that is loaded anew has to go on with its own before another one does, in milliseconds. */
const COMES_BACK_MS = 3_000;
const awaited = new Set();

/** Whether what was left has been looked for on this page. */
let looked = false;
/** Whose tabs are gone, and have been for a while. */
const due = new Set();

/** Looks again when the tab that keeps something is gone. */
function follow(writer) {
  if (awaited.has(writer)) return;
  awaited.add(writer);
  navigator.locks.request(writer, () => {}).then(() => sleep(COMES_BACK_MS)).then(() => due.add(writer), () => {}).then(() => {
    awaited.delete(writer);
    joined.forEach((told) => told());
  });
}

/** Fulfilled with whether the value is on the disk. */
async function keepUnsent(key, value) {
  const keys = await keysOf(UNSENT, true).catch(() => undefined);
  if (!keys) return false;
  const writer = writerOf(key);
  if (!outboxed(key) && !mine.has(writer)) mine.set(writer, false);
  await live(writer);
  const place = await unsentPlace(keys, key);
  const kept = await changeUnsent(keys, place, await seal(keys, place, key, value));
  // Of an outbox each time, as it is shown. Of all else once: who knows of this page goes on when it is closed.
  if (kept && !mine.get(writer)) {
    shared?.postMessage(0);
    if (mine.has(writer)) mine.set(writer, true);
  }
  return kept;
}

/** Changes what lies at a place, unless the keys were destroyed meanwhile, by another tab: whether it did. */
function changeUnsent(keys, place, record) {
  const work = (store) => {
    const now = store.get(KEYS + UNSENT);
    now.onsuccess = () => {
      if (now.result?.id !== keys.id) store.transaction.abort();
      else if (record) store.put(record, place);
      else store.delete(place);
    };
  };
  return transact("readwrite", work).then(() => true, () => false);
}

/**
 * Keys and values of all that no living tab will send. What another tab has in the outbox is among them under
 * `person/elsewhere/id`: to be shown, not to be sent. So is what else a living one keeps, this page included, under
 * `person/theirs/...`: to be asked for at a log-out. Rejected where it cannot be read now, which is not the same as nothing.
 */
async function unsent() {
  await takeOver();
  const keys = await keysOf(UNSENT, false);
  if (!keys) return [];
  let places, records;
  await transact("readonly", (store) => {
    places = store.getAllKeys(within(UNSENT_PLACES));
    records = store.getAll(within(UNSENT_PLACES));
  });
  const first = !looked;
  looked = true;
  const found = places.result.map(async (place, at) => {
    // Of keys that were destroyed: nothing that anybody could read.
    const opened = await unseal(keys, place, records.result[at]).catch(() => undefined);
    if (!opened) return [];
    const [key, value] = opened;
    const writer = writerOf(key);
    if (!outboxed(key)) {
      // A tab that was just closed may be loaded anew: it comes first.
      const other = !mine.has(writer);
      if (other && !awaited.has(writer) && (await live(writer))) return [opened];
      if (other) follow(writer);
      return [[key.replace("/", "/theirs/"), value]];
    }
    if ((first || alive.has(writer) || due.has(writer)) && (await live(writer))) return [opened];
    due.delete(writer);
    follow(writer);
    return [[key.replace("/outbox/", "/elsewhere/"), value]];
  });
  return (await Promise.all(found)).flat();
}

async function forgetUnsent(key) {
  const keys = await keysOf(UNSENT, false).catch(() => undefined);
  if (!keys) return;
  await changeUnsent(keys, await unsentPlace(keys, key));
  if (outboxed(key)) shared?.postMessage(0);
}

/** The keys first: without them the rest is noise, whatever becomes of it. */
async function eraseUnsent() {
  await inStore("readwrite", (store) => store.delete(KEYS + UNSENT));
  await inStore("readwrite", (store) => store.delete(within(UNSENT_PLACES)));
  shared?.postMessage(0);
}

function sleep(ms) {
  return new Promise((fulfil) => setTimeout(fulfil, ms));
}

function random(bytes) {
  return crypto.getRandomValues(bytes);
}
