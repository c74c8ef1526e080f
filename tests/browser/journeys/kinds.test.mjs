// Every kind of question, on every terminal: answered by hand, by keyboard and by touch, read again on the check, on the
// case and at a clerk's desk.
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";

import { saveBody } from "../harness/draft.mjs";
import { allKindsCity } from "../harness/all-kinds.mjs";
import { assertAccessible, assertFitsWidth, journeys } from "../harness.mjs";
import { sitDown, take } from "../harness/desk.mjs";
import { dayFromNow, jpeg } from "../harness/matters.mjs";

const IN_CITY = { hall: { city: await allKindsCity() } };

const ITEM = "all-kinds";
const SPOUSE = { name: "王磊", number: "620102198805143827", phone: "13800000002" };

const button = (scope, name) => scope.getByRole("button", { name, exact: true });
const group = (page, name) => page.getByRole("group", { name });
const heading = (page, name) => page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
const saved = (page) => page.locator(".save-line", { hasText: /^(已保存|Saved)/ }).waitFor();

/** Waits until the element of this id has the focus: the UI moves it in a frame of its own, after what led to it. */
const focused = (page, id) => page.waitForFunction((id) => document.activeElement?.id === id, id);

/** Goes on to the page of this heading. What is done there before the heading has its focus loses its own to it. */
async function go(page, to) {
  await button(page, "继续").click();
  await heading(page, to);
  await focused(page, "page-heading");
}

/** Waits until what is read is as wanted: what a key did is drawn after it. */
async function becomes(read, wanted, why) {
  let value;
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; ) {
    value = await read();
    if (value === wanted) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.equal(value, wanted, why);
}

/** A draft of the service, of a citizen who is logged in on this terminal. */
async function begin(terminal, citizen, answers = {}) {
  const { hall, profile } = terminal;
  const kinds = { kiosk: "kiosk", "mini-app": "mini_app" };
  const cookie = await hall.citizenCookie(hall.people.citizen(citizen).phone, kinds[profile]);
  const draft = await hall.api("POST", "/api/v1/drafts", { item: ITEM }, { cookie });
  const changes = Object.entries(answers).map(([path, value]) => ({ path, value }));
  if (changes.length > 0) {
    const body = saveBody(draft.revision, changes);
    await hall.api("PATCH", `/api/v1/drafts/${draft.id}`, body, { cookie });
  }
  await terminal.resume(cookie);
  const read = () => hall.api("GET", `/api/v1/drafts/${draft.id}`, undefined, { cookie });
  return { ...draft, cookie, read, page: (id) => `/drafts/${draft.id}/${id}` };
}

