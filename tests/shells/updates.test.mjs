// Hot updates in real windows: what is published comes at the next start, what shows no page goes back by itself, nobody is
// disturbed, and no page has a say in it.
import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Hall } from "../browser/harness/hall.mjs";
import { FAILING, Office, SILENT } from "./office.mjs";
import { LONG, Terminal, until } from "./terminal.mjs";

/** The time that a page which says nothing has to be there. */
const READY_SECONDS = 2;

/**
 * What may pass beside it from the start of a program until the last good bundle is back: a program that starts and two windows
 * that end, on a machine that is busy. Less than the time of a program that does not know its setting, which waits for 20
 * seconds twice.
 */
const BESIDE_SECONDS = 30;

describe("updates of the windows", { timeout: 1_200_000 }, () => {
  let hall;
  let root;
  let office;
  let cookie;
  const terminals = {};

  before(async () => {
    root = await mkdtemp(join(tmpdir(), "onehall-updates-"));
    office = await Office.found(root);
    hall = await Hall.open({ ui: false, env: office.environment });
    cookie = await hall.staffCookie("admin");
    for (const shell of ["desktop", "kiosk"]) terminals[shell] = await Terminal.place(shell, hall, office, join(root, shell));
  });
  after(async () => {
    for (const terminal of Object.values(terminals)) await terminal.close();
    await hall?.close();
    await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });

  /** What the hall was told of releases, as an administrator sees it. */
  const told = () => hall.api("GET", "/api/v1/staff/updates", undefined, { cookie, terminal: "console" });

  const both = (deed) => Promise.all(Object.values(terminals).map(deed));

  test("what is published is fetched beside the page, and shown at the next start", async () => {
    const release = await office.stage();
    await office.offer(release);
    await office.publish();
    await both(async (terminal) => {
      await terminal.start();
      await terminal.until("the release is here", ({ staged }) => staged?.number === release);
      await terminal.end();
    });
    for (const terminal of Object.values(terminals)) {
      const window = await terminal.open();
      try {
        await window.page.heading("您要办什么事？");
        assert.equal(await releaseOf(window), `${release}`);
        await terminal.until("it is good", ({ committed, trial }) => committed?.number === release && !trial);
      } finally {
        await window.close();
      }
    }
  });

  test("a bundle that fails, panics, hangs or draws nothing is tried twice, and the last good one is back in time", async () => {
    const good = (await terminals.desktop.kept()).committed.number;
    const broken = [];
    const waitsFor = new Map();
    for (const [ways, seconds] of [[FAILING, LONG], [SILENT, READY_SECONDS]]) {
      for (const breaks of Object.values(ways)) {
        const release = await office.stage(breaks);
        await office.offer(release);
        broken.push(release);
        waitsFor.set(release, seconds);
      }
    }
    await office.publish();
    await both(async (terminal) => {
      // The highest comes first. Each start tries one twice, goes back, and fetches the next.
      await terminal.start();
      await terminal.until("the first is here", ({ staged }) => staged?.number === broken.at(-1));
      await terminal.end();
      for (const [turn, release] of broken.toReversed().entries()) {
        const next = broken.toReversed()[turn + 1];
        const ready_seconds = waitsFor.get(release);
        const began = performance.now();
        const program = await terminal.start({ ready_seconds });
        await terminal.until(`${release} is given up`, ({ trial, refused }) => refused.length === turn + 1 && !trial);
        const took = (performance.now() - began) / 1000;
        // What says that it could not open is not waited for, however long it would have had.
        const most = (ready_seconds === LONG ? 0 : 2 * ready_seconds) + BESIDE_SECONDS;
        assert.ok(took <= most, `${terminal.shell}: release ${release} went back after ${took.toFixed(1)} s, and has ${most}`);
        await terminal.until(`what is next after ${release} is here`, ({ staged }) => staged?.number === next);
        assert.match(program.printed, new RegExp(`release ${release} showed no page twice`));
        assert.equal((await terminal.kept()).committed.number, good);
        await until("the hall is told", async () =>
          (await told()).some((one) => one.app === `ui-${terminal.shell}` && one.release === release && one.counts.rolled_back === 1));
        await terminal.end();
      }
    });
    for (const terminal of Object.values(terminals)) {
      const window = await terminal.open();
      try {
        await window.page.heading("您要办什么事？");
        assert.equal(await releaseOf(window), `${good}`, "the last good one is shown");
      } finally {
        await window.close();
      }
    }
    // The terminals have told the hall, which stops by itself what they went back from.
    await both(async (terminal) => {
      const refused = (await terminal.kept()).refused.map((refused) => refused.manifest).sort();
      await until("what failed is stopped", async () => {
        const halted = (await office.halted(`ui-${terminal.shell}`)).sort();
        return JSON.stringify(halted) === JSON.stringify(refused);
      });
    });
    const fails = (await told()).filter(({ fails }) => fails).map(({ app, release }) => `${app} ${release}`);
    assert.deepEqual(fails.sort(), ["ui-desktop", "ui-kiosk"].flatMap((app) => broken.map((release) => `${app} ${release}`)).sort());
  });

  test("a page can change neither channel nor address nor share, and cannot vouch for another", async () => {
    const window = await terminals.desktop.open();
    try {
      await window.page.heading("您要办什么事？");
      const before = await readFile(terminals.desktop.settings, "utf8");
      const invoke = (command, args) =>
        window.page.evaluateAsync((command, args) => window.__TAURI_INTERNALS__.invoke(command, args), command, args);
      for (const command of ["configure", "check", "set_channel", "set_endpoint", "apply", "install"]) {
        await assert.rejects(invoke(`plugin:onehall-bridge|${command}`, { channel: "early", url: "https://example.org/" }), /not allowed|not found/i, command);
      }
      for (const command of ["set_channel", "set_repository", "update"]) {
        await assert.rejects(window.ask({ [command]: { channel: "early" } }), { code: "bridge/invalid_envelope" }, command);
      }
      // Somebody else's number, and words that no page has.
      await invoke("plugin:onehall-bridge|report", { boot: "0".repeat(32), said: "failed" });
      await invoke("plugin:onehall-bridge|report", { boot: "../../state.json", said: "ready", channel: "early", share: 100 });
      await assert.rejects(invoke("plugin:onehall-bridge|report", { boot: "0".repeat(32), said: "committed" }));
      // The number of this page is in no place that a script reads.
      const seen = await window.page.evaluate(() => JSON.stringify([Object.keys(window.onehallBridge), window.onehallBridge]));
      assert.doesNotMatch(seen, /boot|[0-9a-f]{32}/);
      assert.equal(await readFile(terminals.desktop.settings, "utf8"), before);
      assert.equal(await window.page.evaluate(() => document.querySelector("h1").innerText.trim()), "您要办什么事？");
    } finally {
      await window.close();
    }
  });

  test("a kiosk is not disturbed while somebody is there, and takes what is new when they have left", async () => {
    const { kiosk } = terminals;
    const good = (await kiosk.kept()).committed.number;
    const release = await office.stage();
    await office.offer(release);
    const window = await kiosk.open({ check_seconds: 1, idle_seconds: 1 });
    try {
      await window.page.heading("您要办什么事？");
      await window.logIn(hall, hall.people.citizen("zhang-min").phone);
      await window.page.reads("张敏");
      await office.publish();
      await kiosk.until("it is here", ({ staged }) => staged?.number === release);
      // The page has said that nobody touches it, and goes on all the same: somebody is logged in.
      await window.page.evaluateAsync(() => new Promise((fulfil) => setTimeout(fulfil, 2_500)));
      assert.equal(await releaseOf(window), `${good}`);
      assert.equal((await kiosk.kept()).staged.number, release);
      await window.ask({ log_out: { discard_unsent: true } }).catch(() => "the page is gone");
      await kiosk.until("it is good", ({ committed }) => committed?.number === release);
    } finally {
      await window.close();
    }
  });

  test("a kiosk that no network reaches takes pages and services from a stick, and nothing old", async () => {
    const sticks = join(root, "media");
    await mkdir(sticks, { recursive: true });
    const old = join(root, "old");
    await office.do("export", old);
    await office.snapshot("ui-kiosk");
    const release = await office.stage();
    await office.offer(release);
    await office.publish();
    // Neither a hall nor a repository: what comes, comes from the stick.
    const nowhere = ["http://127.0.0.1:1", { repository: join(root, "nowhere"), sticks, idle_seconds: 1 }];
    const kiosk = await Terminal.place("kiosk", hall, office, join(root, "lonely"));
    terminals.lonely = kiosk;
    const program = await kiosk.start(nowhere[1], nowhere[0]);
    try {
      await office.do("export", join(sticks, "KINGSTON", "onehall-updates"));
      await kiosk.until("what is on the stick is good", ({ committed, trial }) => committed?.number === release && !trial);
      // A stick of an earlier day, which somebody found in a drawer.
      await cp(old, join(sticks, "OLD", "onehall-updates"), { recursive: true });
      await until("it is said", () => /stick .*OLD.*: .*older than what was seen before/.test(program.printed));
      assert.equal((await kiosk.kept()).committed.number, release);
    } finally {
      await kiosk.end();
    }
    const window = await kiosk.open({ ...nowhere[1], sticks: undefined, idle_seconds: 600 }, nowhere[0]);
    try {
      await window.ready();
      assert.equal(await releaseOf(window), `${release}`);
      const items = await window.ask({ get_catalog: {} });
      assert.ok(items.items.length > 20, "the services are those that were carried here");
    } finally {
      await window.close();
    }
  });

  test("what must not go on is exchanged once, and what was typed is with the hall before", async () => {
    const { desktop } = terminals;
    const window = await desktop.open({ check_seconds: 1 });
    try {
      await window.page.heading("您要办什么事？");
      await desktop.until("what is newest is here", ({ staged }) => staged);
      const person = hall.people.citizen("li-guohua");
      await window.logIn(hall, person.phone);
      const draft = await window.ask({ open_draft: { start: { item: "identity-card-renewal" } } });
      const cookie = await hall.citizenCookie(person.phone);
      const release = await office.stage();
      await office.offer(release, "--forced");
      await office.publish();
      await window.ask({ change_answers: { id: draft.id, changes: [{ path: "phone", value: "13800000077" }] } });
      await desktop.until("it is good", ({ committed, interrupted }) => committed?.number === release && interrupted);
      const { answers } = await hall.api("GET", `/api/v1/drafts/${draft.id}`, undefined, { cookie });
      assert.equal(answers.phone, "13800000077");
    } finally {
      await window.close();
    }
  });
});

const releaseOf = (window) => window.page.evaluate(() => document.documentElement.dataset.release);
