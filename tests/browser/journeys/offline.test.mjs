// Without a network: the hall's page opens, services are found and guides read, a form is filled; and what was done arrives when
// the hall is back. The hall is ended in the middle, as nothing is more offline than that.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { assertAccessible, assertFitsWidth, journeys, until } from "../harness.mjs";
import { setting } from "../harness/hall.mjs";
import { completeDraft, pathOf } from "../harness/matters.mjs";

const ITEM = "identity-card-renewal";
const saveLine = (page) => page.locator("p.save-line");
const bar = (page) => page.locator(".offline-bar");
const TEXTS = {
  zh: { gone: "网络连接已断开 您可以继续浏览和填写，恢复后自动上传。", search: "身份证" },
  en: {
    gone: "You are offline You can go on: what you do is sent when you are back online.",
    search: "identity card",
  },
};
// The pages' own way into their store. Run by the browser's debugger, so that the page's policy stays.
const HOST = readFileSync(new URL("../../../core/js/host.js", import.meta.url), "utf8").replaceAll(/^export /gm, "");

/** Until every guide and form is on this terminal, though nobody has read them. */
async function whole(page) {
  const asked = `(async () => {
    ${HOST}
    return (await browserHost().get("terminal-catalog/contents")) !== undefined;
  })()`;
  await until(() => page.evaluate(asked), "all guides are kept", 60_000);
}

const allowed = { serviceWorkers: "allow" };

/** Until the worker has the whole bundle, and the page is its. */
async function kept(page) {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller) {
      await new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done, { once: true }));
    }
  });
}

/** Another tab of the same terminal, at an address. */
async function tab(terminal, path) {
  const page = await terminal.context.newPage();
  await page.goto(new URL(path, terminal.hall.url).href);
  await page.waitForFunction(() => !document.getElementById("boot"));
  return page;
}