/** Waits until the hall has an answer that is as wanted, and gives it. */
async function kept(draft, path, wanted = () => true) {
  let value;
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; ) {
    value = (await draft.read()).answers[path];
    if (value !== undefined && wanted(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return assert.fail(`${path} is ${JSON.stringify(value)}`);
}

/** Waits until the hall has just this answer. */
const keeps = (draft, path, value) => kept(draft, path, (kept) => isDeepStrictEqual(kept, value));

/** Writes a stroke into the field of a signature with the mouse. */
async function sign(page, pad) {
  await pad.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await pad.boundingBox();
  await page.mouse.move(x + width * 0.2, y + height * 0.6);
  await page.mouse.down();
  for (const [at, to] of [[0.3, 0.3], [0.4, 0.7], [0.55, 0.4], [0.7, 0.6]]) await page.mouse.move(x + width * at, y + height * to, { steps: 4 });
  await page.mouse.up();
}

const typeDay = async (scope, day) => {
  const [year, month, date] = day.split("-").map(Number);
  await scope.getByLabel("年").fill(String(year));
  await scope.getByLabel("月").fill(String(month));
  await scope.getByLabel("日", { exact: true }).fill(String(date));
};

journeys("every kind of question", ({ journey }) => {
  journey("is answered, told what is wrong, and read again on the check and on the case", {}, async ({ terminal, page, hall, open }) => {
    const draft = await begin(terminal, "zhang-min");
    await terminal.goto(draft.page("times"));
    await heading(page, "时间和编号");

    // A mask puts in what stands between, and says how it is written.
    const permit = page.getByLabel("许可证编号");
    await page.getByText("格式：AA-0000-000").waitFor();
    await permit.fill("lc12");
    await permit.blur();
    await page.getByText("格式不正确", { exact: false }).first().waitFor();
    await permit.fill("LC2026001");
    await permit.blur();
    await becomes(() => permit.inputValue(), "LC-2026-001");

    // What is half typed is not called wrong; a time between the quarters is.
    const visit = group(page, "到访时间");
    await visit.getByLabel("时").fill("9");
    await visit.getByLabel("分", { exact: true }).focus();
    assert.equal(await visit.locator(".field-error").count(), 0);
    await visit.getByLabel("分", { exact: true }).fill("20");
    await permit.focus();
    await visit.locator(".field-error").waitFor();
    await visit.getByLabel("分", { exact: true }).fill("15");
    await visit.locator(".field-error").waitFor({ state: "detached" });

    const stay = group(page, "停留期间");
    await typeDay(stay.getByRole("group", { name: "开始日期" }), dayFromNow(20));
    await typeDay(stay.getByRole("group", { name: "结束日期" }), dayFromNow(10));
    await permit.focus();
    await stay.locator(".field-error").waitFor();
    await assertAccessible(page, "with a fault");
    await typeDay(stay.getByRole("group", { name: "结束日期" }), dayFromNow(25));
    await stay.locator(".field-error").waitFor({ state: "detached" });
    await group(page, "只填时间和签名吗？").getByRole("radio", { name: "否" }).check();
    await saved(page);
    await keeps(draft, "stay", { from: dayFromNow(20), to: dayFromNow(25) });
    await keeps(draft, "visit", "09:15");
    await go(page, "从名单中选择");
    const job = page.getByRole("combobox", { name: "职业" });
    await job.fill("教学");
    await page.getByRole("option", { name: "教学人员" }).click();
    await becomes(() => job.inputValue(), "教学人员");
    await kept(draft, "job", ({ code }) => code === "2-08");
    await go(page, "地区");
    const home = group(page, "现居地");
    await home.getByLabel("市（州、盟）").selectOption({ label: "兰川市" });
    await home.getByLabel("区（县、市）").selectOption({ index: 1 });
    await home.getByLabel("街道（乡、镇）").selectOption({ index: 1 });
    await home.getByText("已选择：云岭省兰川市").waitFor();
    await kept(draft, "home", ({ label }) => label["zh-CN"].startsWith("云岭省兰川市"));
    // Another choice above takes back what was below.
    await home.getByLabel("区（县、市）").selectOption({ index: 2 });
    await home.getByText("已选择：").waitFor({ state: "detached" });
    await home.getByLabel("街道（乡、镇）").selectOption({ index: 1 });
    await home.getByText("已选择：云岭省兰川市").waitFor();
    await assertAccessible(page, "regions");
    await go(page, "人员");
    const spouse = group(page, "配偶");
    await spouse.getByLabel("姓名").fill(SPOUSE.name);
    await spouse.getByLabel("公民身份号码").fill("620102 19880514 3828");
    await spouse.getByLabel("手机号码").fill("１３８ 0000 0002");
    await page.getByRole("combobox", { name: "证件类型" }).focus();
    await becomes(() => spouse.getByLabel("手机号码").inputValue(), SPOUSE.phone, "tidied up when it is left");
    await spouse.locator(".field-error").waitFor();
    await spouse.getByLabel("公民身份号码").fill(SPOUSE.number);
    await spouse.locator(".field-error").waitFor({ state: "detached" });
    const guest = group(page, "同行人");
    await guest.getByLabel("证件类型").selectOption({ label: "护照" });
    await guest.getByLabel("姓名").fill("Ada Lovelace");
    await guest.getByLabel("证件号码").fill("e1234 5678");
    await guest.getByLabel("姓名").focus();
    await becomes(() => guest.getByLabel("证件号码").inputValue(), "E12345678");
    await keeps(draft, "guest", { name: "Ada Lovelace", id_type: "passport", id_number: "E12345678" });
    await assertAccessible(page, "people");
    await go(page, "文字和号码");
    // A section is a group under a heading of its own, and so is one in it; one comes with the answer that it hangs on.
    const reach = group(page, "联系方式");
    await reach.getByRole("heading", { level: 2, name: "联系方式" }).waitFor();
    await reach.getByText("只用于通知您办理进展。").waitFor();
    await reach.getByLabel("电子邮箱").fill("zhang.min@example.com");
    const papers = group(page, "个人信息").getByRole("group", { name: "各种号码" });
    await papers.getByRole("heading", { level: 3, name: "各种号码" }).waitFor();
    await papers.getByLabel("银行卡号").fill("6222020200112230");
    assert.equal(await group(page, "费用").count(), 0);
    await page.getByLabel("人数").fill("3");
    await group(page, "费用").getByLabel("金额").fill("12.50");
    await keeps(draft, "sum", "12.50");
    await page.getByLabel("人数").fill("1");
    await group(page, "费用").waitFor({ state: "detached" });
    await keeps(draft, "count", 1);
    await keeps(draft, "sum", "12.50");
    await assertAccessible(page, "sections");
    await go(page, "选择");
    await button(page, "添加子女").click();
    const school = page.locator(".form-row").getByRole("group", { name: "就读情况" });
    await school.getByRole("heading", { level: 3, name: "就读情况" }).waitFor();
    await page.locator(".form-row").getByLabel("姓名").fill("王小明");
    await school.getByLabel("时").fill("8");
    await school.getByLabel("分", { exact: true }).fill("30");
    await assertAccessible(page, "a section in a row");
    await go(page, "签名");
    const signature = group(page, "申请人签名");
    await sign(page, signature.getByRole("img"));
    await signature.getByRole("img", { name: "签名区，已签名" }).waitFor();
    const drawn = await kept(draft, "signature");
    assert.ok(drawn.strokes[0].length > 8 && drawn.strokes[0].every(Number.isInteger), JSON.stringify(drawn));
    await button(signature, "清除重签").click();
    await signature.getByRole("img", { name: "签名区，尚未签名" }).waitFor();
    await sign(page, signature.getByRole("img"));
    await page.getByRole("checkbox").check();
    await assertAccessible(page, "signed");
    await go(page, "核对您的填写");
    const main = page.getByRole("main");
    for (const said of ["LC-2026-001", "09:15", "教学人员", "云岭省兰川市", SPOUSE.name, "E12345678"]) {
      await main.getByText(said, { exact: false }).first().waitFor();
    }
    await main.getByRole("img", { name: "手写签名" }).waitFor();
    // What stands in sections stands under their headings; a hidden one is not there.
    await main.getByRole("heading", { level: 3, name: "联系方式" }).waitFor();
    await main.getByRole("heading", { level: 4, name: "各种号码" }).waitFor();
    await main.getByRole("heading", { level: 4, name: "就读情况" }).waitFor();
    assert.equal(await main.getByRole("heading", { name: "费用" }).count(), 0);
    await assertAccessible(page, "the check");
    await button(page, "提交申请").click();
    await heading(page, "申请已提交");

    const [{ id }] = await hall.api("GET", "/api/v1/cases", undefined, { cookie: draft.cookie });
    const { answers } = await hall.api("GET", `/api/v1/cases/${id}`, undefined, { cookie: draft.cookie });
    assert.equal(answers.mail, "zhang.min@example.com");
    assert.ok(!("sum" in answers), "what a hidden section holds is not submitted");
    await terminal.goto(`/matters/${id}`);
    await page.getByText("教学人员").first().waitFor({ state: "attached" });

    // At the clerk's desk, too: as filled, nothing to compare with yet.
    const desk = await open();
    await sitDown(desk, "ps-window");
    await desk.goto(`/console/cases/${id}`);
    await desk.page.getByRole("img", { name: "手写签名" }).waitFor();
    await desk.page.getByText("教学人员").waitFor();
    await desk.page.getByRole("heading", { level: 4, name: "联系方式" }).waitFor();
    await desk.page.getByRole("heading", { level: 5, name: "各种号码" }).waitFor();
    assert.equal(await desk.page.getByLabel("与此前的填写对照").count(), 0);
  });

  journey("jumps over the pages that another answer makes needless", {}, async ({ terminal, page }) => {
    const draft = await begin(terminal, "wang-lei", {
      permit: "LC-2026-001",
      visit: "09:15",
      stay: { from: dayFromNow(3), to: dayFromNow(9) },
    });
    await terminal.goto(draft.page("times"));
    await page.getByText(/第 1 步，共 \d 步/).waitFor();
    await group(page, "只填时间和签名吗？").getByRole("radio", { name: "是" }).check();
    await page.getByText("第 1 步，共 3 步").waitFor();
    await go(page, "签名");
  });
}, IN_CITY);

journeys("a list that is searched", ({ journey }) => {
  journey("is walked and chosen from by keyboard alone", {}, async ({ terminal, page }) => {
    const draft = await begin(terminal, "zhang-min");
    await terminal.goto(draft.page("lists"));
    const job = page.getByRole("combobox", { name: "职业" });
    await job.focus();
    assert.equal(await job.getAttribute("aria-expanded"), "false", "it opens when it is asked for");
    await page.keyboard.press("ArrowDown");
    await page.getByRole("listbox").waitFor();
    const options = page.getByRole("option");
    await options.first().waitFor();
    const all = await options.count();
    await page.keyboard.type("教");
    // Not the options of before: those that come take back how far one has walked.
    await becomes(async () => (await options.count()) < all, true, "fewer are found");
    await page.getByRole("status").filter({ hasText: /个条目/ }).waitFor();
    await page.keyboard.press("ArrowDown");
    const first = await options.first().getAttribute("id");
    await becomes(() => job.getAttribute("aria-activedescendant"), first);
    await becomes(() => options.first().getAttribute("aria-selected"), "true");
    await assertAccessible(page, "an open list");
    await page.keyboard.press("ArrowUp");
    const last = await options.last().getAttribute("id");
    await becomes(() => job.getAttribute("aria-activedescendant"), last, "it begins anew at its end");
    await page.keyboard.press("ArrowDown");
    await becomes(() => job.getAttribute("aria-activedescendant"), first);
    const name = await options.first().locator("span").first().innerText();
    await page.keyboard.press("Enter");
    await becomes(() => job.inputValue(), name);
    await becomes(() => job.getAttribute("aria-expanded"), "false");
    await heading(page, "从名单中选择");
    await kept(draft, "job", ({ label }) => label["zh-CN"] === name);

    // Escape closes, then empties; what is typed and not chosen is no answer and is told so.
    await page.keyboard.press("ArrowDown");
    await page.getByRole("listbox").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("listbox").waitFor({ state: "detached" });
    assert.equal(await job.inputValue(), name);
    await page.keyboard.press("Escape");
    await becomes(() => job.inputValue(), "");
    await page.keyboard.type("没有这样的职业");
    await page.getByText("没有找到相符的条目，请换一个词。").waitFor();
    await page.keyboard.press("Tab");
    await page.getByText("请从列表中选择一项").waitFor();
    await assertAccessible(page, "nothing chosen");
  });

  journey("is too long to come with the form, and says that there is more", {}, async ({ terminal, page }) => {
    const draft = await begin(terminal, "zhang-min");
    await terminal.goto(draft.page("lists"));
    const village = page.getByRole("combobox", { name: "村庄" });
    await village.fill("第");
    await page.getByText(/^显示前 \d+ 个，请继续输入以缩小范围。$/).waitFor();
    await village.fill("v-577");
    await page.getByRole("option", { name: "第577村" }).waitFor();
    // Who typed it in full has chosen it.
    await village.fill("第577村");
    await page.getByText("1 个条目").waitFor();
    await village.blur();
    await kept(draft, "village", ({ code }) => code === "v-577");
  });

  journey("says that the network is gone, and goes on when it is back", {}, async ({ terminal, page }) => {
    terminal.expect(/Failed to load resource|ERR_INTERNET_DISCONNECTED/);
    const draft = await begin(terminal, "zhang-min");
    await terminal.goto(draft.page("lists"));
    const village = page.getByRole("combobox", { name: "村庄" });
    await village.waitFor();
    await terminal.context.setOffline(true);
    await village.fill("第012村");
    await page.getByText(/^没有查到：/).waitFor();
    await assertAccessible(page, "without a network");
    // The list that came with the form is searched all the same.
    await page.getByRole("combobox", { name: "职业" }).fill("教学");
    await page.getByRole("option", { name: "教学人员" }).click();
    await terminal.context.setOffline(false);
    await page.getByText(/^没有查到：/).waitFor({ state: "detached" });
    await village.focus();
    await page.keyboard.press("ArrowDown");
    await page.getByRole("option", { name: "第012村" }).waitFor();
  });
}, IN_CITY);

journeys("who cannot draw or use a mouse", ({ journey }) => {
  journey("types a name instead, by keyboard alone", { language: "en" }, async ({ terminal, page }) => {
    const draft = await begin(terminal, "wang-lei");
    await terminal.goto(draft.page("sign"));
    await heading(page, "Signature");
    await button(page, "Continue").focus();
    await page.keyboard.press("Enter");
    // The summary takes the focus in a frame of its own: a link of it that had it before would lose it to that.
    await focused(page, "error-summary");
    await page.locator("#error-summary").getByRole("link").first().focus();
    await page.keyboard.press("Enter");
    // It leads to the field.
    await focused(page, "q.signature");
    await page.keyboard.press("Tab");
    await page.waitForFunction(() => document.activeElement?.textContent.trim() === "Type your name instead");
    await page.keyboard.press("Enter");
    await page.getByLabel("Type your full name as your signature").waitFor();
    await focused(page, "q.signature");
    await page.keyboard.type("Wang Lei");
    await assertAccessible(page, "typed");
    await keeps(draft, "signature", { typed: "Wang Lei" });
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("img", { name: "Signature field, empty" }).waitFor();
  });

  journey("chooses a region, a person and days by keyboard alone", { language: "en" }, async ({ terminal, page }) => {
    const draft = await begin(terminal, "wang-lei");
    await terminal.goto(draft.page("places"));
    const origin = page.getByRole("group", { name: "Where your family comes from" });
    await origin.getByLabel("City").focus();
    await page.keyboard.press("ArrowDown");
    await page.getByText(/^Chosen: .*Yunling Province$/).waitFor();
    await kept(draft, "origin", ({ label }) => /^云岭省.+市$/.test(label["zh-CN"]));
    await terminal.goto(draft.page("times"));
    await page.getByRole("group", { name: "First day" }).getByLabel("Year").focus();
    const day = dayFromNow(30).split("-");
    for (const part of day) {
      await page.keyboard.type(part);
      await page.keyboard.press("Tab");
    }
    await kept(draft, "stay", ({ from }) => from === dayFromNow(30));
  });
}, IN_CITY);

journeys("a kiosk", ({ journey }) => {
  const kiosk = { profile: "kiosk" };
  const key = (page, name) => page.locator(".keyboard").getByRole("button", { name, exact: true });

  journey("takes a region by large buttons, a list by its keyboard and a signature by a finger", kiosk, async ({ terminal, page }) => {
    const draft = await begin(terminal, "zhang-min");
    await terminal.goto(draft.page("places"));
    const home = group(page, "现居地");
    await button(home, "兰川市").tap();
    await home.getByText("区（县、市）", { exact: true }).waitFor();
    await home.locator(".region-buttons button").first().tap();
    await home.getByText("街道（乡、镇）", { exact: true }).waitFor();
    await home.locator(".region-buttons button").first().tap();
    await home.getByText("已选择：云岭省兰川市").waitFor();
    const sizes = await page.locator(".region-large button").evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height));
    assert.ok(Math.min(...sizes) >= 72, `large enough for a finger: ${sizes}`);
    await assertAccessible(page, "a region by buttons");
    await home.getByRole("button", { name: /^更改市/ }).tap();
    await home.getByText("已选择：").waitFor({ state: "detached" });
    await button(home, "兰川市").waitFor();

    await terminal.goto(draft.page("lists"));
    await page.getByRole("combobox", { name: "职业" }).tap();
    // A kiosk writes no Chinese: pinyin finds it, by its initials too.
    for (const letter of "jxry") await key(page, letter).tap();
    await page.getByRole("option", { name: "教学人员" }).tap();
    await kept(draft, "job", ({ code }) => code === "2-08");
    await assertFitsWidth(page);

    await terminal.goto(draft.page("times"));
    await group(page, "到访时间").getByLabel("时").tap();
    for (const digit of "10") await key(page, digit).tap();
    await group(page, "到访时间").getByLabel("分", { exact: true }).tap();
    for (const digit of "30") await key(page, digit).tap();
    await keeps(draft, "visit", "10:30");

    await terminal.goto(draft.page("sign"));
    await sign(page, group(page, "申请人签名").getByRole("img"));
    assert.ok((await kept(draft, "signature")).strokes.length > 0);
    await assertAccessible(page, "signed at a kiosk");
  });
}, IN_CITY);

