// Loads the WebAssembly once, when it is first asked for, whoever asks and however often. It is in two parts: the second,
// with all that filling needs, is loaded when a draft is first asked for, and called into through the exports of the first.
import { initSync, OneHallCore } from "./bindings.js";
import { ownError } from "./error.js";

let loading;
let first;
let laterSource;
let loadingLater;

/**
 * Loads the WebAssembly from `source`: an address (string or URL), a Response, bytes, a WebAssembly.Module, or a promise
 * of one of them. Called again it gives the same promise; after a failure the next call tries anew. `later` says where the
 * second part is, in the same ways or as a function that gives one of them.
 */
export function load(source, later) {
  laterSource ??= later;
  loading ??= compile(source).then(
    (module) => {
      first = initSync({ module });
    },
    (cause) => {
      loading = undefined;
      throw ownError("sdk/not_loaded", { cause });
    },
  );
  return loading;
}

/** Loads the second part; after a failure the next call tries anew. */
export function loadLater() {
  const join = async () => {
    const module = await compile(typeof laterSource === "function" ? laterSource() : laterSource);
    await WebAssembly.instantiate(module, { "": first });
  };
  loadingLater ??= join().catch((cause) => {
    loadingLater = undefined;
    throw ownError("sdk/not_loaded", { cause });
  });
  return loadingLater;
}

/** The class of the core; throws before it is loaded. */
export function coreClass() {
  if (!first) throw ownError("sdk/not_initialised");
  return OneHallCore;
}

export const isLoading = () => loading !== undefined;

async function compile(source) {
  const given = await source;
  if (given instanceof WebAssembly.Module) return given;
  if (given instanceof ArrayBuffer || ArrayBuffer.isView(given)) return WebAssembly.compile(given);
  if (typeof Response === "function" && given instanceof Response) return compileResponse(given);
  if (typeof given !== "string" && !(given instanceof URL)) throw new TypeError("no WebAssembly was named");
  const bytes = await fromFile(given);
  if (bytes) return WebAssembly.compile(bytes);
  return compileResponse(await fetch(given, { credentials: "same-origin" }));
}

async function compileResponse(response) {
  if (!response.ok) throw new Error(`the answer was ${response.status}`);
  // A server that knows no WebAssembly sends another media type, which streaming refuses.
  const media = response.headers.get("content-type") ?? "";
  if (/^application\/wasm\s*(;|$)/i.test(media) && typeof WebAssembly.compileStreaming === "function") {
    return WebAssembly.compileStreaming(response);
  }
  return WebAssembly.compile(await response.arrayBuffer());
}

/** Node.js fetches no files. Asked for at run time, so that no bundler looks for a module of Node.js. */
async function fromFile(address) {
  const url = String(address);
  if (!url.startsWith("file:")) return undefined;
  const files = globalThis.process?.getBuiltinModule?.("node:fs/promises");
  return files?.readFile(new URL(url));
}
