// Carries a scenario out through the SDK: the core runs as WebAssembly in a page of somebody else, in Chromium. The
// interface is that of every runner, tests/scenarios/README.md; besides, the page stands on the port ONEHALL_PAGE_PORT.
import { readFile } from "node:fs/promises";

import { serve } from "../../mini-app-sdk/demo/serve.mjs";
import { openBrowser } from "../browser/harness.mjs";
import { run } from "../scenarios/runner.mjs";
import { sdk } from "./stranger.mjs";

const SCRIPT = `
import { createCore, init } from "/sdk/index.js";
await init();
const core = createCore({ baseUrl: "{{hall}}" });
core.listen((message) => globalThis.heard(message));
globalThis.call = (envelope) => core.call(envelope);
document.documentElement.dataset.ready = "";
`;

const { ONEHALL_HALL: hall, ONEHALL_OUTSIDE: address, ONEHALL_PAGE_PORT: port } = process.env;

async function outside(what) {
  const answer = await fetch(address, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(what) });
  if (!answer.ok) throw new Error(`outside: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

const site = await serve({
  port: Number(port ?? 0),
  sdk: sdk(),
  hall,
  pages: { "/": '<!doctype html><html lang="zh-CN"><title>A page</title><script type="module" src="/run.js"></script>', "/run.js": SCRIPT },
});
const browser = await openBrowser();
try {
  const page = await browser.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  const listeners = new Set();
  await page.exposeFunction("heard", (message) => listeners.forEach((listener) => listener(message)));
  await page.goto(site.url);
  await page.locator("html[data-ready]").waitFor({ state: "attached" });
  const lines = await run(JSON.parse(await readFile(process.argv[2], "utf8")), {
    call: (envelope) => page.evaluate((text) => globalThis.call(text), envelope),
    events: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    outside,
  });
  if (problems.length > 0) throw new Error(problems.join("; "));
  for (const line of lines) console.log(line);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await browser.close();
  await site.close();
}
