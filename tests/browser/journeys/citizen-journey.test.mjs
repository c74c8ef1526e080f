// One citizen, one case: found, filled, left and taken up again, checked, submitted once, supplemented, rated.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { assertAccessible, assertFitsWidth, journeys } from "../harness.mjs";
import { conditions, jpeg, pathOf, submittedCase } from "../harness/matters.mjs";
import { readQr, readQrOf } from "../harness/qr.mjs";

const DRAFT = /\/drafts\/([0-9a-f-]{36})/;
const CASE = /\/matters\/([0-9a-f-]{36})/;

const button = (page, name) => page.getByRole("button", { name, exact: true });
const go = (page) => button(page, "继续").click();
const heading = (page, name) => page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
const saved = (page) => page.locator(".save-line", { hasText: /^已保存/ }).waitFor();

journeys("from finding a service to the receipt", ({ journey }) => {
  journey("a company of two is started, and however often the button is pressed one case comes of it", {}, async ({ terminal, page, hall, context }) => {
    const person = hall.people.citizen("liu-fang");

    // Found from the home page, not by an address.
    await terminal.goto("/");
    await page.getByRole("searchbox").or(page.getByRole("combobox")).first().fill("开公司");
    await page.keyboard.press("Enter");
    await page.getByRole("main").getByRole("link", { name: "小微企业开办" }).first().click();
    await heading(page, "小微企业开办");
    await page.getByRole("main").getByRole("link", { name: "在线申请" }).first().click();

    // Nobody is logged in: one is asked to, at once, and led back to where one was.
    await page.getByLabel("手机号").fill(person.phone);
    await button(page, "获取验证码").click();
    await page.getByLabel("验证码").waitFor();
    await page.getByLabel("验证码").fill(await hall.codeFor(person.phone));
    await button(page, "登录").click();

    // She is the agent of a company, too: the service asks for whom.
    await page.getByRole("radio", { name: "刘芳（本人）" }).check();
    await go(page);
    await heading(page, "经办人");
    const draft = page.url().match(DRAFT)[1];

    // What the hall knows is there, and marked.
    assert.equal(await page.getByLabel("您的姓名").inputValue(), "刘芳");
    assert.equal(await page.getByText("来自您的个人信息，请核对").count(), 3);
    await page.getByRole("radio", { name: "法定代表人" }).check();
    await go(page);

    await heading(page, "企业类型");
    await page.getByRole("radio", { name: /^有限责任公司/ }).check();
    await go(page);

    // A slip is told at once at its field, and on Continue in the summary, which leads to it.
    await heading(page, "企业名称");
    await page.getByLabel("首选名称").fill("Tea Ltd");
    await page.getByLabel("备选名称").focus();
    await page.getByText("格式不正确，请按说明填写。").waitFor();
    await go(page);
    const summary = page.locator("#error-summary");
    await summary.waitFor();
    await assertFocus(page, "error-summary");
    await summary.getByRole("link").click();
    await assertFocus(page, "q.company_name");
    await page.getByLabel("首选名称").fill("兰川芳邻茶饮有限公司");
    await summary.waitFor({ state: "detached" });
    await go(page);

    // Conditions act at once.
    await heading(page, "经营什么");
    await page.getByLabel("主要行业").selectOption({ label: "住宿和餐饮业" });
    await page.getByText("还需要食品经营许可").waitFor();
    await page.getByLabel("经营范围", { exact: true }).fill("餐饮服务；食品销售；茶具销售");
    await conditions(page, "经营范围中有需要许可的项目吗？", "需要许可的项目");
    await page.getByLabel("需要许可的项目").fill("餐饮服务、食品销售");
    await page.getByRole("radio", { name: "长期" }).check();
    await go(page);

    await heading(page, "住所");
    await page.getByLabel("所在地区").fill("兰川市青禾区");
    await page.getByLabel("详细地址").fill("学府街道大学路58号一层");
    await page.getByRole("radio", { name: "自有" }).check();
    await page.getByLabel("使用面积").fill("８６．５");
    await page.getByRole("group", { name: /规划用途是住宅/ }).getByRole("radio", { name: "否" }).check();
    await assertAccessible(page);
    await go(page);

    await heading(page, "注册资本");
    await page.getByLabel(/注册资本/).fill("300,000");
    await page.getByLabel("年", { exact: true }).fill(String(new Date().getFullYear() + 4));
    await page.getByLabel("月", { exact: true }).fill("6");
    await page.getByLabel("日", { exact: true }).fill("30");
    assert.equal(await page.getByLabel(/注册资本/).inputValue(), "300000.00", "tidied up when it was left");
    await saved(page);

    // Left in the middle, and gone on with where one was.
    await button(page, "保存并离开").click();
    await heading(page, "我的办件");
    await page.getByRole("link", { name: "继续填写：小微企业开办" }).click();
    await heading(page, "注册资本");
    assert.equal(await page.getByLabel(/注册资本/).inputValue(), "300000.00");
    await go(page);

    // Rows: the second one is added, a third one is added and taken away again.
    await heading(page, "股东和出资");
    await button(page, "添加股东").click();
    await shareholder(page.locator(".form-row").nth(0), { name: "刘芳", id: person.citizen_id, share: "60", paid: ["货币"] });
    await page.locator(".computed", { hasText: "认缴出资额" }).getByText("180,000.00 元").waitFor();
    await page.locator(".form-row").nth(0).getByRole("button", { name: "完成" }).click();
    await button(page, "添加股东").click();
    const second = hall.people.citizen("wang-lei");
    await shareholder(page.locator(".form-row").nth(1), { name: second.name, id: second.citizen_id, share: "40", paid: ["货币", "知识产权"] });
    await page.locator(".form-row").nth(1).getByRole("button", { name: "完成" }).click();
    await button(page, "添加股东").click();
    await page.locator(".form-row").nth(2).getByRole("button", { name: /^删除股东/ }).click();
    await page.getByRole("dialog").getByRole("button", { name: "删除", exact: true }).click();
    await page.locator(".form-row").nth(2).waitFor({ state: "detached" });
    await page.locator(".computed", { hasText: "出资比例合计" }).getByText("100%").waitFor();
    await assertAccessible(page);
    await go(page);

    await heading(page, "法定代表人和监事");
    await page.getByLabel(/法定代表人.*姓名/).fill("刘芳");
    await page.getByLabel("公民身份号码", { exact: true }).fill(person.citizen_id);
    await page.getByLabel("手机号码").fill(person.phone);
    await page.getByRole("radio", { name: "董事" }).check();
    await page.getByRole("group", { name: "设监事吗？" }).getByRole("radio", { name: "否" }).check();
    await go(page);

    await heading(page, "一并办理");
    await page.getByRole("checkbox", { name: /公章刻制/ }).check();
    await go(page);
    await heading(page, "章程");
    await page.getByRole("radio", { name: /示范文本/ }).check();
    await go(page);

    // Files: one that is none is refused with a reason, the others are taken.
    await heading(page, "上传材料");
    await page.getByLabel("股东、法定代表人和监事的居民身份证").setInputFiles({ name: "笔记.txt", mimeType: "text/plain", buffer: Buffer.from("x") });
    await page.getByText("不支持这种文件，请上传 PDF 或图片。").waitFor();
    await button(page, "删除文件 笔记.txt").click();
    await page.getByLabel("股东、法定代表人和监事的居民身份证").setInputFiles([jpeg("身份证正面.jpg"), jpeg("身份证反面.jpg")]);
    await page.getByLabel("住所使用证明").setInputFiles(jpeg("房产证.jpg"));
    await page.locator(".file-done").nth(2).waitFor();
    assert.equal(await page.locator(".file-done").count(), 3);
    await saved(page);
    await go(page);
    await heading(page, "声明与提交");
    await page.getByRole("checkbox").check();
    await go(page);

    // The check: an answer is changed from here, and one comes back here.
    await heading(page, "核对您的填写");
    await page.getByRole("link", { name: "修改 企业名称" }).click();
    await heading(page, "企业名称");
    await page.getByLabel("备选名称").fill("兰川邻里茶饮有限公司");
    await button(page, "保存并返回核对").click();
    await heading(page, "核对您的填写");
    await page.getByText("兰川邻里茶饮有限公司").waitFor();
    await assertAccessible(page);

    // The service asks her to show that she is there. How a page asks is the passkeys' journey.
    const session = { cookie: await cookieOf(terminal) };
    await hall.api("POST", "/api/v1/identity/proof/codes", {}, session);
    await hall.api("POST", "/api/v1/identity/proof/code", { code: await hall.codeFor(person.phone) }, session);

    // Ten presses, one submission.
    const submissions = [];
    page.on("request", (request) => {
      if (request.url().endsWith("/submission")) submissions.push(request.headers()["idempotency-key"]);
    });
    await page.evaluate(() => {
      const submit = [...document.querySelectorAll("button")].find((button) => button.textContent.includes("提交申请"));
      for (let press = 0; press < 10; press += 1) submit.click();
    });
    await heading(page, "申请已提交");
    assert.equal(new Set(submissions).size, 1, `one key for one attempt: ${submissions}`);
    const number = await page.locator(".receipt-number").innerText();
    assert.match(number, /^LC-\d{8}-\d{6}-\d$/);
    const id = page.url().match(CASE)[1];
    const address = new URL(pathOf("matters", id), hall.url).href;
    assert.equal(await readQr(page, page.getByRole("img", { name: /二维码/ })), address, "a phone is led to the case");
    await assertAccessible(page);

    const cookie = await cookieOf(terminal);
    const cases = await hall.api("GET", "/api/v1/cases", undefined, { cookie });
    assert.deepEqual(cases.map((one) => [one.id, one.number]), [[id, number]]);
    const answers = (await hall.api("GET", `/api/v1/cases/${cases[0].id}`, undefined, { cookie })).answers;
    assert.equal(answers.premises_area, 86.5);
    assert.equal(answers.shareholders.length, 2);
    assert.equal(answers.id_cards.length, 2);

    // The receipt can be kept, and the draft is no more: its address leads to the receipt.
    const [picture] = await Promise.all([page.waitForEvent("download"), button(page, "保存回执图片").click()]);
    assert.equal(picture.suggestedFilename(), `${number}.png`);
    assert.equal(await readQrOf(page, await readFile(await picture.path())), address, "so it is by the picture");
    await terminal.goto(`/drafts/${draft}`);
    await page.getByRole("link", { name: "查看回执" }).click();
    await heading(page, "申请已提交");
    await page.getByRole("link", { name: "查看办理进度" }).click();
    await heading(page, "小微企业开办");
    await page.getByRole("heading", { name: /正在由.*办理/ }).waitFor();
    await assertAccessible(page);
    context.diagnostic(`case ${number}`);
  });
});

