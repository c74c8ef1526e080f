import type { Host } from "./hall.js";

/**
 * Opens a socket at `url` with `headers`, says what is heard, and gives what closes it: `heard("open")` once it is there,
 * `heard("text", text)` for each text, `heard("closed")` when it is gone, for whatever reason.
 */
export type Connect = (
  url: string,
  headers: [string, string][],
  heard: (what: "open" | "text" | "closed", text?: string) => void,
) => () => void;

/**
 * The `listen` of a host that has sockets, but neither server-sent events nor answers that stream:
 * `const host = { ...mine, listen: listensBy(connect) }`. It connects anew by itself, and gives up what has been silent for too
 * long. A host without sockets has no `listen`: the hall is then asked to answer when something changes.
 */
export declare function listensBy(connect: Connect): NonNullable<Host["listen"]>;
