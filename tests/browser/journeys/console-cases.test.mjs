// A clerk with a queue in front of them: cases come by themselves, are read, and are taken through their steps; the
// citizen sees each step as it happens.
import assert from "node:assert/strict";

import { assertAccessible, assertFitsWidth, journeys } from "../harness.mjs";
import { seenByCitizen, sitDown, take } from "../harness/desk.mjs";
import { submittedCase } from "../harness/matters.mjs";

/** The smallest PDF that a reader opens. */
const DOCUMENT = Buffer.from(
  "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n",
);

/** The dialog that is open. */
const dialog = (page) => page.locator("dialog[open]");

/** The state that the case page shows. */
const state = (page) => page.locator(".console-standing .tag").first();

/** Takes an action that needs nothing, or what `fill` gives it. */
async function act(page, name, fill = async () => {}) {
  await page.locator("#actions").getByRole("button", { name, exact: true }).click();
  await fill(dialog(page));
  await dialog(page).getByRole("button", { name, exact: true }).click();
  await page.locator(".toast").getByText(`已完成：${name}`).last().waitFor();
}

/** Opens a case at a clerk's desk. */
async function openCase(terminal, account, application) {
  await sitDown(terminal, account);
  await terminal.goto(`/console/cases/${application.id}`);
  await terminal.page.locator("#answers").waitFor();
}

/** The citizen's page of a case, on a terminal of their own. */
async function citizensPage(open, citizen, application) {
  const terminal = await open({ profile: "mobile" });
  await terminal.loginAs(citizen);
  await terminal.goto(`/matters/${application.id}`);
  await terminal.page.getByText(application.number).first().waitFor();
  return terminal.page;
}

journeys("the queue", ({ journey }) => {
  journey("shows what waits for the clerk, and a new case by itself", {}, async ({ terminal, page, hall }) => {
    await sitDown(terminal, "ps-window");
    await terminal.goto("/console/");
    await page.getByText("没有待您办理的办件").waitFor();
    await assertAccessible(page);
    const first = await submittedCase(hall, "zhang-min", "identity-card-renewal");
    const link = page.getByRole("link", { name: first.number });
    await link.waitFor();
    await page.getByText("共 1 件").waitFor();
    // Who stands on a row keeps their place when another one comes.
    await link.focus();
    const second = await submittedCase(hall, "wu-ping", "identity-card-renewal");
    await page.getByRole("row", { name: second.number }).getByText("新", { exact: true }).waitFor();
    assert.equal(await link.evaluate((element) => element === document.activeElement), true);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "居民身份证换领" }).or(page.locator("#answers")).first().waitFor();
    await page.getByText(first.number).waitFor();
  });

  journey("is searched, and found as it was left", {}, async ({ terminal, page, hall }) => {
    const application = await submittedCase(hall, "chen-yu", "residence-permit");
    await sitDown(terminal, "ps-reviewer");
    await terminal.goto("/console/");
    await page.getByRole("button", { name: "本部门全部" }).click();
    await page.getByLabel("按办件编号或事项名称查找").fill(application.number);
    await page.keyboard.press("Enter");
    await page.getByText("共 1 件").waitFor();
    await page.getByRole("link", { name: application.number }).click();
    await page.locator("#answers").waitFor();
    await page.getByRole("navigation", { name: "当前位置" }).getByRole("link", { name: "办件" }).click();
    await page.getByText("共 1 件").waitFor();
    assert.equal(await page.getByRole("button", { name: "本部门全部" }).getAttribute("aria-pressed"), "true");
    await page.getByLabel("按办件编号或事项名称查找").fill("没有这样的事项");
    await page.keyboard.press("Enter");
    await page.getByText("没有找到符合条件的办件").waitFor();
    await page.getByRole("button", { name: "清除查找" }).click();
    await page.getByRole("link", { name: application.number }).waitFor();
  });

  journey("tells what is late in words and by an icon, not by colour alone", {}, async ({ terminal, page, hall }) => {
    const application = await submittedCase(hall, "wang-lei", "birth-registration");
    // Two working days later, as far as this desk can tell.
    await page.route("**/api/v1/staff/cases?*", async (route) => {
      const response = await route.fetch();
      const json = await response.json();
      for (const one of json.cases.filter((one) => one.id === application.id)) one.status.days_left = -2;
      await route.fulfill({ response, json: { ...json, overdue: 1 } });
    });
    await sitDown(terminal, "ps-window-2");
    await terminal.goto("/console/");
    const late = page.getByRole("row", { name: application.number }).getByText("超期 2 个工作日");
    await late.waitFor();
    assert.equal(await late.locator("svg").count(), 1);
    await page.getByText("1 件超期").waitFor();
    await assertAccessible(page);
  });

  journey("goes on by itself when the connection is back", {}, async ({ terminal, page }) => {
    terminal.expect(/Failed to load resource|ERR_INTERNET_DISCONNECTED/);
    await sitDown(terminal, "ps-window-2");
    await terminal.goto("/console/");
    await page.locator(".console-queue").or(page.getByText("没有待您办理的办件")).waitFor();
    await terminal.context.setOffline(true);
    await page.getByRole("button", { name: "已办结" }).click();
    await page.getByRole("alert").getByText("网络连接已断开").waitFor();
    await assertAccessible(page);
    await terminal.context.setOffline(false);
    await page.getByText("还没有办结的办件").or(page.locator(".console-queue")).waitFor();
    await page.getByText("网络连接已断开").waitFor({ state: "detached" });
  });

  journey("says that it could not be loaded, and tries again", {}, async ({ terminal, page }) => {
    await sitDown(terminal, "ps-window");
    await page.route("**/api/v1/staff/cases?*", (route) => route.abort());
    terminal.expect(/Failed to load resource|ERR_FAILED/);
    await terminal.goto("/console/");
    const again = page.getByRole("button", { name: "重试" });
    await again.waitFor();
    await assertAccessible(page);
    await page.unroute("**/api/v1/staff/cases?*");
    await again.click();
    await page.locator(".console-queue").or(page.getByText("没有待您办理的办件")).waitFor();
  });
});

