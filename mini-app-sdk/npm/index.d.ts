import type { Core, CoreOptions, Hall, HallOptions, InitOptions } from "./hall.js";

export * from "./hall.js";

/** The version of this package. */
export declare const VERSION: string;

/**
 * Loads the WebAssembly, from beside this module unless `wasm` and `later` say otherwise. Idempotent; several at once load it
 * once.
 */
export declare function init(options?: InitOptions): Promise<void>;

/** A hall: session, drafts and events of its own. Loads the WebAssembly where that was not done. */
export declare function createHall(options: HallOptions): Promise<Hall>;

/**
 * The core itself: JSON envelopes in, JSON replies out. For a transport of your own; a hall is more comfortable.
 *
 * @throws OneHallError `sdk/not_initialised` before `init()` is fulfilled.
 */
export declare function createCore(options: CoreOptions): Core;
