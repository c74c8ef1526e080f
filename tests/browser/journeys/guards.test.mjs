// The guards of the harness themselves: what no page may do is seen when a page does it.
import assert from "node:assert/strict";

import { assertAccessible, assertFitsWidth, journeys } from "../harness.mjs";

journeys("the guards", ({ journey }) => {
  const seen = async (terminal, pattern) => {
    const blamed = () => terminal.problems.some((problem) => pattern.test(problem));
    const deadline = Date.now() + 30_000;
    while (!blamed() && Date.now() < deadline) await terminal.page.waitForTimeout(20);
    assert.ok(blamed(), `${pattern} is not in ${JSON.stringify(terminal.problems)}`);
    terminal.expect(pattern);
  };

  journey("see an uncaught error", {}, async ({ terminal, page }) => {
    await terminal.goto("/");
    await page.evaluate(() => void setTimeout(() => { throw new Error("left lying about"); }));
    await seen(terminal, /left lying about/);
  });

  journey("see an error on the console", {}, async ({ terminal, page }) => {
    await terminal.goto("/");
    await page.evaluate(() => console.error("something is wrong here"));
    await seen(terminal, /something is wrong here/);
  });

  journey("see what the content policy refuses, so nothing reaches another host", {}, async ({ terminal, page }) => {
    await terminal.goto("/");
    const reached = await page.evaluate(() => fetch("http://127.0.0.2:9/").then(() => true, () => false));
    assert.equal(reached, false);
    await seen(terminal, /Content Security Policy/);
    terminal.expect(/127\.0\.0\.2/);
  });

  journey("see a file that is missing", {}, async ({ terminal, page }) => {
    await terminal.goto("/");
    await page.evaluate(() => fetch("/assets/missing.js").then(() => {}, () => {}));
    await seen(terminal, /404 for \/assets\/missing\.js/);
  });

  journey("see a picture without words and a page that is too wide", {}, async ({ terminal, page }) => {
    await terminal.goto("/");
    await page.evaluate(() => {
      const picture = new Image(3000, 10);
      picture.src = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";
      document.querySelector("main").append(picture);
    });
    await assert.rejects(assertAccessible(page), /image-alt/);
    await assert.rejects(assertFitsWidth(page), /wider than the screen/);
  });
});
