// <onehall-service> in a stranger's page, on an origin of its own, under a strict content policy.
import assert from "node:assert/strict";

import { take } from "../browser/harness/desk.mjs";
import { completeDraft, dayFromNow, jpeg } from "../browser/harness/matters.mjs";
import { cityWithNextVersion, questionsWith } from "../browser/harness/next-version.mjs";
import { assertAccessible, assertFitsWidth } from "../browser/harness.mjs";
import { EN, page as strangersPage, strangers, ZH } from "./stranger.mjs";

const service = (attributes) => (hall = "{{hall}}") => `<onehall-service base-url="${hall}" ${attributes}></onehall-service>`;
const renewal = service('item="identity-card-renewal"')();

const PAGES = {
  "/one.html": strangersPage(renewal),
  "/english.html": strangersPage(renewal, { lang: "en" }),
  "/two.html": strangersPage(
    `<div id="first">${service('item="identity-card-renewal" lang="zh-CN"')()}</div>` +
      `<div id="second">${service('item="vehicle-licence-renewal" lang="en" theme="dark"')()}</div>`,
  ),
  "/unlisted.html": strangersPage(service('item="no-such-service"')()),
  "/offline.html": strangersPage(service('item="identity-card-renewal"')("http://127.0.0.1:9")),
  "/benefit.html": strangersPage(service('item="unemployment-benefit"')()),
  "/business.html": strangersPage(service('item="small-business-start"')()),
  "/permit.html": strangersPage(service('item="residence-permit"')()),
};

const button = (root, name) => root.getByRole("button", { name, exact: true });
const heading = (root, name) => root.getByRole("heading", { level: 2, name, exact: true }).waitFor();
const go = async (page, to, words = ZH) => {
  await button(page, words.go).click();
  await heading(page, to);
};
const saved = (page) => page.locator(".save", { hasText: /^已保存/ }).waitFor();

/** Fills the renewal of an identity card, up to the check. */
async function fillRenewal(page, look = async () => {}) {
  await heading(page, "为谁换领");
  await page.getByRole("radio", { name: "我本人" }).check();
  await go(page, "您的信息");
  assert.equal(await page.getByLabel("姓名", { exact: true }).inputValue(), "张敏", "what the hall knows is there");
  await look("applicant");
  await go(page, "换领原因");
  // A condition acts at once.
  await page.getByRole("radio", { name: "有效期将满或者已过期" }).check();
  const until = page.getByLabel("现有证件有效期截止日期");
  await until.fill(dayFromNow(200));
  await until.blur();
  await page.getByText("有效期届满前三个月内才可以换领。").waitFor();
  await until.fill(dayFromNow(40));
  await page.getByText("有效期届满前三个月内才可以换领。").waitFor({ state: "hidden" });
  await page.locator("output", { hasText: "20.00" }).waitFor();
  await look("reason");
  await go(page, "原来的身份证");
  await answer(page, /还在您手里/, "是");
  await answer(page, /临时居民身份证/, "否");
  await go(page, "指纹");
  await page.getByRole("radio", { name: "登记过", exact: true }).check();
  await go(page, "领取方式");
  await page.getByRole("radio", { name: /邮政寄到家/ }).check();
  await page.getByLabel("收件人", { exact: true }).waitFor();
  await page.getByLabel("所在地区").fill("兰川市城关区");
  await page.getByLabel("详细地址").fill("民安街道滨河东路18号3单元502室");
  await look("delivery");
  await go(page, "上传材料");
  // What is no picture is refused with a reason, the others are taken.
  const photo = page.getByLabel("证件照片");
  await photo.setInputFiles({ name: "笔记.txt", mimeType: "text/plain", buffer: Buffer.from("x") });
  await page.getByText("笔记.txt 不是 PDF / JPG / PNG / WEBP。").waitFor();
  await photo.setInputFiles(jpeg("证件照.jpg"));
  await page.getByText("证件照.jpg · 1 KB").waitFor();
  await page.getByLabel("原居民身份证").setInputFiles([jpeg("身份证正面.jpg"), jpeg("身份证反面.jpg")]);
  await page.getByText("身份证反面.jpg · 1 KB").waitFor();
  await look("materials");
  await saved(page);
  await go(page, "声明与提交");
  await page.getByRole("checkbox").check();
  await look("declaration");
  await go(page, "核对您的填写");
}