const LOOKS = [
  { profile: "desktop", language: "zh" },
  { profile: "mobile", language: "en" },
  { profile: "mini-app", language: "zh" },
  { profile: "kiosk", language: "en" },
  { profile: "desktop", language: "en", dark: true },
  { profile: "mobile", language: "zh", preferences: { elder: true } },
  { profile: "mobile", language: "en", preferences: { text_percent: 200 } },
];

journeys("every kind of question is whole", ({ journey }) => {
  for (const { preferences, ...look } of LOOKS) {
    const name = [look.profile, look.language, look.dark && "dark", preferences && JSON.stringify(preferences)].filter(Boolean).join(" ");
    journey(name, look, async ({ terminal, page }) => {
      if (preferences) await terminal.prefer(preferences);
      const draft = await begin(terminal, "zhang-min");
      for (const id of ["times", "lists", "places", "people", "texts", "choices", "sign"]) {
        await terminal.goto(draft.page(id));
        await page.getByRole("heading", { level: 1 }).waitFor();
        await terminal.settled();
        await assertAccessible(page, `${name} ${id}`);
        await assertFitsWidth(page, `${name} ${id}`);
      }
      await terminal.goto(draft.page("lists"));
      await page.getByRole("combobox").first().click();
      await page.getByRole("option").first().waitFor();
      await assertAccessible(page, `${name}, an open list`);
      await assertFitsWidth(page, `${name}, an open list`);
    });
  }
}, IN_CITY);

