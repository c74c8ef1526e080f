// The desktop window: a citizen's way through it, what it keeps, and what its page cannot do.
import assert from "node:assert/strict";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { saveBody } from "../browser/harness/draft.mjs";
import { Hall } from "../browser/harness/hall.mjs";
import { seenByCitizen, take } from "../browser/harness/desk.mjs";
import { submittedCase } from "../browser/harness/matters.mjs";
import { runShell, Screen, setting, ShellWindow } from "./window.mjs";

const HOME = "您要办什么事？";
const DRAFT = /\/drafts\/([0-9a-f-]{36})/;

describe("the desktop window", { timeout: 900_000 }, () => {
  let hall;
  let folder;
  before(async () => {
    hall = await Hall.open({ ui: false });
    folder = await mkdtemp(join(tmpdir(), "onehall-desktop-"));
  });
  after(async () => {
    await hall?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** A test in a window of its own. */
  const journey = (name, walk, options = {}) =>
    test(name, async (context) => {
      const window = await ShellWindow.open("desktop", hall.url, options);
      try {
        await walk(window.page, window);
      } catch (error) {
        context.diagnostic(await window.page.text().catch(() => "the page is gone"));
        throw error;
      } finally {
        await window.close();
      }
    });

  journey("a citizen logs in, opens a draft, and sees what another terminal writes into it", async (page) => {
    const person = hall.people.citizen("zhang-min");
    await page.heading(HOME);
    assert.equal(await page.evaluate(() => location.origin + location.pathname), "tauri://localhost/");
    assert.equal(await page.evaluate(() => document.documentElement.dataset.profile), "desktop");

    await page.click("居民身份证换领");
    await page.heading("居民身份证换领");
    await page.click("在线申请");
    await page.type("phone", person.phone);
    await page.click("获取验证码");
    await page.element('//*[@id="code"]');
    await page.type("code", await hall.codeFor(person.phone));
    await page.click("登录", "//main");
    await page.until("the draft", () => location.pathname.startsWith("/drafts/"));
    await page.reads("已保存");

    const [, id] = DRAFT.exec(await page.address());
    await page.goto(`tauri://localhost/drafts/${id}/applicant`);
    await page.until("the phone that the hall knows", (phone) => document.getElementById("q.phone")?.value === phone, person.phone);
    const cookie = await hall.citizenCookie(person.phone);
    const { revision } = await hall.api("GET", `/api/v1/drafts/${id}`, undefined, { cookie });
    const changes = [{ path: "phone", value: "13800000055" }];
    await hall.api("PATCH", `/api/v1/drafts/${id}`, saveBody(revision, changes), { cookie });
    await page.until("the other terminal's answer", () => document.getElementById("q.phone")?.value === "13800000055");
  });

  journey("a clerk's step is seen without a touch", async (page, window) => {
    const matter = await submittedCase(hall, "wu-ping", "identity-card-renewal");
    await page.heading(HOME);
    await window.logIn(hall, hall.people.citizen("wu-ping").phone);
    await page.goto(`tauri://localhost/matters/${matter.id}`);
    const { status } = await seenByCitizen(hall, matter);
    await page.reads(status.step_name["zh-CN"]);
    await take(hall, matter, ["ps-window", "pass-pre-review"]);
    const { status: next } = await seenByCitizen(hall, matter);
    assert.notEqual(next.step_name["zh-CN"], status.step_name["zh-CN"]);
    await page.reads(next.step_name["zh-CN"]);
  });

  test("what is chosen is there before the next first paint, and who is logged in stays it", async () => {
    const open = () => ShellWindow.open("desktop", hall.url, { folder });
    let window = await open();
    await window.page.heading(HOME);
    await window.page.click("English");
    await window.page.heading("What do you need to do?");
    await window.logIn(hall, hall.people.citizen("li-guohua").phone);
    // The pages tell the core what was chosen; it is kept once the core says so itself.
    const kept = { preferences: { language: "en", elder: true, theme: "dark" } };
    await window.ask({ set_preferences: kept });
    await window.close();

    window = await open();
    try {
      const first = await window.page.evaluate(() => ({ ...window.onehallBridge.preferences }));
      assert.deepEqual([first.language, first.elder, first.theme], ["en", true, "dark"]);
      await window.page.heading("What do you need to do?");
      const { lang, dataset } = await window.page.evaluate(() => {
        const { lang, dataset } = document.documentElement;
        return { lang, dataset: { ...dataset } };
      });
      assert.deepEqual([lang, dataset.elder, dataset.theme], ["en", "on", "dark"]);
      assert.equal((await window.ask({ restore_session: {} })).actor.name, "李国华");

      const screen = await Screen.open("desktop");
      const args = ["--hall", hall.url, "--data", join(folder, "data")];
      const second = await runShell("desktop", args, { screen, folder });
      await screen.close();
      assert.equal(second.code, 0);
      assert.match(second.printed, /窗口已经打开.*The window is open already/);
      assert.equal(second.printed.trim().split("\n").length, 1, second.printed);
    } finally {
      await window.close();
    }
  });

  journey("the page speaks to the core, and can do nothing else", async (page, window) => {
    await page.heading(HOME);
    const refused = JSON.parse(await window.call('{"protocol":1}'));
    assert.equal(refused.outcome.error.code, "bridge/invalid_envelope");
    const newer = JSON.parse(await window.call('{"protocol":2,"id":5,"call":{"sing":{}}}'));
    assert.deepEqual([newer.id, newer.outcome.error.code], [5, "bridge/protocol_mismatch"]);

    for (const command of ["plugin:window|close", "plugin:event|listen", "plugin:webview|print", "plugin:app|version", "plugin:path|resolve_directory"]) {
      const asked = page.evaluateAsync((command) => window.__TAURI_INTERNALS__.invoke(command, {}), command);
      await assert.rejects(asked, /not allowed|not found/i, command);
    }
    const fetched = (address) => page.evaluateAsync((address) => fetch(address).then((answer) => answer.status), address);
    await assert.rejects(fetched(`${hall.url}/api/v1/catalog`), "the page reaches no network");
    assert.equal(await fetched("/assets/none.js"), 404);
    assert.equal(await fetched("/assets/..%2f..%2fmade-of"), 404);
    const types = await page.evaluateAsync(async () => {
      const files = [...document.querySelectorAll("link[href], script[src]")]
        .map((from) => from.href || from.src)
        .filter((name) => /\.(wasm|js|css)$/.test(name));
      const types = await Promise.all(files.map((file) => fetch(file).then((answer) => answer.headers.get("content-type"))));
      return [...new Set(types)].sort();
    });
    assert.deepEqual(types, ["application/wasm", "text/css; charset=utf-8", "text/javascript; charset=utf-8"]);

    // In the page, under its policy: a script that a page adds does not run, text is not code.
    const ran = await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "window.ran = true";
      document.head.append(script);
      script.remove();
      return window.ran ?? false;
    });
    assert.equal(ran, false);
    assert.equal(await page.evaluate((address) => window.open(address) === null, hall.url), true);
    await page.evaluate((address) => void (location.href = address), `${hall.url}/dev`);
    // The next call would come from wherever the window is by then.
    await page.evaluateAsync(() => new Promise((resolve) => setTimeout(resolve, 500)));
    assert.equal(await page.evaluate(() => location.origin + location.pathname), "tauri://localhost/");
    await page.heading(HOME);
  });

  journey("a page that does not fit to the core says so, in both languages", async (page) => {
    const said = await page.until("the words", () => document.querySelector('[role="alert"]:not([hidden])')?.innerText);
    assert.match(said, /请更新应用/);
    assert.match(said, /Please update the application/);
    assert.match(said, /bridge\/protocol_mismatch/);
  }, { args: ["--ui", setting("ONEHALL_TEST_SHELL_UI") + ".newer"] });

  before(async () => {
    // The same bundle, but its hello names a protocol that no core speaks yet.
    const newer = `${setting("ONEHALL_TEST_SHELL_UI")}.newer`;
    await rm(newer, { recursive: true, force: true });
    await cp(setting("ONEHALL_TEST_SHELL_UI"), newer, { recursive: true });
    const [module] = (await readdir(join(newer, "assets"))).filter((name) => /^shell\..*\.js$/.test(name));
    const file = join(newer, "assets", module);
    const wrap = `{
      const get = Reflect.get;
      const range = [/"protocols":\\{[^}]*\\}/, '"protocols":{"min":9,"max":9}'];
      Reflect.get = (from, key, ...rest) => {
        const found = get(from, key, ...rest);
        return key === "onehallBridge" ? { ...found, call: (envelope) => found.call(envelope.replace(...range)) } : found;
      };
    }\n`;
    await writeFile(file, wrap + (await readFile(file, "utf8")));
  });
  after(() => rm(`${setting("ONEHALL_TEST_SHELL_UI")}.newer`, { recursive: true, force: true }));

  journey("where the pages are missing the window says so", async (page) => {
    await page.heading("界面文件不在这台设备上");
    await page.reads("The interface is not on this device");
  }, { args: ["--ui", "/nowhere"] });

  test("what cannot start says why in one line", async () => {
    const lines = async (args, options = {}) => {
      const { code, printed } = await runShell("desktop", args, { folder, ...options });
      return [code, printed.trim()];
    };
    assert.deepEqual(await lines(["--hall", "nothing"]), [
      2,
      "onehall-desktop: `nothing` is not the address of a hall, such as http://127.0.0.1:8080",
    ]);
    assert.match((await lines([]))[1], /^onehall-desktop: there is no display/);
  });
});
