// The kiosk window: all of the screen, the kiosk's pages, and nothing kept.
import assert from "node:assert/strict";
import { access, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Hall } from "../browser/harness/hall.mjs";
import { runShell, Screen, ShellWindow } from "./window.mjs";

describe("the kiosk window", { timeout: 900_000 }, () => {
  let hall;
  before(async () => {
    hall = await Hall.open({ ui: false });
  });
  after(() => hall?.close());

  test("it fills the screen and shows the kiosk's pages, which stay on the screen", async () => {
    const window = await ShellWindow.open("kiosk", hall.url);
    const { page } = window;
    try {
      await page.heading("您要办什么事？");
      assert.equal(await page.evaluate(() => document.documentElement.dataset.profile), "kiosk");
      assert.deepEqual(await page.evaluate(() => [innerWidth, innerHeight]), [1080, 1920]);
      await page.element('//button[contains(., "结束办理")]');

      const hello = { protocols: { min: 1, max: 1 }, version: "test" };
      const { outcome } = JSON.parse(await window.call(JSON.stringify({ protocol: 1, id: 1, call: { hello } })));
      assert.deepEqual([outcome.ok.hello.terminal, outcome.ok.hello.profile], ["kiosk", "kiosk"]);

      // Touch only: a field brings its own keyboard, and no menu of the web view comes.
      await page.evaluate(() => document.querySelector("main input").focus());
      await page.until("the keyboard on the screen", () => document.querySelector(".dock [role=group], .dock .keyboard"));
      const prevented = await page.evaluate(() => {
        const asked = new MouseEvent("contextmenu", { bubbles: true, cancelable: true });
        return !document.querySelector("h1").dispatchEvent(asked);
      });
      assert.equal(prevented, true);
    } finally {
      await window.close();
    }
  });

  test("nothing that a citizen did is on the disk, not even where data was told to go", async () => {
    const folder = await mkdtemp(join(tmpdir(), "onehall-kiosk-"));
    try {
      const window = await ShellWindow.open("kiosk", hall.url, { folder });
      try {
        await window.page.heading("您要办什么事？");
        await window.logIn(hall, hall.people.citizen("zhang-min").phone);
        await window.page.reads("张敏");
      } finally {
        await window.close();
      }
      await assert.rejects(access(join(folder, "data")));
      const { name, citizen_id, phone } = hall.people.citizen("zhang-min");
      for (const file of await readdir(folder, { recursive: true, withFileTypes: true })) {
        if (!file.isFile()) continue;
        // The folder of a visit goes with it, and may do so now.
        const content = await readFile(join(file.parentPath ?? file.path, file.name)).catch(() => "");
        for (const trace of [name, citizen_id, phone]) assert.ok(!content.includes(trace), `${file.name} has ${trace}`);
      }
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    }
  });

  test("its web view has no profile on the disk", async () => {
    const folder = await mkdtemp(join(tmpdir(), "onehall-kiosk-"));
    const screen = await Screen.open("kiosk");
    try {
      const profiles = async (shell) => {
        const { code, printed } = await runShell(shell, ["--hall", hall.url, "--data", join(folder, "data")], { screen, folder, within: 6_000 });
        assert.equal(code, undefined, `it ended by itself: ${printed}`);
        const files = await readdir(folder, { recursive: true });
        return files.filter((file) => file.includes(`org.onehall.${shell}`) || /CacheStorage|localstorage|IndexedDB/i.test(file));
      };
      assert.deepEqual(await profiles("kiosk"), []);
      // The other way round, so that one knows what to look for.
      assert.notDeepEqual(await profiles("desktop"), []);
    } finally {
      await screen.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    }
  });
});