const REFUSED = {
  zh: {
    hint: "支持 JPG、PNG，每个不超过 200 KB，最多 2 个。",
    type: "这里只接受 JPG、PNG 文件。",
    size: "文件超过 200 KB，请压缩后再上传。",
  },
  en: {
    hint: "JPG or PNG, up to 200 KB each, 2 files at most.",
    type: "Only JPG or PNG is accepted here.",
    size: "The file is larger than 200 KB.",
  },
};

journeys("a question that takes only some files", ({ journey }) => {
  for (const [language, profile, citizen] of [["zh", "desktop", "ma-wenbin"], ["en", "mobile", "ouyang-jing"]]) {
    const title = `says so, and sends no other, on ${profile} in ${language}`;
    journey(title, { language, profile }, async ({ terminal, page }) => {
      const draft = await begin(terminal, citizen);
      const begun = [];
      page.on("request", (request) => {
        if (request.method() === "POST" && request.url().endsWith("/api/v1/uploads")) begun.push(request.url());
      });
      await terminal.goto(draft.page("choices"));
      const said = REFUSED[language];
      const input = page.locator("input[type=file]");
      const field = page.locator(".field", { has: input });
      await field.getByText(said.hint).waitFor();
      assert.equal(await input.getAttribute("accept"), "image/jpeg,image/png");
      const refused = async (name, mimeType, buffer, why) => {
        await input.setInputFiles({ name, mimeType, buffer });
        await field.locator(".file-failed", { hasText: name }).getByText(why).waitFor();
      };
      await refused("户口簿.pdf", "application/pdf", Buffer.from("%PDF-1.7"), said.type);
      await assertAccessible(page, "a wrong document");
      await assertFitsWidth(page);
      const large = Buffer.concat([jpeg("").buffer, Buffer.alloc(200 * 1024)]);
      await refused("原图.jpg", "image/jpeg", large, said.size);
      assert.deepEqual(begun, [], "nothing of them was sent");
      await input.setInputFiles(jpeg("身份证.jpg"));
      await field.locator(".file-done", { hasText: "身份证.jpg" }).waitFor();
      assert.equal(await field.locator(".file").count(), 1, "what was refused has gone");
      assert.equal(begun.length, 1);
      await kept(draft, "picture", (files) => files?.length === 1);
    });
  }
}, IN_CITY);

