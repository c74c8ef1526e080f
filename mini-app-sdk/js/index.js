// The SDK with its WebAssembly beside it. Importing this does nothing: the first hall loads it.
import * as slim from "./slim.js";

export { browserHost, createCore, OneHallError, VERSION } from "./slim.js";

/** Where the WebAssembly is unless told otherwise. Written so that bundlers see it; evaluated only when it is needed. */
const beside = () => new URL("./sdk.wasm", import.meta.url);
const laterBeside = () => new URL("./sdk-later.wasm", import.meta.url);

const placed = (options) => ({ wasm: options?.wasm ?? beside(), later: options?.later ?? laterBeside });

/** Loads the WebAssembly, from beside this file unless `wasm` and `later` say otherwise. Idempotent. */
export function init(options = {}) {
  return slim.init(placed(options));
}

/** A hall: session, drafts and events of its own. Loads the WebAssembly where that was not done. */
export async function createHall(options) {
  return slim.createHall({ ...options, ...placed(options) });
}
