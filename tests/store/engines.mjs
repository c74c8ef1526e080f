// The engines that are tried. Each is a module that the page loads, and whose `open` gives a promise of the engine: an object
// with `get`, `scan`, `batch` and `erase`, as `Host` of the mini-app SDK describes them. It is opened anew in the middle of
// checks, over what was kept before. `tooMuch` says how many bytes certainly have no room, where there is a limit.
//
// A host's own engine is tried by a line of its own: [name, file of the module, tooMuch].
import { fileURLToPath } from "node:url";

const own = (name) => fileURLToPath(new URL(name, import.meta.url));

export const engines = [
  ["a browser's database", own("browser.js")],
  ["the storage of a mini-program", own("mini-program.js"), 12 * 1024 * 1024],
];
