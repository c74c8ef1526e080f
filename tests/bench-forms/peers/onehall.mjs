// OneHall's engine as WebAssembly, through the entry that keeps the filling: the key as JSON in, what changed as JSON out.
import { readFile } from "node:fs/promises";
import { join } from "node:path";

export const name = "OneHall in WebAssembly";

let engine;

/** The module that `cargo xtask bench forms` built. */
export async function open() {
  if (engine) return engine;
  const folder = process.env.ONEHALL_BENCH_WASM;
  if (!folder) throw new Error("ONEHALL_BENCH_WASM is not set: run `cargo xtask bench forms`");
  const module = await readFile(join(folder, "conformance.js"));
  const loaded = await import(`data:text/javascript;base64,${module.toString("base64")}`);
  await loaded.default({ module_or_path: await readFile(join(folder, "conformance.wasm")) });
  engine = loaded;
  return engine;
}

export function load({ definition, answers, as_of, typed, watched }) {
  const typing = new engine.Typing(JSON.stringify({ definition, answers, as_of }));
  const states = Object.fromEntries(watched.map((path) => [path, state(JSON.parse(typing.question(path)))]));
  return {
    key(value) {
      const { changed } = JSON.parse(typing.set(typed, JSON.stringify(value)));
      for (const path in changed) if (path in states) states[path] = state(changed[path]);
      return { ...states };
    },
  };
}

function state(view) {
  if (view === null) return { shown: false, required: false, wrong: false };
  return { shown: true, required: view.required, wrong: view.errors.length > 0, computed: view.computed };
}