/** A case that a clerk sent back with three questions, on the page of its citizen that asks them again. */
async function sentBack(terminal, citizen) {
  const { hall, page } = terminal;
  const draft = await begin(terminal, citizen, {
    permit: "LC-2026-001",
    visit: "09:15",
    stay: { from: dayFromNow(3), to: dayFromNow(9) },
    brief: true,
    signature: { strokes: [[40, 120, 200, 60, 360, 140]] },
    agree: true,
  });
  await terminal.goto(`/drafts/${draft.id}/check-answers`);
  await button(page, "提交申请").click();
  await heading(page, "申请已提交");
  const [{ id }] = await hall.api("GET", "/api/v1/cases", undefined, { cookie: draft.cookie });
  const items = ["stay", "signature", "brief"].map((path) => ({ path, reason: "请核对。" }));
  await take(hall, { id }, ["ps-window", "return", { items, reason: "请修改。" }]);
  await terminal.goto(`/matters/${id}/supplement`);
  return { id, draft };
}

const keptHere = (page) =>
  page.locator(".kept-line[aria-busy=false]", { hasText: "填写的内容保存在本机" }).waitFor();

journeys("a supplement", ({ journey }) => {
  journey("that is typed and not handed in is lost by no log-out that was not agreed to", {}, async ({ terminal, page }) => {
    const { id } = await sentBack(terminal, "wu-ping");
    await button(page, "改为输入姓名").click();
    const signed = page.getByLabel("输入您的姓名作为签名");
    await signed.fill("吴平");
    await keptHere(page);
    await button(page, "退出登录").click();
    const dialog = page.getByRole("dialog", { name: "还有内容没有送达" });
    await dialog.getByText("补正的内容已填写但没有提交。").waitFor();
    await assertAccessible(page, "asked first");
    await dialog.getByRole("button", { name: "取消" }).click();
    await dialog.waitFor({ state: "hidden" });
    assert.equal(await signed.inputValue(), "吴平");
    await terminal.goto(`/matters/${id}/supplement`);
    assert.equal(await signed.inputValue(), "吴平", "nor by asking");
    await button(page, "退出登录").click();
    await dialog.getByRole("button", { name: "仍要退出" }).click();
    await page.getByRole("link", { name: "登录" }).first().waitFor();
  });

  journey("is shown to a clerk side by side, told in words", {}, async ({ terminal, page, hall }) => {
    const { id, draft } = await sentBack(terminal, "zhang-min");
    const handIn = () => page.locator(".fill-actions .button-primary").click();
    await typeDay(group(page, "停留期间").getByRole("group", { name: "结束日期" }), dayFromNow(12));
    // One thing of three is not what was asked for: the others are named, and may be right as they are.
    await handIn();
    const open = page.locator(".error-summary-list li");
    await open.nth(1).waitFor();
    assert.equal(await open.count(), 2);
    await assertAccessible(page, "what is still open");
    const right = () => page.locator(".asked").nth(2).getByRole("checkbox", { name: "这一项没有问题，不用修改" });
    await right().check();
    await button(page, "改为输入姓名").click();
    await page.getByLabel("输入您的姓名作为签名").fill("张敏");
    await keptHere(page);
    // What was typed outlives the page.
    await page.reload();
    await page.getByText("您上次填写但没有提交的内容已恢复。").waitFor();
    assert.equal(await page.getByLabel("输入您的姓名作为签名").inputValue(), "张敏");
    assert.equal(await right().isChecked(), true);
    await assertAccessible(page, "as it was left");
    await handIn();
    await heading(page, "各类问题");

    const { version } = await hall.api("GET", `/api/v1/cases/${id}`, undefined, { cookie: draft.cookie });
    assert.ok(version > 1);
    await sitDown(terminal, "ps-window");
    await terminal.goto(`/console/cases/${id}`);
    const answers = page.locator("#answers");
    await answers.getByText("修改 2 处，新增 0 处，删除 0 处").waitFor();
    const stay = answers.locator(".compared").filter({ hasText: "至" });
    assert.equal(await stay.getByText("已修改").count(), 1);
    assert.equal(await stay.locator(".tag svg").count(), 1, "a word and an icon, not a colour alone");
    const [before, now] = await stay.locator(".compared-side").allInnerTexts();
    assert.match(before, /^此前/);
    assert.match(now, /^现在/);
    assert.notEqual(before.slice(2), now.slice(2));
    // The drawing of before stands beside the name of now.
    const signature = answers.locator(".compared").filter({ hasText: "张敏" });
    await signature.locator(".compared-side").first().getByRole("img", { name: "手写签名" }).waitFor();
    await assertAccessible(page, "side by side");
    await answers.getByLabel("与此前的填写对照").selectOption({ label: "不对照，只看现在的填写" });
    await answers.locator(".compared").first().waitFor({ state: "detached" });
    await answers.getByText("张敏").waitFor();
  });
}, IN_CITY);
