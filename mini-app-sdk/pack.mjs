// Puts the JavaScript of the package together: the files of `js/` in a few modules, made small. Code that two entries
// share stands in one file of its own, so that a page that loads both loads it once.
//
// Files that a page loads only when it needs them are named on standard output, a line each.
//
//   node pack.mjs FROM TO
import { readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";

import { build, transform } from "esbuild";

const [from, to] = process.argv.slice(2);
const entries = ["index", "slim", "element", "host", "socket", "storage"];

// What every browser since 2022 has; the WebAssembly asks for as much.
const target = ["chrome111", "firefox115", "safari16.4"];

/** A sheet as text for a script, made small like the scripts. */
const sheets = {
  name: "sheets",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true, charset: "utf8", target });
      return { contents: code.trimEnd(), loader: "text" };
    });
  },
};

const { metafile } = await build({
  entryPoints: entries.map((entry) => join(from, `${entry}.js`)),
  outdir: to,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "neutral",
  target,
  plugins: [sheets],
  minify: true,
  legalComments: "none",
  charset: "utf8",
  chunkNames: "shared-[hash]",
  metafile: true,
  logLevel: "warning",
});

// Nothing may be left that a page would have to fetch from elsewhere.
for (const [file, { imports }] of Object.entries(metafile.outputs)) {
  const outside = imports.filter((one) => one.external);
  if (outside.length > 0) throw new Error(`${file} imports ${outside.map((one) => one.path).join(", ")}`);
}

// What no entry loads by itself.
const atOnce = new Set();
const add = (file) => {
  if (atOnce.has(file)) return;
  atOnce.add(file);
  for (const { path, kind } of metafile.outputs[file].imports) if (kind !== "dynamic-import") add(path);
};
Object.keys(metafile.outputs).filter((file) => entries.includes(basename(file, ".js"))).forEach(add);
for (const file of Object.keys(metafile.outputs)) if (!atOnce.has(file)) console.log(basename(file));

await rm(from, { recursive: true });
