// The hall gets newer pages while somebody has the old ones open: they go on, are told, and never see files of both.
import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { assertAccessible, assertFitsWidth, journeys, until } from "../harness.mjs";
import { Hall, setting } from "../harness/hall.mjs";
import { exchange } from "../harness/newer.mjs";

const allowed = { serviceWorkers: "allow" };

/** Has `walk` a page, with a worker from the start, on a hall of its own whose pages are exchanged. */
async function onOwnHall(terminal, page, walk) {
  const folder = await mkdtemp(join(tmpdir(), "onehall-newer-"));
  const pages = join(folder, "ui");
  await cp(setting("ONEHALL_TEST_UI"), pages, { recursive: true });
  const hall = await Hall.open({ ui: false, args: ["--ui", pages] });
  terminal.expect(/^a request to another host: http:\/\/127\.0\.0\.1:|^404 for \/assets\/boot\.|Failed to load resource|net::ERR_/);
  try {
    await page.goto(hall.url);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await page.reload();
    await page.getByRole("heading", { level: 1 }).waitFor();
    await walk(pages);
  } finally {
    await hall.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Looks for newer pages, as an open page does every hour. */
const look = (page) => page.evaluate(async () => void (await (await navigator.serviceWorker.getRegistration()).update()));

journeys("newer pages", ({ journey }) => {
  journey("a page that is open goes on with its own files, is told of newer ones, and gets all of them", allowed, ({ terminal, page }) =>
    onOwnHall(terminal, page, async (pages) => {
      const bar = page.locator(".newer-bar");
      assert.equal(await bar.count(), 0);

      const { boot, newer } = await exchange(pages);
      await look(page);
      await bar.waitFor();
      await assertAccessible(page);
      await assertFitsWidth(page);
      // The files of the page that is open are still there, also those that it has not asked for yet; the hall has them no more.
      const statuses = (file) => page.evaluate(async (file) => [(await fetch(file)).status, (await fetch(`${file}?direct`)).status], file);
      assert.deepEqual(await statuses(`/assets/${boot}`), [200, 404]);
      assert.equal(await page.evaluate(() => document.documentElement.dataset.newer), undefined);

      await bar.getByRole("button").click();
      await until(() => page.evaluate(() => document.documentElement.dataset.newer === "yes").catch(() => false), "the newer page");
      const named = await page.evaluate(() => [...document.scripts].map((script) => script.src.split("/").pop()));
      assert.ok(named.includes(newer) && !named.includes(boot), `${named}`);
    }));

  journey("newer pages with a file that is not as it was built are not taken, until it is", allowed, ({ terminal, page }) =>
    onOwnHall(terminal, page, async (pages) => {
      const { newer } = await exchange(pages);
      const file = join(pages, "citizen/assets", newer);
      const built = await readFile(file, "utf8");
      await writeFile(file, built.slice(0, -100));
      await look(page);
      const installed = () => page.evaluate(async () => !(await navigator.serviceWorker.getRegistration()).installing);
      await until(installed, "the worker of the newer pages has tried");
      const kept = () => page.evaluate(async (file) => (await caches.match(`/assets/${file}`)) !== undefined, newer);
      assert.equal(await kept(), false);
      assert.equal(await page.locator(".newer-bar").count(), 0);

      // Also where the browser has kept what it got.
      await writeFile(file, built);
      await look(page);
      await page.locator(".newer-bar").waitFor();
      assert.equal(await kept(), true);
    }));
});
