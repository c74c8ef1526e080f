// What a core keeps, in the storage of a host that is no browser: a mini-program's, with small values, little room and no
// transactions. Such a host puts it into its `Host`: `{ ...host, ...storedIn(storage) }`.
//
// One entry, the index, says which keys there are and in which pieces their values lie. A change writes its pieces under new
// names, then the index, then takes away what the index no longer names. So the index alone decides: a change that was cut
// short is none, and what it left is taken away by the next start.

const INDEX = "onehall/index";
const PIECE = "onehall/piece/";
/** What WeChat gives: a megabyte an entry, ten in all. */
const WECHAT = { piece: 1024 * 1024, total: 10 * 1024 * 1024 };
const FORMAT = 1;
const UNSENT = "unsent/";

const isTerminals = (key) => /^terminal[-/]/.test(key);

/** Why something is not kept: `code` is what the core understands. */
function fault(code, cause) {
  return Object.assign(new Error(`nothing can be kept: ${code}`, { cause }), { code });
}

/**
 * The part of a `Host` that keeps things, in `storage`: `get(name)`, `set(name, text)`, `remove(name)`, `names()`, all of them
 * asynchronous, and `encrypts`, which says that the platform encrypts what it keeps. Where it does not, what is a person's is
 * refused with the code `forbidden`: a key beside what it hides hides nothing.
 */
export function storedIn(storage) {
  const quota = { ...WECHAT, ...storage.quota };
  let index;
  let last = Promise.resolve();

  /** One after the other. */
  function turn(work) {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  }

  async function load() {
    if (index) return index;
    // What fails now may be read later: nothing is taken for absent, nor for forbidden.
    const text = await storage.get(INDEX).catch((cause) => {
      throw fault("broken", cause);
    });
    let read = { format: FORMAT, values: {} };
    try {
      if (text) read = JSON.parse(text);
    } catch {
      // Damaged: what it named is nobody's, and goes.
    }
    if (read.format > FORMAT) throw fault("newer");
    index = new Map(Object.entries(read.values ?? {}));
    const named = new Set([...index.values()].flatMap(({ pieces }) => pieces));
    const all = await storage.names();
    const nobodys = all.filter((name) => name.startsWith(PIECE) && !named.has(name));
    await Promise.allSettled(nobodys.map((name) => storage.remove(name)));
    return index;
  }

  const written = (values) => JSON.stringify({ format: FORMAT, values: Object.fromEntries(values) });

  async function value(key) {
    const known = (await load()).get(key);
    if (!known) return undefined;
    const pieces = await Promise.all(known.pieces.map((name) => storage.get(name)));
    const text = pieces.join("");
    if (pieces.some((piece) => typeof piece !== "string") || text.length !== known.size) throw fault("broken");
    return fromBase64(text);
  }

  /** Changes entries: `[key, value]` keeps, `[key]` forgets. */
  async function change(writes) {
    if (!storage.encrypts && writes.some(([key, value]) => value && !isTerminals(key))) throw fault("forbidden");
    const before = await load();
    const after = new Map(before);
    const fresh = new Map();
    for (const [key, value] of writes) {
      after.delete(key);
      if (!value) continue;
      const text = toBase64(value);
      const pieces = [];
      for (let at = 0; at < text.length; at += quota.piece) {
        pieces.push(PIECE + random());
        fresh.set(pieces.at(-1), text.slice(at, at + quota.piece));
      }
      after.set(key, { size: text.length, pieces });
    }
    const names = new Set([...after.values()].flatMap(({ pieces }) => pieces));
    const next = written(after);
    // Old and new lie side by side until the index says which counts.
    const size = (values) => [...values.values()].reduce((sum, { size }) => sum + size, 0);
    const room = [...fresh].reduce((sum, [name, text]) => sum + (names.has(name) ? text.length : 0), 0);
    if (next.length > quota.piece || size(before) + room + 2 * next.length > quota.total) throw fault("full");
    const put = [];
    try {
      for (const [name, text] of fresh) {
        if (!names.has(name)) continue;
        put.push(name);
        await storage.set(name, text);
      }
      await storage.set(INDEX, next);
    } catch (cause) {
      // A host may have written what it says it did not.
      if ((await storage.get(INDEX).catch(() => undefined)) !== next) {
        await Promise.allSettled(put.map((name) => storage.remove(name)));
        throw fault("full", cause);
      }
    }
    index = after;
    const gone = [...before.values()].flatMap(({ pieces }) => pieces).filter((name) => !names.has(name));
    // What cannot be taken away now is nobody's, and goes with the next start.
    await Promise.allSettled(gone.map((name) => storage.remove(name)));
  }

  async function entries(prefix) {
    const keys = [...(await load()).keys()].filter((key) => key.startsWith(prefix)).sort(byBytes);
    return Promise.all(keys.map(async (key) => [key, await value(key)]));
  }

  async function forgetAll(which) {
    const writes = [...(await load()).keys()].filter(which).map((key) => [key]);
    if (writes.length > 0) await change(writes);
  }

  const kept = {
    get: (key) => turn(() => value(key)),
    scan: (prefix) => turn(() => entries(prefix)),
    batch: (writes) => turn(() => change(writes)),
    erase: () => turn(() => forgetAll((key) => !isTerminals(key) && !key.startsWith(UNSENT))),
  };
  if (!storage.encrypts) return kept;
  return {
    ...kept,
    keepUnsent: (key, value) => kept.batch([[UNSENT + key, value]]).then(() => true, () => false),
    unsent: () => kept.scan(UNSENT).then((all) => all.map(([key, value]) => [key.slice(UNSENT.length), value])),
    forgetUnsent: (key) => kept.batch([[UNSENT + key]]),
    eraseUnsent: () => turn(() => forgetAll((key) => key.startsWith(UNSENT))),
  };
}

let count = 0;

/** A name that no other piece has. */
function random() {
  count += 1;
  return `${Date.now().toString(36)}-${count}-${Math.random().toString(36).slice(2)}`;
}

/** In the order of UTF-8, which is that of code points. */
function byBytes(a, b) {
  const [left, right] = [[...a], [...b]];
  const at = left.findIndex((letter, at) => letter !== right[at]);
  if (at < 0) return left.length - right.length;
  return right[at] === undefined ? 1 : left[at].codePointAt(0) - right[at].codePointAt(0);
}

// A mini-program has neither btoa nor atob.
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function toBase64(bytes) {
  const text = [];
  for (let at = 0; at < bytes.length; at += 3) {
    const [a, b = 0, c = 0] = bytes.subarray(at, at + 3);
    const left = bytes.length - at;
    text.push(LETTERS[a >> 2], LETTERS[((a & 3) << 4) | (b >> 4)]);
    if (left > 1) text.push(LETTERS[((b & 15) << 2) | (c >> 6)]);
    if (left > 2) text.push(LETTERS[c & 63]);
  }
  return text.join("");
}

function fromBase64(text) {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  for (let at = 0, to = 0; at < text.length; at += 4) {
    const [a, b, c = 0, d = 0] = [...text.slice(at, at + 4)].map((letter) => LETTERS.indexOf(letter));
    for (const byte of [(a << 2) | (b >> 4), (b << 4) | (c >> 2), (c << 6) | d]) {
      if (to < bytes.length) bytes[to++] = byte & 255;
    }
  }
  return bytes;
}