journeys("a clerk and a case", ({ journey }) => {
  journey("a case goes from the pre-review to the result, and its citizen sees each step", {}, async (given) => {
    const { terminal, page, hall, open } = given;
    const application = await submittedCase(hall, "zhang-min", "identity-card-renewal");
    const citizen = await citizensPage(open, "zhang-min", application);
    const sees = (step) => citizen.locator("main").getByText(step).first().waitFor();

    await openCase(terminal, "ps-window", application);
    // The number is the one of the answers, not a masked one beside it.
    await page.locator(".console-standing").getByText(`张敏 ${hall.people.citizen("zhang-min").citizen_id}`).waitFor();
    await act(page, "预审通过");
    await state(page).getByText("预审通过，待受理").waitFor();
    await sees("预审通过，待受理");
    await act(page, "受理");
    await state(page).getByText("审核中").waitFor();
    await page.getByText("当前环节不由您办理。").waitFor();
    await sees("审核中");

    await openCase(terminal, "ps-approver", application);
    await act(page, "准予", (box) => box.getByLabel("说明").fill("符合换领条件。"));
    await sees("准予，待出证");

    await openCase(terminal, "ps-issuer", application);
    await act(page, "出证办结", async (box) => {
      await box.getByRole("button", { name: "出证办结" }).click();
      await box.getByRole("alert").getByRole("link", { name: "请填写编号" }).click();
      await box.getByLabel("证照或文书编号").fill("兰公换字〔2026〕0001号");
      await box.locator("#act-file").setInputFiles({ name: "结果.pdf", mimeType: "application/pdf", buffer: DOCUMENT });
      await box.locator(".file-done").waitFor();
    });
    await page.getByText("该办件已经结束。").waitFor();
    await page.getByText("兰公换字〔2026〕0001号").waitFor();
    await sees("已办结");
    const seen = await seenByCitizen(hall, application);
    assert.equal(seen.result.kind, "issued");
    assert.equal(seen.result.file.name, "结果.pdf");
    assert.deepEqual(
      seen.history.map((event) => event.action),
      ["submit", "pass-pre-review", "accept", "approve", "issue"],
    );
  });

  journey("a supplement asks for everything at once, and what comes is seen without a reload", {}, async (given) => {
    const { terminal, page, hall } = given;
    const application = await submittedCase(hall, "chen-yu", "residence-permit");
    await take(hall, application, ["ps-window", "pass-pre-review"]);
    await openCase(terminal, "ps-window", application);
    const name = "一次性告知补正";
    await act(page, name, async (box) => {
      const bottom = async () => {
        const { y, height } = await box.getByRole("button", { name, exact: true }).boundingBox();
        return y + height;
      };
      const { height } = page.viewportSize();
      assert.ok((await box.locator(".dialog-body").boundingBox()).height > height, "the dialog is longer than the screen");
      assert.ok((await bottom()) <= height, "its buttons are at hand all the while");
      await box.getByRole("button", { name, exact: true }).click();
      await box.getByRole("alert").getByRole("link", { name: "请至少勾选一项需要补正的内容" }).waitFor();
      await box.locator("input[type=checkbox]").nth(2).check();
      await box.locator("input[type=checkbox]").nth(0).check();
      await box.getByText("已勾选 2 项").waitFor();
      await box.getByRole("button", { name, exact: true }).click();
      assert.equal(await box.getByRole("alert").getByRole("link").count(), 2, "each needs its reason");
      for (const [at, reason] of ["姓名与身份证不一致。", "联系电话打不通。"].entries()) {
        await box.locator(".console-item-reason input").nth(at).fill(reason);
      }
      await assertAccessible(page);
    });
    await page.getByText("姓名与身份证不一致。").waitFor();
    await page.getByText("正在等待申请人，您现在无需操作。").waitFor();
    const asked = (await seenByCitizen(hall, application)).supplement;
    assert.deepEqual(asked.items.map((item) => item.reason), ["姓名与身份证不一致。", "联系电话打不通。"]);

    // The citizen answers; the clerk's page goes on by itself.
    const { version, answers } = await seenByCitizen(hall, application);
    const again = Object.fromEntries(asked.items.map(({ path }) => [path, answers[path]]));
    await hall.api("POST", `/api/v1/cases/${application.id}/supplement`, { version, answers: again }, {
      cookie: application.cookie,
      headers: { "Idempotency-Key": crypto.randomUUID() },
    });
    await page.getByText("办件有更新：申请人 陈雨 · 提交补正").waitFor();
    await page.locator("#actions").getByRole("button", { name: "受理", exact: true }).waitFor();
    await state(page).getByText("预审通过，待受理").waitFor();
  });

  journey("what was typed and not sent is kept until it is sent", {}, async ({ terminal, page, hall }) => {
    const application = await submittedCase(hall, "ayiguli", "residence-permit");
    await openCase(terminal, "ps-window", application);
    const open = page.locator("#actions").getByRole("button", { name: "不予受理" });
    await open.click();
    await dialog(page).getByLabel("理由").fill("材料须由本人");
    await page.keyboard.press("Escape");
    await dialog(page).waitFor({ state: "detached" });
    // It belongs to this action only.
    await page.locator("#actions").getByRole("button", { name: "预审通过" }).click();
    assert.equal(await dialog(page).getByLabel("说明").inputValue(), "");
    await page.keyboard.press("Escape");
    await dialog(page).waitFor({ state: "detached" });
    await open.click();
    await dialog(page).getByText("上次填写但没有提交的内容已恢复。").waitFor();
    assert.equal(await dialog(page).getByLabel("理由").inputValue(), "材料须由本人");
    assert.equal(await dialog(page).getByLabel("我已核对").isChecked(), false, "a confirmation is given anew");
  });

  journey("a case is refused only with a reason, and after it was confirmed", {}, async ({ terminal, page, hall }) => {
    const application = await submittedCase(hall, "wu-ping", "identity-card-renewal");
    await take(hall, application, ["ps-window", "pass-pre-review"], ["ps-window", "accept"]);
    await openCase(terminal, "ps-reviewer", application);
    const reason = "指纹信息与登记不符，无法核实身份。";
    await act(page, "不予批准", async (box) => {
      await box.getByRole("button", { name: "不予批准", exact: true }).click();
      const links = box.getByRole("alert").getByRole("link");
      assert.deepEqual(await links.allInnerTexts(), ["请填写理由", "请确认您已核对"]);
      await links.first().click();
      assert.equal(await page.evaluate(() => document.activeElement.id), "act-reason");
      await page.keyboard.type(reason);
      await box.getByLabel("我已核对，确认不予批准").check();
    });
    const seen = await seenByCitizen(hall, application);
    assert.deepEqual([seen.result.kind, seen.result.reason], ["rejected", reason]);
    await page.locator("#result").getByText(reason).waitFor();
  });

  journey("a case with nothing more to do leads to the next one", {}, async ({ terminal, page, hall }) => {
    const done = await submittedCase(hall, "zhang-min", "vehicle-licence-renewal");
    await take(hall, done, ["ps-window", "pass-pre-review"]);
    await openCase(terminal, "ps-window", done);
    await act(page, "受理");
    await page.getByRole("link", { name: "办理下一件" }).or(page.getByText("没有其他待您办理的办件。")).waitFor();
    const next = await submittedCase(hall, "zhao-xue", "identity-card-renewal");
    await page.getByRole("link", { name: "办理下一件" }).click();
    await page.locator("#answers").waitFor();
    assert.notEqual(new URL(page.url()).pathname, `/console/cases/${done.id}`);
    assert.ok(next.id);
  });

  journey("with three steps of review it is sent back, inspected on site, decided and issued", {}, async ({ terminal, page, hall }) => {
    const application = await submittedCase(hall, "liu-fang", "food-business-licence");
    const why = (text) => (box) => box.getByLabel("理由").fill(text);
    await openCase(terminal, "mr-window", application);
    await act(page, "预审通过");
    await act(page, "受理");
    await act(page, "初审通过，送审核");

    await openCase(terminal, "mr-reviewer", application);
    await act(page, "退回初审", why("平面图缺少清洗区，请窗口核对。"));
    await state(page).getByText("已受理，初审中").waitFor();
    await take(hall, application, ["mr-window", "forward-to-review"]);
    await page.locator("#actions").getByRole("button", { name: "启动现场核查" }).waitFor();
    await act(page, "启动现场核查", why("需要核查后厨布局。"));
    await state(page).getByText("特别程序：现场核查").waitFor();
    await page.getByText("计时已暂停").waitFor();
    await act(page, "核查完成", why("现场与平面图一致。"));
    await act(page, "审核通过，送审批");

    await openCase(terminal, "mr-approver", application);
    await act(page, "退回审核", why("请补充现场照片说明。"));
    await take(hall, application, ["mr-reviewer", "forward-to-decision"]);
    await page.locator("#actions").getByRole("button", { name: "准予许可" }).waitFor();
    await act(page, "准予许可");

    await openCase(terminal, "mr-issuer", application);
    await act(page, "出证办结", (box) => box.getByLabel("证照或文书编号").fill("JY26201020000017"));
    const history = page.locator("#history .timeline-name");
    assert.match((await history.first().innerText()).trim(), /出证办结（已办结）$/, "the last comes first");
    assert.equal(await history.count(), 13);
    const seen = await seenByCitizen(hall, application);
    assert.equal(seen.result.document_number, "JY26201020000017");
  });

  journey("of two clerks at once one wins, the other is told and keeps what was typed", {}, async (given) => {
    const { terminal, page, hall, open } = given;
    const application = await submittedCase(hall, "zhang-min", "identity-card-renewal");
    await openCase(terminal, "ps-window", application);
    const other = await open();
    await openCase(other, "ps-window-2", application);

    await page.locator("#actions").getByRole("button", { name: "不予受理" }).click();
    const reason = dialog(page).getByLabel("理由");
    await reason.fill("照片不符合标准。");
    await act(other.page, "预审通过");

    const told = dialog(page).getByRole("alert");
    await told.getByText("该办件刚被他人处理").waitFor();
    await told.getByText("预审通过，待受理").waitFor();
    assert.equal(await reason.inputValue(), "照片不符合标准。", "what was typed can still be copied");
    await assertAccessible(page);
    await dialog(page).getByRole("button", { name: "查看最新情况" }).click();
    await state(page).getByText("预审通过，待受理").waitFor();
    await page.locator("#history").getByText("冯强").waitFor();
  });

  journey("who acts on what is no longer so is told by the hall", {}, async ({ terminal, page, hall }) => {
    const application = await submittedCase(hall, "wu-ping", "identity-card-renewal");
    // Pokes do not reach this desk: it acts on what it saw.
    await page.route("**/api/v1/staff/events", (route) => route.abort());
    terminal.expect(/Failed to load resource|ERR_FAILED/);
    await openCase(terminal, "ps-window", application);
    await page.locator("#actions").getByRole("button", { name: "预审通过" }).click();
    await take(hall, application, ["ps-window-2", "pass-pre-review"]);
    await dialog(page).getByRole("button", { name: "预审通过", exact: true }).click();
    await dialog(page).getByRole("alert").getByText("该办件刚被他人处理").waitFor();
    await page.keyboard.press("Escape");
    await state(page).getByText("预审通过，待受理").waitFor();
    assert.equal((await seenByCitizen(hall, application)).history.length, 2);
  });

  journey("another authority's case is not there, and a reviewer takes no clerk's step", {}, async (given) => {
    const { terminal, page, hall } = given;
    const application = await submittedCase(hall, "zhang-min", "identity-card-renewal");
    await sitDown(terminal, "mr-window");
    await terminal.goto(`/console/cases/${application.id}`);
    await page.getByRole("heading", { level: 1, name: "没有找到该办件" }).waitFor();
    await assertAccessible(page);
    await terminal.goto("/console/cases/not-a-case");
    await page.getByRole("heading", { level: 1, name: "没有找到该办件" }).waitFor();
    await page.getByRole("link", { name: "返回办件列表" }).click();
    await page.getByRole("heading", { level: 1, name: "办件" }).waitFor();

    await openCase(terminal, "ps-reviewer", application);
    await page.getByText("当前环节不由您办理。").waitFor();
    assert.equal(await page.locator("#actions").getByRole("button").count(), 0);
  });

  journey("files are looked at in place, one after the other", {}, async ({ terminal, page, hall }) => {
    const application = await submittedCase(hall, "wu-ping", "identity-card-renewal");
    await openCase(terminal, "ps-window", application);
    const files = page.locator(".console-file button");
    assert.ok((await files.count()) >= 3);
    await files.first().click();
    await dialog(page).getByText("第 1 个，共 3 个文件").waitFor();
    const picture = dialog(page).getByRole("img");
    await page.waitForFunction(() => document.querySelector("dialog[open] .viewer-picture img")?.naturalWidth > 0);
    await assertAccessible(page);
    await page.keyboard.press("ArrowRight");
    await dialog(page).getByText("第 2 个，共 3 个文件").waitFor();
    await dialog(page).getByRole("button", { name: "旋转" }).click();
    assert.equal(await picture.getAttribute("data-turned"), "270");
    const download = page.waitForEvent("download");
    await dialog(page).getByRole("button", { name: "下载" }).click();
    assert.match((await download).suggestedFilename(), /\.jpg$/);
    await page.keyboard.press("Escape");
    assert.equal(await dialog(page).count(), 0);
  });

  journey("every step can be taken by keyboard alone", {}, async ({ terminal, page, hall }) => {
    const application = await submittedCase(hall, "zhao-xue", "identity-card-renewal");
    await openCase(terminal, "ps-window", application);
    const button = page.locator("#actions").getByRole("button", { name: "不予受理" });
    await button.focus();
    await page.keyboard.press("Enter");
    const inside = () => page.evaluate(() => Boolean(document.activeElement.closest("dialog[open]")));
    await dialog(page).waitFor();
    assert.equal(await inside(), true);
    await page.keyboard.press("Escape");
    await dialog(page).waitFor({ state: "detached" });
    // The focus comes back.
    const handle = await button.elementHandle();
    await page.waitForFunction((element) => element === document.activeElement, handle);
    await page.keyboard.press("Enter");
    await dialog(page).getByRole("button", { name: "不予受理", exact: true }).focus();
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.activeElement.id === "error-summary");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "act-reason");
    await page.keyboard.type("材料不真实。");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator(".toast").getByText("已完成：不予受理").waitFor();
    await page.waitForFunction(() => document.activeElement.id === "actions");
  });

  for (const [language, profile, dark] of [["zh", "desktop", false], ["en", "desktop", true], ["en", "mobile", false]]) {
    const how = `${profile} in ${language}${dark ? ", dark" : ""}`;
    journey(`the pages and every dialog are whole on ${how}`, { language, profile, dark }, async ({ terminal, page, hall }) => {
      const application = await submittedCase(hall, "liu-fang", "food-business-licence");
      await sitDown(terminal, "mr-window");
      await terminal.goto("/console/");
      await page.locator(".console-queue").waitFor();
      await assertFitsWidth(page);
      await assertAccessible(page);
      await terminal.goto(`/console/cases/${application.id}`);
      await page.locator("#answers").waitFor();
      await assertFitsWidth(page);
      await assertAccessible(page);
      const actions = page.locator("#actions").getByRole("button");
      for (let at = 0; at < (await actions.count()); at += 1) {
        await actions.nth(at).click();
        await dialog(page).waitFor();
        await assertFitsWidth(page);
        await assertAccessible(page);
        await page.keyboard.press("Escape");
        await dialog(page).waitFor({ state: "detached" });
      }
    });
  }
});
