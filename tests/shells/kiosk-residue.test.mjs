// What a visit leaves: nothing, however it ends. And who keeps the kiosk: a window that hangs or falls is there again.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
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

/** At most how long a visit lasts before something of it is killed, and how long one kills again and again; in milliseconds. */
const [A_VISIT, KILLING] = [8_000, 90_000];

/** What of a kiosk is killed. */
const WHOM = {
  visit: ({ pid, group, command }) => command === "onehall-kiosk" && pid === group,
  page: ({ command }) => /WebKitWebProc/.test(command),
  keeper: ({ pid, group, command }) => command === "onehall-kiosk" && pid !== group,
  all: () => true,
};

/** The processes of a kiosk itself: not what drives its window for the test. */
const running = async (stand) => (await stand.processes()).filter(({ program }) => /onehall-kiosk|WebKit(Web|Network|GPU)Process/.test(program));

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

  /** The print server ends a job that was being printed a moment after it was told to. */
  const nothingWaits = () => until("an end of all jobs", async () => (await cups.kept()).length === 0);

  /** Kills a process of a kiosk, or all of them. */
  async function kill(stand, whom) {
    const all = await running(stand);
    // Whoever keeps the others first: it would start another.
    for (const { pid } of all.filter(WHOM[whom]).sort((one, other) => one.pid - other.pid)) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // With whoever kept it went those that it kept.
      }
    }
  }

  /** Starts a kiosk again in which nobody is left, and ends it once its page is there. */
  async function startAgain(stand, screen) {
    await until("all are gone", async () => (await running(stand)).length === 0);
    const again = startShell("kiosk", ["--hall", hall.url, ...stand.args], { screen, folder: stand.home });
    try {
      await until("its page", async () => (await running(stand)).some(WHOM.page));
    } finally {
      await again.end();
    }
  }

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

  ends("a visit that is killed leaves nothing", (stand) => kill(stand, "visit"));

  /** A slip waits for paper. */
  async function slipWaits({ page }) {
    await cups.takePaperOut("slips");
    const slip = JSON.stringify({ print_slip: { slip: { title: CANARY } } });
    await page.evaluate((ask) => void window.onehallKiosk.device(ask), slip);
    await until("the slip waits", async () => (await cups.kept()).length > 0);
  }

  ends(
    "a visit that is killed while its slip waits for paper leaves nothing",
    async (stand, window) => {
      await slipWaits(window);
      await kill(stand, "visit");
    },
    async (stand, mine) => {
      try {
        await stand.after(mine);
        await nothingWaits();
      } finally {
        await cups.putPaperIn("slips");
      }
    },
  );

  ends(
    "a visit whose keeper is killed while its slip waits for paper leaves nothing, though nobody starts the kiosk again",
    async (stand, window) => {
      await slipWaits(window);
      await kill(stand, "keeper");
    },
    async (stand) => {
      try {
        await until("all are gone", async () => (await running(stand)).length === 0);
        assert.deepEqual(await stand.visits(), []);
        await nothingWaits();
      } finally {
        await cups.putPaperIn("slips");
      }
    },
  );

  ends(
    "a kiosk that is killed as a whole, as by a power cut, leaves nothing once it is there again",
    async (stand) => {
      await kill(stand, "all");
      await until("all are gone", async () => (await running(stand)).length === 0);
    },
    async (stand, mine, { screen }) => {
      assert.ok((await stand.visits()).includes(mine), "a folder lies there");
      await startAgain(stand, screen);
    },
  );

  test("a kiosk of which anything is killed at any moment of a visit leaves nothing", async (context) => {
    const { name, citizen_id, phone } = hall.people.citizen("zhang-min");
    const begun = Date.now();
    const walks = [];
    const kinds = Object.keys(WHOM);
    for (let round = 0; round < kinds.length || Date.now() < begun + KILLING; round += 1) {
      // Its card lies on the reader from the first moment.
      const [whom, moment] = [kinds[round % kinds.length], Math.round(100 + Math.random() * A_VISIT)];
      context.diagnostic(`${whom} after ${moment} ms`);
      const stand = await Stand.place({ devices: { slips: cups.printer("slips") }, silence_seconds: 600 });
      let window;
      try {
        window = await stand.open(hall.url);
        const [mine] = await stand.visits();
        // It fails where its kiosk is killed.
        walks.push(visit(stand, window).catch(() => {}));
        await sleep(moment);
        await stand.says({});
        await kill(stand, whom);
        if (whom === "visit" || whom === "page") await stand.after(mine);
        else await startAgain(stand, window.screen);
        await nothingWaits();
        assert.deepEqual(await traces(stand, [CANARY, TYPED, name, citizen_id, phone]), []);
      } finally {
        await window?.close();
        await stand.close();
      }
    }
    await Promise.all(walks);
    await cups.emptyTray("slips");
  });

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