journeys("without a network", ({ journey: plain }) => {
  // Whatever becomes of one journey, the next one finds a hall.
  const journey = (title, options, walk) =>
    plain(title, options, async (given) => {
      try {
        await walk(given);
      } finally {
        if (!(await fetch(`${given.hall.url}/ready`).catch(() => undefined))) await given.hall.start();
      }
    });

  for (const [language, profile] of [["zh", "desktop"], ["en", "mobile"]]) {
    journey(`a hall that was visited once opens, is searched and read (${language}, ${profile})`, { language, profile, ...allowed }, async ({ terminal, page, hall }) => {
      const texts = TEXTS[language];
      terminal.expect(/net::ERR_|Failed to load resource/);
      const { name: names } = await hall.api("GET", `/api/v1/catalog/items/${ITEM}`);
      const name = names[language === "zh" ? "zh-CN" : "en"];
      // Nobody reads a guide before the network is gone.
      await terminal.goto("/");
      await kept(page);
      await whole(page);
      await hall.kill();

      const later = await tab(terminal, "/");
      await bar(later).waitFor();
      assert.equal((await bar(later).innerText()).replace(/\s+/g, " ").trim(), texts.gone);
      await assertAccessible(later);
      await assertFitsWidth(later);
      await later.goto(`${hall.url}/search?q=${encodeURIComponent(texts.search)}`);
      await later.getByRole("link", { name, exact: false }).first().click();
      await later.getByRole("heading", { level: 1, name, exact: true }).waitFor();
      await later.goto(`${hall.url}/services/${ITEM}`);
      await later.getByRole("heading", { level: 1, name, exact: true }).waitFor();
      await assertAccessible(later);

      await hall.start();
      // By itself: nobody reloads, nobody presses anything.
      await bar(later).waitFor({ state: "detached", timeout: 60_000 });
    });
  }

  journey("a new application is begun without the hall, is there in a tab that is opened later, and arrives when the hall is back", allowed, async ({ terminal, page, hall }) => {
    terminal.expect(/net::ERR_|Failed to load resource/);
    await terminal.loginAs("wang-lei");
    const cookie = await hall.citizenCookie(hall.people.citizen("wang-lei").phone);
    const drafts = async () => (await hall.api("GET", "/api/v1/drafts", undefined, { cookie })).filter(({ item }) => item === ITEM);
    assert.deepEqual(await drafts(), []);
    await terminal.goto("/");
    await kept(page);
    await whole(page);
    await hall.kill();

    const begun = await tab(terminal, `/services/${ITEM}`);
    await begun.getByRole("link", { name: "在线申请" }).first().click();
    await saveLine(begun).filter({ hasText: "您的填写已保存在本机" }).waitFor();
    const [, id] = new URL(begun.url()).pathname.match(/^\/drafts\/([^/]+)/);
    await assertAccessible(begun);
    await begun.getByRole("radio", { name: "我本人" }).check();
    await begun.getByRole("button", { name: "继续", exact: true }).click();
    await begun.getByLabel("手机号码").fill("13800000078");
    await begun.getByLabel("手机号码").blur();
    await saveLine(begun).filter({ hasText: "您的填写已保存在本机" }).waitFor();
    await begun.close();

    // Whoever comes later finds it as it was left.
    const later = await tab(terminal, pathOf("drafts", `${id}/applicant`));
    await until(async () => (await later.getByLabel("手机号码").inputValue()) === "13800000078", "the answer is there");
    await hall.start();
    await saveLine(later).filter({ hasText: /^已保存/ }).waitFor({ timeout: 60_000 });
    const [draft, ...others] = await drafts();
    assert.deepEqual([draft.id, others], [id, []]);
    const { answers, prefilled } = await hall.api("GET", `/api/v1/drafts/${id}`, undefined, { cookie });
    assert.equal(answers.phone, "13800000078");
    assert.ok(prefilled.length > 0, "the hall filled in what it knows");
    // And the page shows it, without being told that it came from elsewhere.
    await until(async () => (await later.getByLabel("姓名", { exact: true }).inputValue()) !== "", "what the hall knows is there");
  });

  journey("a form is filled on a page that was opened without one, and arrives when the hall is back", allowed, async ({ terminal, page, hall }) => {
    terminal.expect(/net::ERR_|Failed to load resource/);
    const { id, cookie } = await completeDraft(hall, "zhang-min", ITEM);
    await terminal.resume(cookie);
    await terminal.goto(pathOf("drafts", `${id}/applicant`));
    await saveLine(page).filter({ hasText: /^已保存/ }).waitFor();
    await kept(page);
    await hall.kill();
    await page.close();

    const later = await tab(terminal, pathOf("drafts", `${id}/applicant`));
    await later.getByLabel("手机号码").fill("13800000077");
    await saveLine(later).filter({ hasText: "您的填写已保存在本机" }).waitFor();
    await assertAccessible(later);
    await hall.start();
    await saveLine(later).filter({ hasText: /^已保存/ }).waitFor({ timeout: 60_000 });
    const draft = await hall.api("GET", `/api/v1/drafts/${id}`, undefined, { cookie });
    assert.equal(draft.answers.phone, "13800000077");
  });

  journey("the worker keeps one bundle and the one before it, nothing of the API, and is not the console's", allowed, async ({ terminal, page, hall }) => {
    await terminal.context.addInitScript(async () => {
      if (location.hostname !== "127.0.0.1" || sessionStorage.getItem("made")) return;
      sessionStorage.setItem("made", "yes");
      for (const name of ["onehall-bundle-oldest", "onehall-bundle-older", "somebody-elses"]) await caches.open(name);
    });
    const { id, cookie } = await completeDraft(hall, "zhao-xue", ITEM);
    await terminal.resume(cookie);
    await terminal.goto(pathOf("drafts", `${id}/applicant`));
    await kept(page);
    const [names, addresses] = await page.evaluate(async () => {
      const names = await caches.keys();
      const all = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)));
      return [names, all.flat()];
    });
    const own = names.filter((name) => !/old|somebody/.test(name));
    assert.equal(own.length, 1, `${names}`);
    assert.deepEqual(names.filter((name) => !own.includes(name)), ["onehall-bundle-older", "somebody-elses"]);
    // The second part of the program among them: what it takes to fill a form.
    const files = (await readdir(join(setting("ONEHALL_TEST_UI"), "citizen", "assets"))).filter((file) => !file.endsWith(".br"));
    assert.deepEqual(addresses.sort(), ["/", ...files.map((file) => `/assets/${file}`)].sort());
    // The page in the cache is that of the hall, and says nothing of who looked.
    const page_of_cache = await page.evaluate(async () => (await caches.match("/")).text());
    assert.ok(!page_of_cache.includes(id) && page_of_cache.includes("/assets/boot."));

    terminal.expect(/net::ERR_|Failed to load resource/);
    await hall.kill();
    const console_page = await terminal.context.newPage();
    await assert.rejects(console_page.goto(`${hall.url}/console/`), /ERR_CONNECTION_REFUSED/);
    await hall.start();
  });
});
