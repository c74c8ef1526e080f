import type { Core, CoreOptions, Hall, HallOptions, InitOptions } from "./hall.js";

export * from "./hall.js";

/** The version of this package. */
export declare const VERSION: string;

/**
 * Loads the WebAssembly from `wasm`, and from `later` when a draft is first asked for. Idempotent; several at once load it
 * once.
 *
 * @throws OneHallError `sdk/not_initialised` where no source was ever named, `sdk/invalid_option` where `later` was not.
 */
export declare function init(options: Required<InitOptions>): Promise<void>;

/** A hall: session, drafts and events of its own. Needs `init()`, or `wasm` and `later` in its options. */
export declare function createHall(options: HallOptions): Promise<Hall>;

/**
 * The core itself: JSON envelopes in, JSON replies out.
 *
 * @throws OneHallError `sdk/not_initialised` before `init()` is fulfilled.
 */
export declare function createCore(options: CoreOptions): Core;
