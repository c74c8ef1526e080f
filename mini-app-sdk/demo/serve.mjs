// Serves the page of a stranger: the demo bank, on an origin of its own, under the strictest content policy that the SDK
// promises to work with. Node's own modules alone.
//
//   node serve.mjs --port 9000 --package DIR --hall http://127.0.0.1:8080
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname, extname, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const HERE = dirname(fileURLToPath(import.meta.url));
const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/** The content policy of the page: no inline script, no inline style, nothing evaluated but WebAssembly. */
export const policy = (hall) => [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self'",
  `connect-src 'self' ${hall}`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

/**
 * Serves `folder` (the demo's own by default) and, below `/sdk/`, the built package. `{{hall}}` in a page becomes the
 * hall's address. `pages` are further pages by path, `hall` may be a function where it is not known yet. Gives
 * `{ url, close }`.
 */
export async function serve({ port = 0, sdk, hall, folder = HERE, pages = {}, types = TYPES }) {
  const find = async (path) => {
    if (path in pages) return { text: pages[path], type: TYPES[extname(path)] ?? TYPES[".html"] };
    const [root, below] = path.startsWith("/sdk/") ? [sdk, path.slice(5)] : [folder, path.endsWith("/") ? `${path}index.html` : path];
    const file = normalize(join(root, below));
    if (!file.startsWith(normalize(root) + sep) || !(await stat(file).then((found) => found.isFile(), () => false))) return undefined;
    const type = types[extname(file)] ?? "application/octet-stream";
    return extname(file) === ".html" ? { text: await readFile(file, "utf8"), type } : { file, type };
  };
  const address = () => (typeof hall === "function" ? hall() : hall);
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://page").pathname);
    const found = await find(path).catch(() => undefined);
    if (!found) return response.writeHead(404).end();
    response.writeHead(200, {
      "Content-Type": found.type,
      "Content-Security-Policy": policy(address()),
      "X-Content-Type-Options": "nosniff",
      "Cache-Control": "no-cache",
    });
    if (found.file) createReadStream(found.file).pipe(response);
    else response.end(found.text.replaceAll("{{hall}}", address()));
  });
  await new Promise((listening, failed) => server.once("error", failed).listen(port, "127.0.0.1", listening));
  const url = `http://127.0.0.1:${server.address().port}`;
  return {
    url,
    close: () => new Promise((closed) => {
      server.close(closed);
      server.closeAllConnections();
    }),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { port: { type: "string" }, package: { type: "string" }, hall: { type: "string" } } });
  const { url } = await serve({ port: Number(values.port), sdk: values.package, hall: values.hall });
  console.log(url);
  // Ends with whoever started it.
  process.stdin.on("end", () => process.exit(0)).resume();
}
