// What is counted, and what is not: asked first, once, and honestly; and what administrators see of it.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

import { assertAccessible, assertFitsWidth, journeys, LANGUAGES, PROFILES, until } from "../harness.mjs";
import { sitDown } from "../harness/desk.mjs";

const EVENTS = "**/api/v1/insight/events";
const button = (page, name) => page.getByRole("button", { name, exact: true });
const question = (page) => page.getByRole("region", { name: "可以统计使用情况吗？" });
const guide = (page) => page.getByRole("heading", { level: 1 }).waitFor();

/** The batches that a terminal sends from now on. */
function batches(page) {
  const sent = [];
  page.on("request", (request) => {
    if (request.url().includes("/api/v1/insight/")) sent.push(request.postDataJSON());
  });
  return sent;
}

// The pages' own way into their store, which is encrypted. Run by the browser's debugger, so that the page's policy stays.
const HOST = readFileSync(new URL("../../../core/js/host.js", import.meta.url), "utf8").replaceAll(/^export /gm, "");

/** What this terminal keeps to be sent: the names of the events. */
async function kept(page) {
  const queue = await page.evaluate(`(async () => {
    ${HOST}
    const bytes = await browserHost().get("terminal/analytics");
    return bytes ? JSON.parse(new TextDecoder().decode(bytes)) : { events: [] };
  })()`);
  return queue.events.map((event) => event.event);
}

const untilKept = (page, ...names) => until(async () => `${await kept(page)}` === `${names}`, `kept: ${names}`);

/** Answers the question, and waits until a page that is loaded anew would know the answer. */
async function answer(page, yes) {
  await button(question(page), yes ? "同意统计" : "不统计").click();
  const chosen = () => page.evaluate(() => JSON.parse(localStorage.getItem("onehall.preferences") ?? "{}").analytics);
  await until(async () => (await chosen()) === yes, `the answer is kept: ${yes}`);
}

/** The day of the demo city's clock. */
const today = () => new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10);

/** Events as terminals send them. */
const events = (count, event) =>
  Array.from({ length: count }, () => ({ id: randomUUID(), at: new Date().toISOString(), ...event }));

const send = (hall, terminal, list) => hall.api("POST", "/api/v1/insight/events", { events: list }, { terminal });

