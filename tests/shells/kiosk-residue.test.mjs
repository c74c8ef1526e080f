// What a visit leaves: nothing, however it ends. And who keeps the kiosk: a window that hangs or falls is there again.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";

import { Hall } from "../browser/harness/hall.mjs";
import { openHallsCity } from "../browser/harness/open-halls.mjs";
import { Cups } from "./cups.mjs";
import { Stand, until } from "./stand.mjs";
import { Screen, startShell } from "./window.mjs";

const run = promisify(execFile);

/** What is written into every place that a page can write to. */
const CANARY = "kanarienvogel-7f3a";

/** What is typed into a form. */
const TYPED = "13977730001";

describe("what a visit leaves", { timeout: 1_200_000 }, () => {
  let hall;
  let cups;
  before(async () => {
    [hall, cups] = await Promise.all([Hall.open({ ui: false, city: await openHallsCity() }), Cups.open("slips")]);
  });
  after(async () => {
    await cups?.close();
    await hall?.close();
  });

  /** A visit of a citizen that leaves traces wherever it can; gives what to look for. */
  async function visit(stand, window) {
    const { page } = window;
    const { name, citizen_id, phone } = hall.people.citizen("zhang-min");
    await stand.says({ id_card: { card: { citizen_id } } });
    await page.heading("您要办什么事？");
    await window.logIn(hall, phone);
    await page.reads(name);
    const draft = await window.ask({ open_draft: { start: { item: "identity-card-renewal" } } });
    await window.ask({ change_answers: { id: draft.id, changes: [{ path: "phone", value: TYPED }] } });
    await window.ask({ flush_draft: { id: draft.id } });
    await page.goto(`tauri://localhost/drafts/${draft.id}`);
    await page.until("the draft", () => document.querySelectorAll("main input").length > 0);
    await page.evaluateAsync(async (canary) => {
      localStorage.setItem("canary", canary);
      sessionStorage.setItem("canary", canary);
      document.cookie = `canary=${canary}; max-age=86400`;
      await new Promise((fulfil, reject) => {
        const opening = indexedDB.open("canary", 1);
        opening.onupgradeneeded = () => opening.result.createObjectStore("kept");
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const writing = opening.result.transaction("kept", "readwrite");
          writing.objectStore("kept").put(canary, "canary");
          writing.oncomplete = fulfil;
        };
      });
      // A page copies what is selected when somebody presses something.
      const press = document.body.appendChild(Object.assign(document.createElement("button"), { id: "canary", textContent: canary }));
      Object.assign(press.style, { position: "fixed", insetBlockStart: "0", insetInlineStart: "0", zIndex: "1000" });
      press.addEventListener("click", () => {
        const field = document.body.appendChild(document.createElement("textarea"));
        field.value = canary;
        field.select();
        document.execCommand("copy");
      });
    }, CANARY);
    await page.press('//*[@id="canary"]');
    const device = (ask) => page.evaluateAsync((ask) => window.onehallKiosk.device(ask), JSON.stringify(ask)).then(JSON.parse);
    assert.ok((await device({ read_card: {} })).card);
    const slip = { title: CANARY, lines: [name, citizen_id] };
    assert.deepEqual(await device({ print_slip: { slip } }), { done: {} });
    await cups.emptyTray("slips");
    return [CANARY, TYPED, name, citizen_id, phone];
  }

  /** Looks everywhere. */
  const traces = (stand, words) => stand.traces(words, { folders: [join(cups.folder, "spool"), join(cups.folder, "log"), join(cups.folder, "cache")] });

  const clipboard = (display) =>
    run("xclip", ["-o", "-selection", "clipboard"], { env: { ...process.env, DISPLAY: display }, timeout: 10_000 }).then(({ stdout }) => stdout, () => "");

  /** A visit that ends in some way, and a look at everything. */
  const ends = (name, end, remains = (stand, visit) => stand.after(visit)) =>
    test(name, async (context) => {
      const stand = await Stand.place({ devices: { slips: cups.printer("slips") }, silence_seconds: 600 });
      let window;
      try {
        window = await stand.open(hall.url);
        const words = await visit(stand, window);
        const [mine] = await stand.visits();
        const there = await traces(stand, words);
        const inMemory = (where) => where.startsWith("the memory of WebKit");
        assert.ok(there.some(inMemory) && !there.every(inMemory), "while the visit lasts there is something to find, in memory and elsewhere");
        assert.ok((await clipboard(window.screen.display)).includes(CANARY), "the clipboard, too");
        // The card is off the reader: what is read of it now would be the next visit's.
        await stand.says({});
        await end(stand, window, mine);
        await remains(stand, mine, window);
        assert.deepEqual(await traces(stand, words), []);
        assert.ok(!(await clipboard(window.screen.display)).includes(CANARY));
        assert.deepEqual(await cups.kept(), []);
      } catch (error) {
        context.diagnostic((await window?.page.text().catch(() => "the page is gone")) ?? "no window");
        throw error;
      } finally {
        await window?.close();
        await stand.close();
      }
    });

  ends("a visit that its page ends leaves nothing", async (stand, { page }) => {
    // Nobody answers that any more.
    await page.evaluate(() => void window.onehallKiosk.over()).catch(() => {});
  });

  ends("a visit that is killed leaves nothing", async (stand, window, mine) => {
    const child = (await stand.processes()).find(({ pid, group, command }) => pid === group && command === "onehall-kiosk" && mine);
    process.kill(child.pid, "SIGKILL");
  });

  ends(
    "a kiosk that is killed as a whole, as by a power cut, leaves nothing once it is there again",
    async (stand) => {
      const all = async () => (await stand.processes()).filter(({ program }) => /onehall-kiosk|WebKit(Web|Network|GPU)Process/.test(program));
      // Whoever keeps the others first: it would start another.
      for (const { pid } of (await all()).sort((one, other) => one.pid - other.pid)) process.kill(pid, "SIGKILL");
      await until("all are gone", async () => (await all()).length === 0);
    },
    async (stand, mine, window) => {
      assert.ok((await stand.visits()).includes(mine), "a folder lies there");
      const again = startShell("kiosk", ["--hall", hall.url, ...stand.args], { screen: window.screen, folder: stand.home });
      window.again = again;
      try {
        await until("the old visit is gone", async () => (await stand.processes()).some(({ command }) => /WebKitWebProc/.test(command)));
      } finally {
        await again.end();
      }
    },
  );

  /** A kiosk that nobody drives. */
  async function kept(walk) {
    const folder = await mkdtemp(join(tmpdir(), "onehall-kept-"));
    const stand = await Stand.place({ silence_seconds: 4 });
    const screen = await Screen.open("kiosk");
    const program = startShell("kiosk", ["--hall", hall.url, ...stand.args], { screen, folder: stand.home });
    try {
      const page = await until("a page", async () => (await stand.processes()).find(({ command }) => /WebKitWebProc/.test(command)));
      await walk(stand, program, page);
    } finally {
      await program.end();
      await screen.close();
      await stand.close();
      await rm(folder, { recursive: true, force: true });
    }
  }

  test("a window that hangs, and one that falls, are there again", () =>
    kept(async (stand, program, page) => {
      let [visit] = await stand.visits();
      // A page that is stopped says nothing any more, as one that computes for ever.
      process.kill(page.pid, "SIGSTOP");
      visit = await stand.after(visit);
      assert.match(program.printed, /hung/);
      assert.ok(!(await stand.processes()).some(({ pid }) => pid === page.pid), "what hung is gone");
      const shown = await until("its window", async () => (await stand.processes()).find(({ pid, group, command }) => pid === group && command === "onehall-kiosk" && pid !== program.process.pid));
      process.kill(shown.pid, "SIGKILL");
      await stand.after(visit);
    }));
});
