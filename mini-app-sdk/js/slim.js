// The SDK without an address for its WebAssembly: for bundlers that place it themselves and hosts that hand bytes in.
import { ownError } from "./error.js";
import { Hall } from "./hall.js";
import { coreClass, isLoading, load, loadLater } from "./loader.js";
import { browserHost } from "./host.js";

export { OneHallError } from "./error.js";
export { browserHost } from "./host.js";

/** The version of this package. */
export const VERSION = "0.1.0";

/** Loads the WebAssembly; its second part when that is first needed. Idempotent; several at once load it once. */
export function init(options = {}) {
  const { wasm, later } = options ?? {};
  if (!isLoading()) {
    if (wasm === undefined) return Promise.reject(ownError("sdk/not_initialised"));
    if (later === undefined) return Promise.reject(refuse("later"));
  }
  return load(wasm, later);
}

/** A hall: session, drafts and events of its own. Loads the WebAssembly where that was not done. */
export async function createHall(options) {
  const { baseUrl, host, capabilities } = checked(options);
  await init(options);
  const hall = new Hall(createCore({ baseUrl, host, capabilities }));
  try {
    await hall.open(options.language);
  } catch (error) {
    hall.close();
    throw error;
  }
  return hall;
}

/**
 * The core itself: JSON envelopes in, JSON replies out. For a transport of your own; a hall is more comfortable. Throws
 * `sdk/not_initialised` before `init()` is fulfilled.
 */
export function createCore(options) {
  const { baseUrl, host, capabilities } = checked(options);
  const Core = coreClass();
  return new Core(host, baseUrl, capabilities, loadLater);
}

const refuse = (option) => ownError("sdk/invalid_option", { details: { option } });

function checked(options) {
  const { baseUrl, host = browserHost(), capabilities = [] } = options ?? {};
  let url;
  try {
    url = new URL(baseUrl);
  } catch {
    throw refuse("baseUrl");
  }
  if (!/^https?:$/.test(url.protocol)) throw refuse("baseUrl");
  for (const method of ["fetch", "listen", "get", "scan", "batch", "erase", "sleep", "random"]) {
    if (typeof host?.[method] !== "function") throw refuse(`host.${method}`);
  }
  return { baseUrl: url.href.replace(/[?#].*$/, "").replace(/\/+$/, ""), host, capabilities };
}
