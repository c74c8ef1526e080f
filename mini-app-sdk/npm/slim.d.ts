import type { Core, CoreOptions, Hall, HallOptions, InitOptions, WasmSource } from "./hall.js";

export * from "./hall.js";

/** The version of this package. */
export declare const VERSION: string;

/**
 * Loads the WebAssembly from `wasm`. Idempotent; several at once load it once.
 *
 * @throws OneHallError `sdk/not_initialised` where no source was ever named.
 */
export declare function init(options: InitOptions & { wasm: WasmSource | Promise<WasmSource> }): Promise<void>;

/** A hall: session, drafts and events of its own. Needs `init()`, or `wasm` in its options. */
export declare function createHall(options: HallOptions): Promise<Hall>;

/**
 * The core itself: JSON envelopes in, JSON replies out.
 *
 * @throws OneHallError `sdk/not_initialised` before `init()` is fulfilled.
 */
export declare function createCore(options: CoreOptions): Core;
