// The desktop window among what a person's computer has around it: other starts, links, screens, notifications, a tray.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Hall } from "../browser/harness/hall.mjs";
import { seenByCitizen, take } from "../browser/harness/desk.mjs";
import { completeDraft, jpeg, submittedCase } from "../browser/harness/matters.mjs";
import { processesOf } from "./processes.mjs";
import { Surroundings, until } from "./surroundings.mjs";
import { programOf, runShell, Screen, setting, ShellWindow, startShell } from "./window.mjs";

const TITLE = "政务服务大厅";
const HOME = "您要办什么事？";
const ITEM = "identity-card-renewal";
const UNKNOWN = "这个链接在政务服务大厅里没有对应的页面";

describe("the desktop around the window", { timeout: 420_000 }, () => {
  let hall;
  before(async () => {
    hall = await Hall.open({ ui: false });
  });
  after(() => hall?.close());

  /** A test in a window among its surroundings. */
  const journey = (name, walk, { tray, args } = {}) =>
    test(name, async (context) => {
      const folder = await mkdtemp(join(tmpdir(), "onehall-around-"));
      const around = await Surroundings.open({ tray });
      let window;
      try {
        window = await ShellWindow.open("desktop", hall.url, { folder, around, args: args?.() });
        await walk({ page: window.page, window, around, folder });
      } catch (error) {
        context.diagnostic((await window?.page.text().catch(() => "the page is gone")) ?? "no page");
        context.diagnostic(window?.driver.printed ?? "");
        throw error;
      } finally {
        await window?.close();
        await around.close();
        await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
      }
    });

  const path = (page, wanted) => page.until(`the page ${wanted}`, (wanted) => location.pathname + location.search === wanted, wanted);

  journey("a second start brings the window to the front, and hands over its link", async ({ page, window, around, folder }) => {
    const matter = await submittedCase(hall, "wu-ping", ITEM);
    await page.heading(HOME);
    await window.logIn(hall, hall.people.citizen("wu-ping").phone);
    const again = async (...links) => {
      const words = ["--hall", hall.url, "--data", join(folder, "data"), ...links];
      const { code, printed } = await runShell("desktop", words, { screen: window.screen, folder, besides: around.environment });
      assert.equal(code, 0, printed);
      assert.match(printed.trim(), /^窗口已经打开，现已显示在最前。 The window is open already, and was brought to the front\.$/m);
    };

    // In the page it stays what it was: nothing was loaded anew.
    await page.evaluate(() => void (window.stays = true));
    await around.hands("xdotool", "windowminimize", await around.seen(TITLE));
    await until("it is out of sight", async () => !(await around.seen(TITLE)));
    await again();
    await around.front(TITLE);
    await path(page, "/");

    await again(`onehall://cases/${matter.id}`);
    await path(page, `/matters/${matter.id}`);
    await page.reads(matter.number);
    assert.equal(await page.evaluate(() => window.stays), true);

    const draft = await completeDraft(hall, "wu-ping", ITEM);
    await again(`onehall://drafts/${draft.id}`);
    await page.until("the draft", (id) => location.pathname.startsWith(`/drafts/${id}`), draft.id);

    for (const link of ["onehall://account/data", `onehall://cases/${matter.id}/receipt`, "onehall:javascript:alert(1)"]) {
      await again(`onehall://cases/${matter.id}`);
      await path(page, `/matters/${matter.id}`);
      await again(link);
      await path(page, "/");
      await page.reads(UNKNOWN);
      await page.click("关闭", '//*[@class="toasts"]');
    }
    assert.equal(await page.evaluate(() => window.stays), true);
  });

  journey("a window that a link starts opens its page", async ({ page }) => {
    await page.until("the application", () => location.pathname.startsWith("/apply/") || location.pathname === "/login");
    const [path, next] = await page.evaluate(() => [location.pathname, new URLSearchParams(location.search).get("next")]);
    assert.equal(path === "/login" ? next : path, `/apply/${ITEM}`);
  }, { args: () => [`onehall://apply/${ITEM}`] });

  journey("a window that no link of ours starts opens the home page, and says so", async ({ page }) => {
    await page.heading(HOME);
    await page.reads(UNKNOWN);
    await path(page, "/");
  }, { args: () => ["onehall://nowhere/at/all"] });

  test("the window stands where it was left, and never out of sight", async () => {
    const folder = await mkdtemp(join(tmpdir(), "onehall-place-"));
    const around = await Surroundings.open();
    const screen = await Screen.open("desktop");
    const kept = join(folder, "data", "place.json");
    const read = () => readFile(kept, "utf8").then(JSON.parse, () => undefined);
    let program;
    try {
      await around.begin(screen);
      const start = async () => {
        const words = ["--hall", hall.url, "--ui", setting("ONEHALL_TEST_SHELL_UI"), "--data", join(folder, "data")];
        program = startShell("desktop", words, { screen, folder, besides: around.environment });
        return until("the window", () => around.seen(TITLE), () => program.printed);
      };
      const geometry = async (window) => {
        const told = await around.hands("xdotool", "getwindowgeometry", "--shell", window);
        return Object.fromEntries([...(told ?? "").matchAll(/(X|Y|WIDTH|HEIGHT)=(-?\d+)/g)].map(([, name, value]) => [name, Number(value)]));
      };
      /** Closed as a person closes it; without a tray the program ends. */
      const close = async () => {
        await around.hands("wmctrl", "-c", TITLE);
        await program.ended;
        assert.equal(program.process.exitCode, 0, program.printed);
      };

      let window = await start();
      await around.hands("xdotool", "windowsize", window, "1000", "700");
      await around.hands("xdotool", "windowmove", window, "150", "60");
      const left = await until("its place", async () => {
        const place = await read();
        return place?.width === 1000 && place.height === 700 && place.x > 100 && place;
      }, async () => JSON.stringify([await read(), await geometry(window)]));
      const stood = await geometry(window);
      await close();

      window = await start();
      await until("it stands there again", async () => JSON.stringify(await geometry(window)) === JSON.stringify(stood), async () => JSON.stringify([stood, await geometry(window)]));
      await around.hands("wmctrl", "-r", TITLE, "-b", "add,maximized_vert,maximized_horz");
      await until("it is known to fill the screen", async () => (await read())?.maximised, async () => JSON.stringify(await read()));
      assert.deepEqual({ ...(await read()), maximised: false }, { ...left, maximised: false });
      await close();

      window = await start();
      await until("it fills the screen", async () => (await geometry(window)).WIDTH > 1390, async () => JSON.stringify(await geometry(window)));
      await around.hands("wmctrl", "-r", TITLE, "-b", "remove,maximized_vert,maximized_horz");
      await until("it is as it was", async () => (await geometry(window)).WIDTH === 1000, async () => JSON.stringify(await geometry(window)));
      await close();

      // A screen that is gone, a size that no screen has.
      for (const place of [{ x: 5000, y: -3000, width: 1000, height: 700 }, { x: -900, y: 800, width: 9000, height: 9000 }]) {
        await writeFile(kept, JSON.stringify({ frame: [2, 30], maximised: false, ...place }));
        window = await start();
        await until("it is in sight as a whole", async () => {
          const { X, Y, WIDTH, HEIGHT } = await geometry(window);
          return X >= 0 && Y >= 0 && X + WIDTH <= 1400 && Y + HEIGHT <= 900;
        }, async () => JSON.stringify(await geometry(window)));
        await close();
      }
      for (const text of ["", "{}", '{"x":1e99}']) {
        await writeFile(kept, text);
        await start();
        await close();
      }
    } finally {
      await program?.end();
      await around.close();
      await screen.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    }
  });

  journey("keys find, go home and back, and choose the size of the text", async ({ page, around }) => {
    const press = (keys) => around.hands("xdotool", "key", keys);
    const focused = (id) => page.until(`the focus in ${id}`, (id) => document.activeElement?.id === id, id);
    const size = (percent) =>
      page.until(`text of ${percent} %`, (percent) => Number(document.documentElement.style.getPropertyValue("--text-percent")) === percent / 100, percent);
    await page.heading(HOME);
    await around.front(TITLE);
    await press("ctrl+f");
    await focused("search");
    await page.goto("tauri://localhost/accessibility");
    await page.reads("Alt + Home");
    await press("ctrl+f");
    await path(page, "/search");
    await focused("search");
    await press("alt+Home");
    await path(page, "/");
    await press("alt+Left");
    await path(page, "/search");
    await press("alt+Right");
    await path(page, "/");
    await press("ctrl+plus");
    await press("ctrl+plus");
    await size(150);
    await press("ctrl+minus");
    await size(125);
    await press("ctrl+0");
    await size(100);
  });

  journey("a file that is dropped on a material is taken", async ({ page, window }) => {
    const { phone } = hall.people.citizen("he-tao");
    const cookie = await hall.citizenCookie(phone);
    const draft = await hall.api("POST", "/api/v1/drafts", { item: ITEM }, { cookie });
    await page.heading(HOME);
    await window.logIn(hall, phone);
    await page.goto(`tauri://localhost/drafts/${draft.id}/materials`);
    await page.element('//*[@class="file-drop"]');
    const taken = await page.evaluate((jpeg) => {
      const bytes = Uint8Array.from(atob(jpeg), (letter) => letter.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], "证件照.jpg", { type: "image/jpeg" }));
      const place = document.querySelector(".file-drop");
      const happens = (kind) => place.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
      return { over: !happens("dragover"), dropped: !happens("drop") };
    }, jpeg("").buffer.toString("base64"));
    assert.deepEqual(taken, { over: true, dropped: true });
    await page.reads("证件照.jpg");
    await until("the hall has it", async () => {
      const { answers } = await hall.api("GET", `/api/v1/drafts/${draft.id}`, undefined, { cookie });
      return Object.values(answers).some((answer) => Array.isArray(answer) && answer.some(({ name }) => name === "证件照.jpg"));
    });
  });

  test("the hall is reached through the system's proxy", async () => {
    const asked = new Set();
    const proxy = createServer((request, answer) => {
      const { hostname, port, pathname, search } = new URL(request.url);
      asked.add(pathname);
      const onwards = httpRequest({ hostname, port, path: pathname + search, method: request.method, headers: request.headers }, (reply) => {
        answer.writeHead(reply.statusCode, reply.headers);
        reply.pipe(answer);
      });
      onwards.on("error", () => answer.destroy());
      request.pipe(onwards);
    }).listen(0, "127.0.0.1");
    await once(proxy, "listening");
    // The driver speaks to the window by the other name.
    const begin = () => ({ http_proxy: `http://127.0.0.1:${proxy.address().port}`, no_proxy: "127.0.0.1" });
    const window = await ShellWindow.open("desktop", hall.url.replace("127.0.0.1", "localhost"), { around: { begin } });
    try {
      await window.page.heading(HOME);
      await window.page.reads("居民身份证换领");
      assert.ok([...asked].some((path) => path.startsWith("/api/v1/catalog")), JSON.stringify([...asked]));
    } finally {
      await window.close();
      proxy.closeAllConnections();
      proxy.close();
    }
  });

  test("a start without a hall shows what is kept, and says that it is", async () => {
    const folder = await mkdtemp(join(tmpdir(), "onehall-kept-"));
    const own = await Hall.open({ ui: false });
    const open = () => ShellWindow.open("desktop", own.url, { folder });
    let window;
    try {
      const matter = await submittedCase(own, "wu-ping", ITEM);
      const draft = await completeDraft(own, "wu-ping", ITEM);
      const shows = async (page) => {
        await page.goto("tauri://localhost/matters");
        await page.until("both", (hrefs) => hrefs.every((href) => document.querySelector(`main a[href^="${href}"]`)), [
          `/matters/${matter.id}`,
          `/drafts/${draft.id}`,
        ]);
      };
      window = await open();
      await window.page.heading(HOME);
      await window.logIn(own, own.people.citizen("wu-ping").phone);
      // The form, too, is here from now on.
      await window.page.goto(`tauri://localhost/drafts/${draft.id}/applicant`);
      await window.page.element('//*[@id="q.phone"]');
      await shows(window.page);
      await own.kill();
      // What is shown now is this terminal's.
      await window.page.reads("网络连接已断开");
      await shows(window.page);
      await window.close();

      window = await open();
      const { page } = window;
      await page.heading(HOME);
      await page.reads("居民身份证换领");
      await page.reads("网络连接已断开");
      const link = (kind, id) => `//main//a[starts-with(@href, "/${kind}/${id}")]`;
      await page.click("我的办件");
      await page.press(link("matters", matter.id));
      await page.reads(matter.number);
      await page.until("of when it is", () => /显示的是 .+ 的内容/.test(document.body.innerText));
      await page.click("我的办件");
      await page.press(link("drafts", draft.id));
      await page.until("the draft", (id) => location.pathname.startsWith(`/drafts/${id}`) && document.querySelector("main h1"), draft.id);
      await page.reads("居民身份证换领");
    } finally {
      await window?.close();
      await own.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    }
  });

  /** A case of a citizen who is logged in at the window, and what the next steps are called. */
  async function watched({ page, window, around }) {
    const matter = await submittedCase(hall, "wu-ping", ITEM);
    await page.heading(HOME);
    await window.logIn(hall, hall.people.citizen("wu-ping").phone);
    await page.goto(`tauri://localhost/matters/${matter.id}`);
    await page.reads(matter.number);
    await around.front(TITLE);
    const step = async (...action) => {
      await take(hall, matter, action);
      return (await seenByCitizen(hall, matter)).status.step_name["zh-CN"];
    };
    const { item_name } = (await hall.api("GET", "/api/v1/cases", undefined, { cookie: matter.cookie })).find(({ id }) => id === matter.id);
    return { matter, step, item: item_name["zh-CN"] };
  }

  journey("a step of a case is told while nobody looks, and a press opens the case", async (among) => {
    const { page, around } = among;
    const { matter, step, item } = await watched(among);
    // Seen on the page, so nobody needs to be told.
    await page.reads(await step("ps-window", "pass-pre-review"));
    await page.goto("tauri://localhost/");
    await page.heading(HOME);
    await around.hands("xdotool", "windowminimize", await around.seen(TITLE));
    await until("it is out of sight", async () => !(await around.seen(TITLE)));
    const name = await step("ps-window", "accept");
    const told = await around.heard("the step", ({ notified }) => notified);
    assert.deepEqual([told.title, told.text], [item, name]);
    assert.deepEqual(around.all("notified"), [told], "told once, and nothing that was on the page");
    assert.doesNotMatch(JSON.stringify(told), new RegExp(`${matter.number}|${matter.id}|吴|1[3-9]\\d{9}`));

    around.does({ press: told.notified });
    await around.front(TITLE);
    await path(page, `/matters/${matter.id}`);
    await page.reads(name);
  });

  journey("where there is a tray, a window that is closed goes on there", async (among) => {
    const { page, around, folder } = among;
    const { icon } = await around.heard("the icon", ({ icon }) => icon);
    const { step } = await watched(among);
    const menu = async (label) => {
      const before = around.all("menu").length;
      around.does({ menu: 0 });
      const { menu } = await until("the menu", () => around.all("menu")[before]);
      const entry = menu.find((entry) => entry.label.includes(label));
      assert.ok(entry, `${label} in ${JSON.stringify(menu)}`);
      return () => around.does({ choose: entry.number });
    };
    await menu("办件没有新进展");

    await around.hands("wmctrl", "-c", TITLE);
    await until("it is out of sight", async () => !(await around.seen(TITLE)));
    await around.heard("that it goes on", ({ title }) => title === "政务服务大厅仍在运行");
    const name = await step("ps-window", "pass-pre-review");
    await around.heard("the step", ({ text }) => text === name);
    const marked = await until("another icon", () => around.all("icon").find((told) => told.icon !== icon));
    assert.ok(marked);
    const news = await menu("1 项办件有新进展");
    news();
    await around.front(TITLE);
    await path(page, "/matters");
    await page.reads(name);
    await around.heard("what was told is taken back", ({ withdrawn }) => withdrawn);
    await until("nothing is new", async () => {
      around.does({ menu: 0 });
      return around.all("menu").at(-1).menu.some(({ label }) => label === "办件没有新进展");
    });

    const quit = await menu("退出");
    quit();
    const runs = async () => (await processesOf(folder)).some(({ program }) => program === programOf("desktop"));
    await until("the program has ended", async () => !(await runs()));
  }, { tray: true });
});
