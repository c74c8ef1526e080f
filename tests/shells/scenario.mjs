// Runs a scenario in the real window of the desktop: `node scenario.mjs FILE`, with ONEHALL_HALL and ONEHALL_OUTSIDE.
// Prints the transcript (tests/scenarios/README.md).
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

import { run } from "../scenarios/runner.mjs";
import { ShellWindow, setting } from "./window.mjs";

/** How often the page is asked for events: WebDriver cannot tell by itself. */
const PULSE = 30;

async function main() {
  const scenario = JSON.parse(await readFile(process.argv[2], "utf8"));
  const window = await ShellWindow.open("desktop", setting("ONEHALL_HALL"));
  let over = false;
  try {
    // The pages say to the core what they begin with; a scenario comes after that.
    const page = await window.ready();
    await page.evaluateAsync(() => {
      window.heard = [];
      return window.onehallBridge.listen((message) => window.heard.push(message));
    });
    const events = (listener) => {
      const follow = async () => {
        while (!over) {
          for (const message of await page.evaluate(() => window.heard.splice(0))) listener(message);
          await sleep(PULSE);
        }
      };
      // A window that is gone is told by the next call.
      follow().catch(() => {});
    };
    const lines = await run(scenario, {
      call: (envelope) => window.call(envelope),
      events,
      outside,
      // Numbers that no call of the pages has.
      firstId: 2 ** 52,
    });
    for (const line of lines) console.log(line);
  } finally {
    over = true;
    await window.close();
  }
}

async function outside(what) {
  const answer = await fetch(setting("ONEHALL_OUTSIDE"), { method: "POST", body: JSON.stringify(what) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`outside: ${answer.status} ${text}`);
  return JSON.parse(text);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
