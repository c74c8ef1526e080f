// The harness of the journeys: a real backend, a real browser, and a terminal for each profile.
//
//   import { journeys } from "../harness.mjs";
//   journeys("the guide", ({ journey }) => {
//     journey("a citizen reads the guide", { profile: "mobile" }, async ({ terminal, page, hall }) => { … });
//   });
import { after, before, describe, test } from "node:test";

import { Hall } from "./harness/hall.mjs";
import { openBrowser, Terminal } from "./harness/terminal.mjs";

export { assertAccessible, assertCallsNobody, assertFitsWidth, assertTouchable } from "./harness/accessibility.mjs";
export { Hall } from "./harness/hall.mjs";
export { until } from "./harness/until.mjs";
export { LANGUAGES, openBrowser, PROFILES, Terminal } from "./harness/terminal.mjs";

/** Journeys that share one hall; each has a terminal of its own. */
export function journeys(name, define, { hall: options = {}, timeout = 120_000 } = {}) {
  describe(name, () => {
    let hall;
    let browser;
    before(async () => {
      hall = await Hall.open(options);
      browser = await openBrowser();
    });
    after(async () => {
      await browser?.close();
      await hall?.close();
    });

    /** A journey on one terminal; `open` gives it further ones. */
    const journey = (title, terminalOptions, walk) => {
      test(title, { timeout }, async (context) => {
        const open = [];
        const openTerminal = async (more = {}) => {
          const terminal = await Terminal.open(browser, hall, { ...terminalOptions, ...more });
          open.push(terminal);
          return terminal;
        };
        let well = false;
        try {
          const terminal = await openTerminal();
          await walk({ terminal, page: terminal.page, hall, open: openTerminal, context });
          well = true;
        } finally {
          for (const terminal of open) {
            if (!well) await tell(terminal, context);
            // After a failure the first error is the one to read.
            await (well ? terminal.close() : terminal.close().catch(() => {}));
          }
        }
      });
    };
    define({ journey, hall: () => hall });
  });
}

/** What one wants to know of a terminal on which a journey failed. */
async function tell(terminal, context) {
  context.diagnostic(`${terminal.profile} was at ${terminal.page.url()}`);
  for (const problem of terminal.problems) context.diagnostic(problem);
  const text = await terminal.page.locator("body").innerText({ timeout: 1000 }).catch(() => "");
  context.diagnostic(text.split("\n").filter(Boolean).slice(0, 40).join(" | "));
}
