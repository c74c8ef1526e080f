// One release after the other, from a tenth of the terminals to all of them, before two windows, a phone's pages on the JVM and
// a browser: who is in the tenth gets it and nobody else, what fails stops itself, what is halted reaches nobody more, what is
// revoked is left, and no old repository brings anybody back.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Hall, openBrowser } from "../browser/harness.mjs";
import { exchange } from "../browser/harness/newer.mjs";
import { FAILING, Office, PHONES } from "../shells/office.mjs";
import { Terminal, until } from "../shells/terminal.mjs";
import { setting } from "../shells/window.mjs";
import { Pages } from "./line.mjs";

/** The releases, in the order of their numbers. */
const [FIRST, BROKEN_ONE, MENDED, LAST] = [1, 2, 3, 4];

/** Who is in the first tenth of which release. */
const DRAWN = {
  kiosk: [BROKEN_ONE],
  desktop: [MENDED],
  mobile: [LAST],
};

describe("a release on its way to everybody", { timeout: 600_000 }, () => {
  let root;
  let office;
  let hall;
  let browser;
  const shells = {};
  let phone;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), "onehall-tenth-"));
    office = await Office.found(root, PHONES);
    for (const change of [undefined, FAILING["fails in its first line"], undefined, undefined]) await office.stage(change);
    await office.offer(FIRST);
    // Nobody's yet, but drawn: the share of each grows from there.
    for (const release of [BROKEN_ONE, MENDED, LAST]) await office.share(release, 0);
    await office.publish();
    const ui = join(root, "ui");
    await cp(setting("ONEHALL_TEST_UI"), ui, { recursive: true });
    hall = await Hall.open({ ui: false, args: ["--ui", ui], env: office.environment });
    hall.pages = ui;
    browser = await openBrowser();
    for (const shell of ["desktop", "kiosk"]) {
      shells[shell] = await Terminal.place(shell, hall, office, join(root, shell));
      await shells[shell].draw(await number(shell));
    }
    const folder = join(root, "mobile");
    await mkdir(folder);
    await writeFile(join(folder, "install"), await number("mobile"));
    phone = new Pages(JSON.parse(setting("ONEHALL_TEST_KOTLIN_PAGES")), {
      ONEHALL_HALL: hall.url,
      ONEHALL_PAGES: folder,
      ONEHALL_ROOT: office.root,
    });
  });
  after(async () => {
    for (const shell of Object.values(shells)) await shell.close();
    await phone?.close();
    await browser?.close();
    await hall?.close();
    await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });

  /** A number that an installation may draw, with which it is in the tenth of these releases alone, as docs/updates.md says. */
  async function number(kind) {
    const salts = await Promise.all([BROKEN_ONE, MENDED, LAST].map(async (release) => [release, await office.salt(`ui-${kind}`, release)]));
    for (;;) {
      const drawn = randomBytes(16);
      const isIn = ([, salt]) => {
        const digest = createHash("sha256").update(salt).update(Buffer.of(0)).update(drawn).digest();
        return digest.readBigUInt64BE() % 10_000n < 1_000n;
      };
      const releases = salts.filter(isIn).map(([release]) => release);
      if (JSON.stringify(releases) === JSON.stringify(DRAWN[kind])) return drawn;
    }
  }

  const good = (terminal, release) =>
    terminal.until(`release ${release} is good`, ({ committed, trial }) => committed?.number === release && !trial);

  /** Waits until a terminal has read what a role has published last. */
  const hasRead = (terminal, role) =>
    until(`${terminal.shell} has read ${role}`, async () => {
      const read = await readFile(join(terminal.updates, `tuf/${role}.json`), "utf8").catch(() => "");
      return read === (await office.published(role));
    });

  /** The phone looks, and shows what it should have: the release of its page. */
  async function look() {
    const { outcome, reason } = await phone.say("check");
    assert.notEqual(outcome, "failed", reason);
    const { release, entry } = await phone.say("boot");
    const { text } = await phone.say(`file ${entry}`);
    assert.match(text, new RegExp(`<html data-release="${release}" `), "the page is the one of its release");
    await phone.say("ready");
    return release;
  }

  test("a tenth, everybody, a halt, a way back, and no way down", async () => {
    const { kiosk, desktop } = shells;
    // Each looks every second, and nobody ever touches one: they follow by themselves.
    const words = { check_seconds: 1, idle_seconds: 1 };
    await Promise.all([kiosk.start(words), desktop.start(words)]);
    const page = await (await browser.newContext()).newPage();
    await page.goto(hall.url);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await page.reload();
    assert.equal((await phone.say("boot")).release, null, "the pages inside the application");
    await phone.say("ready");
    assert.equal(await look(), FIRST);
    await Promise.all([good(kiosk, FIRST), good(desktop, FIRST)]);
    const replayed = join(root, "replayed");
    await cp(join(office.folder, "repository/metadata"), replayed, { recursive: true });

    // A broken one for a tenth: the kiosk is in it, goes back by itself, and the hall stops it.
    await office.share(BROKEN_ONE, 10);
    await office.publish();
    await kiosk.until("it goes back", ({ refused, committed, trial }) => refused.length === 1 && committed?.number === FIRST && !trial);
    await until("the hall stops it", async () => (await office.halted("ui-kiosk")).length === 1);
    await hasRead(desktop, "ui-desktop");
    assert.equal(await look(), FIRST, "the phone is not in the tenth");
    const cookie = await hall.staffCookie("admin");
    const told = (await hall.api("GET", "/api/v1/staff/updates", undefined, { cookie, terminal: "console" }))
      .filter(({ release, counts }) => release === BROKEN_ONE && Object.keys(counts).length > 0)
      .map(({ app, counts, fails }) => ({ app, rolled_back: counts.rolled_back, fails }));
    assert.deepEqual(told, [{ app: "ui-kiosk", rolled_back: 1, fails: true }]);

    // The mended one for a tenth: the desktop is in it.
    await office.share(MENDED, 10);
    await office.publish();
    await good(desktop, MENDED);
    await hasRead(kiosk, "ui-kiosk");
    assert.equal(await look(), FIRST);
    assert.equal((await kiosk.kept()).committed.number, FIRST, "the kiosk is not in the tenth");

    // For everybody: the kiosk and the phone follow, and the browser's pages are exchanged with theirs.
    await office.share(MENDED, 100);
    await office.publish();
    await good(kiosk, MENDED);
    assert.equal(await look(), MENDED);
    await exchange(hall.pages);
    await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update());
    await page.locator(".newer-bar").getByRole("button").click();
    await until("the browser has the newer pages", () =>
      page.evaluate(() => document.documentElement.dataset.newer === "yes").catch(() => false));

    // The next one for a tenth: the phone is in it.
    await office.share(LAST, 10);
    await office.publish();
    assert.equal(await look(), LAST);

    // The last one is halted while it is offered to all: who runs it stays, nobody else gets it. The mended one is taken back
    // from the desktop, which goes to the best that is left for it.
    await office.share(LAST, 100);
    for (const kind of ["ui-desktop", "ui-kiosk", "ui-mobile"]) await office.do("halt", kind, `${LAST}`);
    await office.do("revoke", "--yes", "ui-desktop", `${MENDED}`);
    await office.do("sign", "--key", office.key("halt"));
    await office.publish();
    await good(desktop, FIRST);
    await hasRead(kiosk, "halts");
    assert.equal(await look(), LAST, "who runs it stays");
    assert.equal((await kiosk.kept()).committed.number, MENDED, "nobody else gets it");

    // Somebody puts the repository of the first day in its place: it is true, signed, and refused.
    await cp(replayed, join(office.folder, "repository/metadata"), { recursive: true });
    const refused = await phone.say("check");
    assert.equal(refused.outcome, "failed");
    assert.match(refused.reason, /older than what was seen before/);
    assert.equal((await phone.say("boot")).release, LAST);
    await until("the kiosk refuses it", () => /older than what was seen before/.test(kiosk.program.printed));
    assert.equal((await kiosk.kept()).committed.number, MENDED);
    assert.doesNotMatch(desktop.program.printed, new RegExp(`release (${BROKEN_ONE}|${LAST}) `), "never for the desktop");
    assert.doesNotMatch(kiosk.program.printed, new RegExp(`release ${LAST} `), "never for the kiosk");
  });
});