journeys("what a citizen sees of a case", ({ journey }) => {
  journey("each step shows within a second; what is missing is handed in, the result read, the service rated", {}, async ({ terminal, page, hall }) => {
    const { id, cookie } = await submittedCase(hall, "zhang-min", "identity-card-renewal");
    const clerk = await hall.staffCookie("ps-window");
    const act = async (cookie, action, more = {}) => {
      const terminal = "console";
      const { version } = await hall.api("GET", `/api/v1/staff/cases/${id}`, undefined, { cookie, terminal });
      return hall.api("POST", `/api/v1/staff/cases/${id}/actions`, { action, version, ...more }, { cookie, terminal });
    };
    /** Until the page shows it, from when the hall has it; without a reload. */
    const shownWithin = async (milliseconds, what) => {
      const since = Date.now();
      await what.waitFor({ timeout: milliseconds });
      assert.ok(Date.now() - since <= milliseconds);
    };

    await terminal.resume(cookie);
    await terminal.goto(pathOf("matters", id));
    await page.getByRole("heading", { name: /正在由.*办理/ }).waitFor();
    await page.evaluate(() => { window.notReloaded = true; });

    await act(clerk, "pass-pre-review");
    await shownWithin(1000, page.locator(".timeline-name", { hasText: "预审通过" }));
    const items = [
      { path: "photo", reason: "照片反光，看不清，请重新拍摄上传。" },
      { path: "phone", reason: "这个号码打不通，请核对。" },
    ];
    await act(clerk, "ask-supplement", { items, reason: "其余材料齐全" });
    await shownWithin(1000, page.getByRole("heading", { name: /等您补交 2 项内容，截止/ }));
    await page.getByText(/已更新|新进展/).first().waitFor();
    assert.equal(await page.evaluate(() => window.notReloaded), true);
    await assertAccessible(page);

    // Exactly what was asked for, each with its reason.
    await page.getByRole("link", { name: "现在补交" }).click();
    await heading(page, "按要求补交");
    for (const { reason } of items) await page.getByText(reason).waitFor();
    await button(page, "提交补正").click();
    // All of it, or the word that it is right as it is.
    await page.locator(".error-summary-list li").nth(1).waitFor();
    assert.equal(await page.locator(".error-summary-list li").count(), 2);
    await assertAccessible(page);
    await page.locator(".file-done").first().waitFor();
    await page.getByRole("button", { name: /^删除文件/ }).first().click();
    await page.getByLabel("证件照片").setInputFiles(jpeg("新照片.jpg"));
    await page.locator(".file-done", { hasText: "新照片.jpg" }).waitFor();
    await page.getByLabel("手机号码").fill("13800000012");
    await assertAccessible(page);
    await button(page, "提交补正").click();
    await heading(page, "居民身份证换领");
    await page.getByRole("heading", { name: /正在由.*办理/ }).waitFor();
    const after = await hall.api("GET", `/api/v1/cases/${id}`, undefined, { cookie });
    assert.equal(after.answers.phone, "13800000012");
    assert.equal(after.answers.photo[0].name, "新照片.jpg");

    // To the end.
    await act(clerk, "accept");
    await act(await hall.staffCookie("ps-approver"), "approve");
    await act(await hall.staffCookie("ps-issuer"), "issue", { document_number: "兰川公〔2026〕0042" });
    await shownWithin(1000, page.getByRole("heading", { name: "办理结果" }));
    await page.getByText("兰川公〔2026〕0042").waitFor();
    const [result] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: /^下载：/ }).first().click()]);
    assert.match(result.suggestedFilename(), /\.pdf$/);

    await button(page, "提交评价").click();
    await page.getByText("请选择满意程度").waitFor();
    await page.getByRole("radio", { name: "非常满意", exact: true }).check();
    await page.getByRole("checkbox", { name: "办事效率" }).check();
    await page.getByLabel(/还想说点什么/).fill("很快就办好了。");
    await button(page, "提交评价").click();
    await page.getByRole("heading", { name: "您的评价" }).waitFor();
    await page.getByText("很快就办好了。").waitFor();
    await assertAccessible(page);
    assert.equal((await hall.api("GET", `/api/v1/cases/${id}`, undefined, { cookie })).rating.stars, 5);
    assert.equal(await page.evaluate(() => window.notReloaded), true);
  });

  journey("a service is found however one asks for it", { profile: "mobile" }, async ({ terminal, page }) => {
    await terminal.goto("/search");
    const box = page.getByRole("searchbox", { name: "搜索服务事项" }).last();
    const near = page.getByText("没有完全相符的事项，以下是相近的");
    for (const [typed, found, close] of [
      ["sfz", "居民身份证换领", false],
      ["shebao", "社会保险", false],
      ["身份证过期了怎么办", "居民身份证换领", true],
      ["身份正", "居民身份证", true],
      ["marriage certificate", "结婚登记预约", true],
    ]) {
      await box.fill(typed);
      await page.locator("main").getByRole("link").filter({ hasText: found }).first().waitFor();
      // What only comes close is called so, and nothing else is.
      await near.waitFor({ state: close ? "visible" : "detached" });
    }
    await box.fill("开饭店");
    await page.locator("main").getByRole("link").filter({ hasText: "食品经营许可" }).first().waitFor();
    await box.fill("火箭发射");
    await page.getByText(/没有找到/).first().waitFor();
  });

  journey("an application is taken back, after being asked", { profile: "mobile" }, async ({ terminal, page, hall }) => {
    const { id, cookie } = await submittedCase(hall, "zhang-min", "vehicle-licence-renewal");
    await terminal.resume(cookie);
    await terminal.goto(pathOf("matters", id));
    await button(page, "撤回申请").click();
    await assertAccessible(page);
    await page.getByRole("dialog").getByRole("button", { name: "取消" }).click();
    await button(page, "撤回申请").click();
    await page.getByLabel(/撤回原因/).fill("填错了车牌号");
    await button(page, "确认撤回").click();
    await page.getByRole("heading", { name: "您已撤回申请" }).waitFor();
    await assertFitsWidth(page);
    const found = await hall.api("GET", `/api/v1/cases/${id}`, undefined, { cookie });
    assert.equal(found.status.state, "withdrawn");
  });

  journey("what is somebody else's is not there", {}, async ({ terminal, page, hall }) => {
    const { id } = await submittedCase(hall, "zhang-min", "identity-card-renewal");
    const cookie = await hall.citizenCookie(hall.people.citizen("wu-ping").phone);
    const theirs = await hall.api("POST", "/api/v1/drafts", { item: "identity-card-renewal" }, { cookie });
    await terminal.loginAs("li-guohua");
    for (const path of [pathOf("matters", id), pathOf("drafts", theirs.id), pathOf("drafts", "nothing")]) {
      await terminal.goto(path);
      await page.getByText(/没有找到/).first().waitFor();
      await page.getByRole("link", { name: "查看我的办件" }).waitFor();
      await assertAccessible(page);
    }
  });
});

async function shareholder(row, { name, id, share, paid }) {
  await row.getByRole("radio", { name: "自然人" }).check();
  await row.getByLabel("姓名或者名称").fill(name);
  await row.getByLabel("公民身份号码").fill(id);
  await row.getByLabel("出资比例").fill(share);
  for (const kind of paid) await row.getByRole("checkbox", { name: kind }).check();
}

async function assertFocus(page, id) {
  await page.waitForFunction((id) => document.activeElement?.id === id, id);
}

async function cookieOf(terminal) {
  const cookies = await terminal.context.cookies();
  return cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
}