journeys("analytics", ({ journey }) => {
  journey("nothing is kept or sent before the citizen said yes, and nothing after a no", {}, async ({ terminal, page }) => {
    const sent = batches(page);
    await terminal.goto("/services/passport");
    await guide(page);
    await question(page).waitFor();
    // The question waits: the page works without an answer.
    await page.getByRole("link", { name: "首页" }).first().click();
    await page.getByRole("searchbox").first().fill("护照");
    await page.getByRole("link", { name: "护照" }).first().waitFor();
    await page.waitForTimeout(2_500);
    assert.deepEqual(await kept(page), []);

    await answer(page, false);
    await question(page).waitFor({ state: "detached" });
    await page.getByText("已记录，不会统计").waitFor();
    await terminal.goto("/services/residence-permit");
    await guide(page);
    await terminal.settled();
    assert.equal(await question(page).count(), 0, "a no is not asked about again");
    assert.deepEqual(await kept(page), []);
    assert.deepEqual(sent, []);
  });

  journey("after a yes each event arrives once, also where an answer was lost and the page was loaded anew", {}, async ({ terminal, page, hall }) => {
    terminal.expect(/net::ERR_CONNECTION_RESET/);
    const answers = [];
    await page.route(EVENTS, async (route) => {
      const answer = await route.fetch();
      answers.push({ sent: route.request().postDataJSON(), answer: await answer.json() });
      // The hall counted them, but its first answer never comes.
      if (answers.length === 1) return route.abort("connectionreset");
      return route.fulfill({ response: answer });
    });
    await terminal.goto("/services/housing-fund-withdrawal");
    await guide(page);
    await answer(page, true);
    await page.getByText("谢谢。").waitFor();
    await terminal.goto("/services/elder-allowance");
    await guide(page);
    // One: the guide that was shown before the yes is not among them.
    await untilKept(page, "item_viewed");
    await until(() => answers.length > 0, "an answer");
    assert.equal(answers[0].answer.taken, 1);
    assert.deepEqual(await kept(page), ["item_viewed"], "what was not answered is not forgotten");

    await page.reload();
    await terminal.ready();
    await untilKept(page);
    const last = answers.at(-1);
    const ids = answers.map(({ sent }) => sent.events[0].id);
    assert.ok(answers.length > 1);
    assert.equal(new Set(ids).size, 1, "one event, one id");
    assert.equal(last.answer.known, 1);
    const [event] = last.sent.events;
    assert.deepEqual(Object.keys(event).sort(), ["at", "event", "id", "item"]);
    assert.match(event.at, /:00\.000Z$/, "to the minute");

    // Five more of other terminals: now there are enough to be shown, and the one that was sent twice is one.
    await send(hall, "kiosk", events(5, { event: "item_viewed", item: "elder-allowance" }));
    const admin = { cookie: await hall.staffCookie("admin"), terminal: "console" };
    const { rows } = await hall.api("GET", `/api/v1/staff/insight?from=${today()}&to=${today()}&by=item`, undefined, admin);
    const counted = rows.filter((row) => row.key === "elder-allowance" && row.event === "item_viewed");
    // The guide is shown again by the reload: that is a reading of its own.
    const readings = new Set(answers.flatMap(({ sent }) => sent.events.map((event) => event.id)));
    assert.deepEqual(counted.map((row) => row.count), [5 + readings.size]);
  });

  journey("a search counts as what it found, never as its words", {}, async ({ terminal, page }) => {
    const sent = batches(page);
    await terminal.prefer({ analytics: true });
    await terminal.goto("/search");
    await page.getByRole("searchbox", { name: "搜索服务事项" }).last().pressSequentially("王小明");
    await until(() => sent.length > 0, "what was counted is sent");
    await untilKept(page);
    // One search, however many keys.
    const counted = sent.flatMap((batch) => batch.events).map(({ event, detail }) => ({ event, detail }));
    assert.deepEqual(counted, [{ event: "search_made", detail: "none" }]);
    assert.ok(!JSON.stringify(sent).includes("王小明"));
  });

  journey("a yes is taken back in the settings, and what waits goes with it", {}, async ({ terminal, page }) => {
    // The hall takes none for now: what is counted waits, however slow this machine is.
    terminal.expect(/503/);
    await page.route(EVENTS, (route) => route.fulfill({ status: 503 }));
    await terminal.goto("/services/passport");
    await guide(page);
    await answer(page, true);
    await terminal.goto("/services/residence-permit");
    await guide(page);
    await untilKept(page, "item_viewed");
    await page.getByRole("link", { name: "显示设置" }).first().click();
    const choice = page.getByRole("group", { name: "统计本机的使用情况" });
    assert.equal(await choice.getByLabel("是").isChecked(), true);
    await choice.getByLabel("否").check();
    await untilKept(page);
    await assertAccessible(page);
    await page.unroute(EVENTS);
    const sent = batches(page);
    await page.reload();
    await terminal.ready();
    assert.equal(await page.getByRole("group", { name: "统计本机的使用情况" }).getByLabel("否").isChecked(), true);
    await terminal.goto("/services/residence-permit");
    await guide(page);
    await page.waitForTimeout(2_500);
    assert.deepEqual(await kept(page), []);
    assert.deepEqual(sent, []);
  });

  journey("on a kiosk a yes ends with the visit", { profile: "kiosk" }, async ({ terminal, page }) => {
    const sent = batches(page);
    await terminal.goto("/");
    await question(page).getByText("仅限本次办理。").waitFor();
    await answer(page, true);
    await question(page).waitFor({ state: "detached" });
    await page.getByRole("link", { name: /居民身份证/ }).first().click();
    await untilKept(page, "item_viewed");
    await button(page, "结束办理").click();
    await question(page).waitFor();
    await untilKept(page);
    const names = () => sent.flatMap((batch) => batch.events).map((event) => event.event);
    await until(() => names().length > 0, "something is counted");
    assert.deepEqual(names(), ["item_viewed"]);
    assert.equal(await page.evaluate(() => JSON.parse(localStorage.getItem("onehall.preferences")).analytics), null);
  });

  journey("the question is answered with the keyboard alone and blocks nothing", {}, async ({ terminal, page }) => {
    await terminal.goto("/");
    await question(page).waitFor();
    const covers = await page.evaluate(() => getComputedStyle(document.querySelector(".consent")).position);
    assert.equal(covers, "static");
    for (let tries = 0; tries < 60; tries += 1) {
      await page.keyboard.press("Tab");
      if (await button(question(page), "不统计").evaluate((one) => one === document.activeElement)) break;
    }
    await page.keyboard.press("Enter");
    await question(page).waitFor({ state: "detached" });
    assert.equal(await page.evaluate(() => document.activeElement.id), "main", "the focus goes on with the page");
  });

  for (const profile of Object.keys(PROFILES)) {
    for (const language of Object.keys(LANGUAGES)) {
      journey(`the question is whole on ${profile} in ${language}`, { profile, language }, async ({ terminal, page }) => {
        await terminal.goto("/");
        const what = page.locator(".consent summary");
        await what.click();
        await page.locator(".consent li").first().waitFor();
        await assertFitsWidth(page);
        await assertAccessible(page);
      });
    }
  }

  journey("administrators see how the hall is used", {}, async ({ terminal, page, hall }) => {
    await send(hall, "browser", events(12, { event: "item_viewed", item: "clinic-filing" }));
    await send(hall, "mini_app", events(7, { event: "item_viewed", item: "doctor-registration" }));
    await send(hall, "mobile", events(2, { event: "item_viewed", item: "building-permit" }));
    await send(hall, "kiosk", events(9, { event: "search_made", detail: "none" }));
    await sitDown(terminal, "admin");
    await terminal.goto("/console/");
    await page.getByRole("link", { name: "使用统计" }).click();
    await page.getByRole("heading", { level: 1, name: "使用统计" }).waitFor();
    const row = (name) => page.getByRole("row", { name });
    await button(page, "按事项").click();
    await row(/诊所/).getByText("12", { exact: true }).waitFor();
    await row(/医师/).getByText("7", { exact: true }).waitFor();
    await row(/建筑工程施工许可/).getByText("少于 5").waitFor();
    await assertAccessible(page);
    await button(page, "按终端").click();
    await row(/小程序/).getByText("7", { exact: true }).waitFor();
    await page.getByLabel("统计内容").selectOption({ label: "搜索事项" });
    await row(/自助终端/).getByText("9", { exact: true }).waitFor();
    await button(page, "搜到的事项").click();
    await row(/没有结果/).getByText(/^\d+$/).waitFor();
    await button(page, "7 天").click();
    await button(page, "按日期").click();
    // A week, and its head.
    await until(async () => (await page.getByRole("row").count()) === 8, "eight rows");
    // What is shown stands in the address.
    await page.reload();
    await terminal.ready();
    await page.getByRole("row").nth(7).waitFor();
    assert.equal(await page.getByLabel("统计内容").inputValue(), "search_made");
    await page.getByLabel("统计内容").selectOption({ label: "评价服务" });
    await page.getByText("这段时间没有记录").waitFor();
    await assertAccessible(page);
  });

  journey("numbers that do not come are said not to, and can be asked for again", {}, async ({ terminal, page }) => {
    terminal.expect(/503/);
    await sitDown(terminal, "admin");
    let broken = true;
    await page.route("**/api/v1/staff/insight?*", (route) => (broken ? route.fulfill({ status: 503, body: "" }) : route.continue()));
    await terminal.goto("/console/insight");
    const again = page.getByRole("alert").getByRole("button", { name: "重试" });
    await again.waitFor();
    await assertAccessible(page);
    broken = false;
    await again.click();
    await page.getByRole("table").or(page.getByText("这段时间没有记录")).waitFor();
  });

  journey("a clerk who asks for the numbers is told that they are not theirs", {}, async ({ terminal, page }) => {
    await sitDown(terminal, "ps-window");
    await terminal.goto("/console/insight");
    await page.getByText("您没有查看此页面的权限。").waitFor();
    assert.equal(await page.getByRole("link", { name: "使用统计" }).count(), 0);
    await assertAccessible(page);
  });

  for (const [language, profile] of [["zh", "desktop"], ["en", "desktop"], ["en", "mobile"]]) {
    journey(`the numbers are whole on ${profile} in ${language}`, { language, profile }, async ({ terminal, page, hall }) => {
      await send(hall, "browser", events(6, { event: "item_viewed", item: "passport" }));
      await sitDown(terminal, "admin");
      await terminal.goto("/console/insight?days=7&by=item&event=item_viewed");
      await page.getByRole("table").waitFor();
      await assertFitsWidth(page);
      await assertAccessible(page);
    });
  }
});