const answer = (page, question, name) => page.getByRole("group", { name: question }).getByRole("radio", { name, exact: true }).check();

strangers("a service in a stranger's page", PAGES, ({ journey }) => {
  journey("a card is renewed from the guide to the receipt, and its progress follows the clerk live", async ({ visit, hall }) => {
    const v = await visit("/one.html");
    const { page } = v;
    await heading(page, "居民身份证换领");
    await assertAccessible(page, "the guide");
    await button(page, "在线申请").click();
    await heading(page, "登录");
    await assertAccessible(page, "the login");
    await v.logIn("zhang-min");
    await fillRenewal(page, (where) => assertAccessible(page, where));
    await assertAccessible(page, "the check");
    await button(page, "提交申请").dblclick();
    await heading(page, "申请已提交");
    const number = await page.locator(".number").first().innerText();
    assert.match(number, /^[A-Z]{2,3}-\d{8}-/);
    await assertAccessible(page, "the receipt");

    // One case came of it, and the page was told its number.
    const submitted = await v.told("submitted");
    assert.equal(submitted.length, 1);
    assert.equal(submitted[0].number, number);
    const cookie = await hall.citizenCookie(hall.people.citizen("zhang-min").phone);
    const cases = await hall.api("GET", "/api/v1/cases", undefined, { cookie });
    assert.equal(cases.length, 1);
    const answers = await hall.api("GET", `/api/v1/cases/${cases[0].id}`, undefined, { cookie });
    assert.equal(answers.answers.photo.length, 1);
    assert.equal(answers.history[0].terminal, "mini_app");

    // A clerk acts: the page follows by itself.
    const before = await page.locator("[part=status]").innerText();
    await take(hall, { id: cases[0].id }, ["ps-window", "pass-pre-review"]);
    await page.waitForFunction((before) => {
      const status = document.querySelector("onehall-service").shadowRoot.querySelector("[part=status]");
      return status && status.textContent !== before;
    }, before);
    await page.getByRole("status").filter({ hasText: /办件有新进展/ }).waitFor({ state: "attached" });

    // What the page was told holds no personal data.
    const told = JSON.stringify(await page.evaluate(() => globalThis.told));
    for (const secret of ["张敏", "13800000001", "620102198805143827"]) assert.ok(!told.includes(secret), secret);
    assert.ok((await v.told("draft-saved")).length > 0);
    assert.ok((await v.told("resize")).length > 0);
    const steps = (await v.told("step")).map(({ step, page: at }) => at ?? step);
    for (const step of ["guide", "login", "who", "applicant", "check", "case"]) assert.ok(steps.includes(step), `${step} in ${steps}`);
  });

  journey("use is counted from the citizen's yes on and until they take it back", async ({ visit }) => {
    const { page, context } = await visit("/english.html", { language: "en" });
    const batches = [];
    context.on("request", (request) => {
      if (request.method() !== "POST" || !request.url().endsWith("/insight/events")) return;
      const events = JSON.parse(request.postData()).events.map(({ event, item }) => `${event} ${item}`);
      batches.push([request.headers()["onehall-terminal"], ...events]);
    });
    await heading(page, "Identity card renewal");
    await button(page, "Yes, count").click();
    await assertAccessible(page, "what is counted");
    assert.equal(await button(page, "Count no more").evaluate((one) => one.getRootNode().activeElement === one), true, "the focus");
    // What was shown before the yes is not counted; a page that is opened later knows of it.
    const sent = page.waitForRequest((request) => request.url().endsWith("/insight/events"), { timeout: 60_000 });
    await page.reload();
    await heading(page, "Identity card renewal");
    await sent;
    assert.deepEqual(batches, [["mini_app", "item_viewed identity-card-renewal"]]);
    await button(page, "Count no more").click();
    await page.getByText("Nothing is counted.").waitFor();
    await page.reload();
    await heading(page, "Identity card renewal");
    assert.equal(await button(page, "Yes, count").or(button(page, "Count no more")).count(), 0, "nobody is asked twice");
  });

  journey("the keyboard alone is enough, and the focus goes where the page goes", async ({ visit, hall }) => {
    const { page } = await visit("/english.html", { language: "en" });
    await heading(page, "Identity card renewal");
    const focused = () => page.evaluate(() => {
      let at = document.activeElement;
      while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
      return `${at.localName} ${at.id} ${at.textContent.trim()}`;
    });
    /** Goes on with Tab until something has the focus. */
    const tabTo = async (pattern) => {
      for (let steps = 0; steps < 40; steps += 1) {
        if (pattern.test(await focused())) return;
        await page.keyboard.press("Tab");
      }
      assert.fail(`the keyboard does not reach ${pattern}; it is at ${await focused()}`);
    };
    await tabTo(/^button .*Apply online/);
    await page.keyboard.press("Enter");
    await heading(page, "Log in");
    assert.match(await focused(), /^h2 .*Log in/);
    await tabTo(/^input q-phone/);
    await page.keyboard.press("Enter");
    assert.match(await focused(), /^input q-phone/, "nothing was typed: told at the field");
    await page.getByText("Enter your mobile phone number").waitFor();
    const { phone } = hall.people.citizen("wu-ping");
    await page.keyboard.type(phone);
    await page.keyboard.press("Enter");
    await page.getByLabel("Code", { exact: true }).waitFor();
    await page.keyboard.type(await hall.codeFor(phone));
    await page.keyboard.press("Enter");
    await heading(page, "Who the card is for");
    assert.match(await focused(), /^h2 .*Who the card is for/);

    // Continue with nothing chosen: the summary has the focus, and leads to the question.
    await tabTo(/^button .*Continue/);
    await page.keyboard.press("Enter");
    await page.locator(".summary").waitFor();
    assert.match(await focused(), /^div .*Needs attention: 1/);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    assert.match(await focused(), /^input /);
    await page.keyboard.press("Space");
    await page.locator(".summary").waitFor({ state: "hidden" });
    await tabTo(/^button .*Continue/);
    await page.keyboard.press("Enter");
    await heading(page, "About you");
    assert.match(await focused(), /^h2 .*About you/);

    // What is typed is read as it is meant, and tidied up when it is left.
    await tabTo(/^input q-phone/);
    await page.keyboard.press("Control+A");
    await page.keyboard.type("１３８ 0000 0011");
    await page.keyboard.press("Tab");
    await page.waitForFunction(() => document.querySelector("onehall-service").shadowRoot.querySelector("#q-phone").value === "13800000011");
    assert.deepEqual(await page.evaluate(() => [...document.querySelector("onehall-service").shadowRoot.querySelectorAll("button, a, select, input:not([type=radio]):not([type=checkbox])")]
      .map((element) => element.getBoundingClientRect()).filter(({ width, height }) => width > 0 && Math.min(width, height) < 44).length), 0, "every target is 44 px");
  });

  journey("two services on one page have nothing to do with each other", async ({ visit }) => {
    const v = await visit("/two.html");
    const { page } = v;
    const [first, second] = [page.locator("#first"), page.locator("#second")];
    await heading(first, "居民身份证换领");
    const english = await second.getByRole("heading", { level: 2 }).innerText();
    assert.match(english, /^[A-Za-z ]+$/);
    await button(first, "在线申请").click();
    await v.logIn("zhang-min", { root: first });
    await heading(first, "为谁换领");
    assert.equal(await second.getByText("Logged in").count(), 0, "the session is the first one's alone");
    await button(second, "Apply online").click();
    await heading(second, "Log in");
    await heading(first, "为谁换领");
    await assertAccessible(page);
  });

  journey("an element that is taken away leaves nothing running", async ({ visit }) => {
    const v = await visit("/one.html");
    const { page } = v;
    await heading(page, "居民身份证换领");
    await button(page, "在线申请").click();
    await v.logIn("zhang-min");
    await heading(page, "为谁换领");
    const streams = [];
    page.on("requestfailed", (request) => request.url().endsWith("/events") && streams.push(request.url()));
    const requests = [];
    page.on("request", (request) => requests.push(request.url()));

    // Moved within the page it goes on as it was.
    await page.evaluate(() => document.body.append(document.querySelector("onehall-service")));
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    await heading(page, "为谁换领");
    assert.deepEqual(streams, []);

    const ended = page.waitForEvent("requestfailed", (request) => request.url().endsWith("/events"));
    await page.evaluate(() => {
      globalThis.service = document.querySelector("onehall-service");
      globalThis.service.remove();
    });
    await ended;
    assert.equal(await page.evaluate(() => globalThis.service.shadowRoot.childNodes.length), 0);
    assert.equal(await page.evaluate(() => globalThis.service.hall), undefined);
    assert.deepEqual(requests, [], "nothing is asked any more");

    // Put back it begins anew, logged out.
    await page.evaluate(() => document.body.append(globalThis.service));
    await heading(page, "居民身份证换领");
    assert.equal(await page.getByText("已登录").count(), 0);
  });

  journey("the language changes while a page is being filled, and nothing is lost", async ({ visit }) => {
    const v = await visit("/one.html");
    const { page } = v;
    await button(page, "在线申请").click();
    await v.logIn("wang-lei");
    await page.getByRole("radio", { name: "我本人" }).check();
    await go(page, "您的信息");
    await page.getByLabel("姓名", { exact: true }).fill("王");
    await page.getByLabel("姓名", { exact: true }).blur();
    await page.getByText("至少填写 2 个字。").waitFor();
    await page.evaluate(() => document.querySelector("onehall-service").setAttribute("lang", "en"));
    await heading(page, "About you");
    assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "王");
    await button(page, EN.go).click();
    await page.locator(".summary").getByText("Use at least 2 characters.").waitFor();
  });

  journey("what cannot be shown is said honestly, and can be tried again", async ({ visit }) => {
    const unlisted = await visit("/unlisted.html");
    await unlisted.page.getByText("没有找到这个事项。").waitFor();
    await assertAccessible(unlisted.page);

    const v = await visit("/one.html");
    const { page } = v;
    await button(page, "在线申请").click();
    await v.logIn("zhao-xue");
    await heading(page, "为谁换领");
    await page.getByRole("radio", { name: "我本人" }).check();
    await saved(page);
    // Without a network what is given is kept on the terminal, and said so; then it goes on by itself.
    await v.context.setOffline(true);
    await page.getByRole("radio", { name: /我监护的/ }).check();
    await page.locator(".save", { hasText: /^网络不通：您的填写已保存在本机/ }).waitFor();
    await page.locator("[part=banner]", { hasText: "网络连接不可用" }).waitFor();
    await v.context.setOffline(false);
    await saved(page);
    await page.locator("[part=banner]").waitFor({ state: "hidden" });
  });

  journey("an answer to a submission that is lost does not make two cases", async ({ visit, hall }) => {
    const v = await visit("/one.html");
    const { page } = v;
    await button(page, "在线申请").click();
    await v.logIn("zhang-min");
    // The draft of an earlier application is gone with it: a new one.
    await fillRenewal(page);
    const cookie = await hall.citizenCookie(hall.people.citizen("zhang-min").phone);
    const count = async () => (await hall.api("GET", "/api/v1/cases", undefined, { cookie })).length;
    const before = await count();
    // The hall takes it; its answer never arrives, and the next one takes its time.
    let asked = 0;
    let release;
    const released = new Promise((done) => (release = done));
    await page.route("**/submission", async (route) => {
      asked += 1;
      if (asked === 1) {
        await route.fetch();
        return route.abort();
      }
      await released;
      await route.continue();
    });
    await button(page, "提交申请").click();
    await heading(page, "已保存在本机，尚未确认送达");
    await page.getByText("不会重复提交").waitFor();
    await assertAccessible(page, "what may have arrived");
    assert.equal(await count(), before + 1);
    release();
    await heading(page, "申请已提交");
    assert.equal(await count(), before + 1);
    assert.equal((await v.told("submitted")).length, 1);
  });

  journey("what is submitted without a network waits on this device, is taken back, and arrives once", async ({ visit, hall }) => {
    const v = await visit("/one.html");
    const { page } = v;
    await button(page, "在线申请").click();
    await v.logIn("zhang-min");
    await fillRenewal(page);
    const cookie = await hall.citizenCookie(hall.people.citizen("zhang-min").phone);
    const count = async () => (await hall.api("GET", "/api/v1/cases", undefined, { cookie })).length;
    const before = await count();
    await v.context.setOffline(true);
    await button(page, "提交申请").click();
    await heading(page, "已保存在本机，尚未提交");
    await page.getByText("提交时间以政务服务大厅收到的时间为准").waitFor();
    await assertAccessible(page, "what waits");

    // It never left, so nobody has to be asked.
    await button(page, "撤销发送").click();
    await button(page, "取消").click();
    await button(page, "撤销发送").click();
    await button(page, "确认撤销").click();
    await heading(page, "核对您的填写");
    await page.getByText("已撤销，没有提交。").waitFor();

    await button(page, "提交申请").click();
    await heading(page, "已保存在本机，尚未提交");
    assert.equal(await count(), before);
    await v.context.setOffline(false);
    await heading(page, "申请已提交");
    assert.equal(await count(), before + 1);
    assert.equal((await v.told("submitted")).length, 1);
    assert.match(await page.locator(".number").first().innerText(), /^[A-Z]{2,3}-\d{8}-/);
  });

  journey("what newer rules change is shown, and submitted once it is confirmed", async ({ visit, hall }) => {
    await completeDraft(hall, "ma-wenbin", "unemployment-benefit");
    const v = await visit("/benefit.html");
    const { page } = v;
    await button(page, "在线申请").click();
    await v.logIn("ma-wenbin");
    // Everything is answered: it goes on where nothing is missing.
    await heading(page, "声明与提交");
    await go(page, "核对您的填写");
    // A core of an older engine: it worked out another total, and did not know of a last day.
    const sent = [];
    await page.route("**/submission", async (route) => {
      const body = route.request().postDataJSON();
      Object.assign(body, { engine: 1, transcript: "1".repeat(64) });
      body.marks.total = "0123456789abcdef";
      delete body.marks.answered_by;
      sent.push(body);
      await route.continue({ postData: JSON.stringify(body) });
    });
    await button(page, "提交申请").click();
    const told = page.locator("[part=changes]");
    await told.waitFor();
    const text = await told.innerText();
    assert.match(text, /合计: 原来是“.*17,640.00.*”，现在是/);
    assert.match(text, /最晚答复日期: 现在是“20\d\d年/);
    await assertAccessible(page, "the changes");
    await button(page, "提交申请").click();
    await page.getByText("请先核对并确认变化").waitFor();
    assert.equal(sent.length, 1);
    await page.getByRole("checkbox", { name: /我已核对以上变化/ }).check();
    await button(page, "提交申请").click();
    await heading(page, "申请已提交");
    assert.match(sent[1].confirmed, /^[0-9a-f]{64}$/);
  });

  journey("rows are added, named, computed over and taken away", async ({ visit }) => {
    const v = await visit("/business.html", { viewport: { width: 360, height: 780 } });
    const { page } = v;
    await button(page, "在线申请").click();
    await v.logIn("liu-fang");
    // She is the agent of a company, too: the service asks for whom.
    await page.getByRole("radio", { name: "刘芳（本人）" }).check();
    await button(page, ZH.go).click();
    await heading(page, "经办人");
    // Begun elsewhere: the page goes on where one was.
    await page.evaluate(async () => {
      const { hall } = document.querySelector("onehall-service");
      const [draft] = await hall.draft.list();
      const answers = { company_kind: "limited", capital: "300000.00" };
      await hall.draft.change(draft.id, answers, { page: "shareholders_page" });
      await hall.draft.flush(draft.id);
    });
    await button(page, "保存并离开").click();
    await button(page, "继续填写").click();
    await page.getByRole("radio", { name: "刘芳（本人）" }).check();
    await button(page, ZH.go).click();
    await heading(page, "股东和出资");
    const rows = page.locator("[part=row]");
    const fill = async (row, name, share) => {
      await row.getByRole("radio", { name: "自然人" }).check();
      await row.getByLabel("姓名或者名称").fill(name);
      await row.getByLabel("出资比例").fill(share);
      await row.getByLabel("出资比例").blur();
    };
    await button(page, "添加股东").click();
    await fill(rows.nth(0), "刘芳", "60");
    await rows.nth(0).getByRole("heading", { name: "刘芳" }).waitFor();
    await rows.nth(0).locator("output", { hasText: "180,000.00" }).waitFor();
    await button(page, "添加股东").click();
    await fill(rows.nth(1), "王磊", "40");
    await page.locator("output", { hasText: "100" }).first().waitFor();
    await button(page, "删除王磊").click();
    await button(rows.nth(1), "取消").click();
    await button(page, "删除王磊").click();
    await button(rows.nth(1), "删除王磊").click();
    await rows.nth(1).waitFor({ state: "detached" });
    await page.locator("output", { hasText: "60" }).first().waitFor();
    await assertFitsWidth(page);
    await assertAccessible(page);
    await saved(page);
    // What was entered for the row is gone from the draft as well.
    const kept = await page.evaluate(async () => {
      const { hall } = document.querySelector("onehall-service");
      const [{ id }] = await hall.draft.list();
      await hall.draft.flush(id);
      return (await hall.ask("get_draft", { id })).answers;
    });
    assert.equal(kept.shareholders.length, 1);
    assert.ok(!JSON.stringify(kept).includes("王磊"));
  });

  // The last one: the hall has another city afterwards.
  journey("a form that has a new version says what is different there", async ({ visit, hall }) => {
    const cookie = await hall.citizenCookie(hall.people.citizen("zhang-min").phone);
    await hall.api("POST", "/api/v1/drafts", { item: "residence-permit" }, { cookie });
    const next = await cityWithNextVersion(hall, "residence-permit", (form) => {
      const [questions] = questionsWith(form, "living_since");
      questions.push({ id: "moved_from", kind: "text", label: { "zh-CN": "从哪里迁来", en: "Where from" } });
    });
    try {
      hall.city = next.city;
      await hall.killAndRestart();
      const v = await visit("/permit.html");
      const { page } = v;
      await button(page, "在线申请").click();
      await v.logIn("zhang-min");
      await heading(page, "您能申领吗");
      const notice = page.getByRole("status").filter({ hasText: "您已填写的内容全部保留" });
      await notice.getByText("从哪里迁来", { exact: true }).waitFor();
      await page.getByLabel("从哪里迁来").waitFor();
      await assertAccessible(page);
      // Who goes on was told.
      await page.getByRole("radio", { name: "否", exact: true }).check();
      await saved(page);
      await button(page, "保存并离开").click();
      await button(page, "继续填写").click();
      await heading(page, "您能申领吗");
      assert.equal(await notice.count(), 0);
    } finally {
      await next.remove();
    }
  });
});
