// What a kiosk is told from afar: signed as its pages are, taken by the next visit, and refused where it cannot be.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Hall } from "../browser/harness/hall.mjs";
import { Office } from "./office.mjs";
import { pictured, Stand, until } from "./stand.mjs";
import { Screen, setting, ShellWindow, startShell } from "./window.mjs";

describe("a kiosk that is told something from afar", { timeout: 600_000 }, () => {
  let root;
  let office;
  let hall;
  let stand;
  let args;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), "onehall-told-"));
    office = await Office.found(root);
    hall = await Hall.open({ ui: false, env: office.environment });
    stand = await Stand.place({ idle_seconds: 40 });
    const updates = join(stand.folder, "updates.json");
    await writeFile(updates, JSON.stringify({ root: office.root, folder: "updates", check_seconds: 1 }));
    args = [...stand.args, "--updates", updates];
  });
  after(async () => {
    await hall?.close();
    await stand?.close();
    await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });

  const open = (language) => ShellWindow.open("kiosk", hall.url, { folder: stand.home, args, language });

  /** The version of what the kiosk keeps. */
  const kept = async () => {
    const text = await readFile(join(stand.folder, "updates/kiosks.json"), "utf8").catch(() => "{}");
    return JSON.parse(text).version;
  };

  /** Signs and publishes what kiosks are told. */
  const tell = async (version, kiosks) => {
    await office.tell("ui-kiosk", { format: 1, version, kiosks });
    await office.publish();
  };

  const closed = (window) => window.page.evaluate(() => document.getElementById("onehall-closed")?.innerText ?? "");

  test("the next visit has the looks, the devices and the services that it is told", async () => {
    await tell(1, [
      { hall: "central", theme: "dark", services: ["identity-card-renewal"], devices: ["slips", "camera"] },
      { hall: "central", number: 4, theme: "light" },
    ]);
    let window = await open();
    try {
      const { items } = await window.ask({ get_catalog: {} });
      assert.ok(items.length > 20, "this visit began before");
      await until("it is here", async () => (await kept()) === 1);
      assert.equal((await window.ask({ get_catalog: {} })).items.length, items.length, "nothing changes under somebody's hands");
    } finally {
      await window.close();
    }
    window = await open();
    try {
      const { items } = await window.ask({ get_catalog: {} });
      assert.deepEqual(items.map(({ code }) => code), ["identity-card-renewal"]);
      assert.equal((await window.ask({ get_preferences: {} })).theme, "dark");
      const answer = await window.page.evaluateAsync(() => window.onehallKiosk.device(JSON.stringify({ devices: {} })));
      assert.deepEqual(Object.keys(JSON.parse(answer).devices), ["slips"]);
      assert.equal(await closed(window), "");
      await pictured(window.page, "kiosk-told");
    } finally {
      await window.close();
    }
  });

  test("one that is out of service says so by itself once nobody touches it, and serves again", async () => {
    const window = await open();
    try {
      await window.ready();
      await tell(2, [{ out_of_service: { "zh-CN": "正在更换打印机，请到 2 号机办理。", en: "The printer is being replaced. Please use kiosk 2." } }]);
      await until("it is here", async () => (await kept()) === 2);
      assert.equal(await closed(window), "", "not at once: somebody may stand there");
      const [visit] = await stand.visits();
      await stand.after(visit);
    } finally {
      await window.close();
    }
    const next = await open();
    try {
      await next.page.until("the screen is closed", () => document.getElementById("onehall-closed")?.matches(":modal"));
      const said = await closed(next);
      assert.match(said, /本机暂停服务[^]*请到 2 号机办理[^]*Out of service[^]*Please use kiosk 2/);
      await pictured(next.page, "kiosk-out-of-service");
    } finally {
      await next.close();
    }
    // No day has these hours.
    await tell(3, [{ open: [] }]);
    await taken(3);
    const shut = await open();
    try {
      await shut.page.until("the screen is closed", () => document.getElementById("onehall-closed")?.matches(":modal"));
      assert.match(await closed(shut), /现在不在服务时间[^]*Closed now/);
      await pictured(shut.page, "kiosk-shut");
    } finally {
      await shut.close();
    }
    await tell(4, [{ open: [{ days: [1, 2, 3, 4, 5, 6, 7], from: "00:00", to: "24:00" }] }]);
    await taken(4);
    const again = await open();
    try {
      await again.ready();
      assert.equal(await closed(again), "");
    } finally {
      await again.close();
    }
  });

  test("what is signed and cannot be is refused and said, and what was told before goes on", async () => {
    await office.tellAnything("ui-kiosk", '{"format":1,"kiosks":[{"theme":"pink"}],"version":5}');
    await office.publish();
    const printed = await started((program) => /ui-kiosk\.kiosks\.json: kiosks\[0\]\.theme/.test(program.printed));
    assert.match(printed, /is not `light` or `dark`/);
    assert.equal(await kept(), 4);
  });

  /** Starts the kiosk, driven by nobody, until something holds; what it printed. */
  const started = async (holds) => {
    const screen = await Screen.open("kiosk");
    const words = ["--hall", hall.url, "--ui", setting("ONEHALL_TEST_SHELL_UI"), "--data", join(stand.home, "data"), ...args];
    const program = startShell("kiosk", words, { screen, folder: stand.home });
    try {
      await until("the kiosk", () => holds(program));
      return program.printed;
    } finally {
      await program.end();
      await screen.close();
    }
  };

  const taken = (version) => started(async () => (await kept()) === version);
});
