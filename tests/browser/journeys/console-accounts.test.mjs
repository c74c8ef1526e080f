// The administration of staff: accounts are made, used for the first time, changed, reset and turned off.
import assert from "node:assert/strict";

import { assertAccessible, assertFitsWidth, journeys } from "../harness.mjs";
import { codeOf, deskCookie, sitDown } from "../harness/desk.mjs";

const dialog = (page) => page.locator("dialog[open]");

/** Creates an account on the administrator's page; its first password. */
async function create(page, account, name, role, authority) {
  await page.getByRole("button", { name: "新建账号" }).click();
  await dialog(page).getByLabel("账号", { exact: true }).fill(account);
  await dialog(page).getByLabel("姓名").fill(name);
  await dialog(page).getByLabel(role).check();
  await dialog(page).getByLabel("所属部门").selectOption({ label: authority });
  await dialog(page).getByRole("button", { name: "创建账号" }).click();
  await page.getByText(`${account} 的初始密码（只显示这一次）`).waitFor();
  return page.locator(".console-password").innerText();
}

/** The first log-in of an account: the authenticator is set up, a password chosen. */
async function firstLogin(page, account, password, chosen) {
  await page.getByLabel("账号").fill(account);
  await page.getByLabel("密码").fill(password);
  await page.getByRole("button", { name: "下一步" }).click();
  await page.getByRole("heading", { name: "首次登录：绑定身份验证器" }).waitFor();
  const secret = (await page.locator(".console-secret code").innerText()).trim();
  await page.getByLabel("动态验证码").fill(codeOf(secret));
  await page.getByLabel("新密码").fill(chosen);
  await page.getByRole("button", { name: "登录", exact: true }).click();
}

journeys("the accounts of staff", ({ journey }) => {
  journey("an account is created, and its person sets it up with the first log-in", {}, async (given) => {
    const { terminal, page, open } = given;
    await sitDown(terminal, "admin");
    await terminal.goto("/console/");
    await page.getByRole("heading", { level: 1, name: "人员账号" }).waitFor();
    assert.equal(await page.getByRole("link", { name: "办件", exact: true }).count(), 0, "cases are not theirs to see");
    const password = await create(page, "ps-window-9", "林小满", "窗口人员", "兰川市公安局");
    await assertAccessible(page);

    const other = await open();
    await other.goto("/console/");
    await firstLogin(other.page, "ps-window-9", password, "short");
    await other.page.getByRole("alert").getByRole("link", { name: "新密码至少 12 位" }).waitFor();
    await assertAccessible(other.page);
    await other.page.getByLabel("新密码").fill("quiet-lantern-harbour-26");
    await other.page.getByRole("button", { name: "登录", exact: true }).click();
    await other.page.getByRole("heading", { level: 1, name: "办件" }).waitFor();
    await other.page.getByText("林小满").waitFor();

    // The first password was good once, and the authenticator is known.
    const third = await open();
    await third.goto("/console/");
    await third.page.getByLabel("账号").fill("ps-window-9");
    await third.page.getByLabel("密码").fill(password);
    await third.page.getByRole("button", { name: "下一步" }).click();
    await third.page.getByRole("alert").getByText("账号或密码不正确。").waitFor();
    await third.page.getByLabel("密码").fill("quiet-lantern-harbour-26");
    await third.page.getByRole("button", { name: "下一步" }).click();
    await third.page.getByRole("heading", { name: "输入动态验证码" }).waitFor();
  });

  journey("what is missing or wrong is told before and after it is sent", {}, async ({ terminal, page }) => {
    await sitDown(terminal, "admin");
    await terminal.goto("/console/accounts");
    await page.getByRole("button", { name: "新建账号" }).click();
    await dialog(page).getByRole("button", { name: "创建账号" }).click();
    const links = dialog(page).getByRole("alert").getByRole("link");
    assert.deepEqual(await links.allInnerTexts(), ["请输入账号", "请输入姓名", "请至少选择一个角色"]);
    await assertAccessible(page);
    await dialog(page).getByLabel("账号", { exact: true }).fill("ps-window");
    await dialog(page).getByLabel("姓名").fill("重名");
    await dialog(page).getByLabel("审核人员").check();
    await dialog(page).getByRole("button", { name: "创建账号" }).click();
    await dialog(page).getByRole("link", { name: "办理业务的人员须选择所属部门" }).waitFor();
    await dialog(page).getByLabel("所属部门").selectOption({ label: "兰川市公安局" });
    await dialog(page).getByRole("button", { name: "创建账号" }).click();
    await dialog(page).getByRole("link", { name: "该账号已存在。" }).waitFor();
  });

  journey("roles are given and taken, and hold from the next request on", {}, async ({ terminal, page, hall }) => {
    const cookie = await deskCookie(hall, "hr-window");
    const me = () => hall.api("GET", "/api/v1/staff/session", undefined, { cookie, terminal: "console" });
    assert.deepEqual((await me()).roles, ["window_clerk"]);
    await sitDown(terminal, "admin");
    await terminal.goto("/console/accounts");
    await page.getByLabel("按账号、姓名或部门查找").fill("hr-window");
    await page.getByText("共 1 个账号").waitFor();
    const row = page.getByRole("button", { name: "hr-window" });
    await row.click();
    await dialog(page).getByLabel("审核人员").check();
    await dialog(page).getByRole("button", { name: "保存修改" }).click();
    await page.getByText("账号 hr-window 已保存。").waitFor();
    await page.getByRole("row", { name: "hr-window" }).getByText("窗口人员、审核人员").waitFor();
    assert.deepEqual((await me()).roles, ["window_clerk", "reviewer"]);
  });

  journey("an account that is turned off is out at once", {}, async ({ terminal, page, open }) => {
    const clerk = await open();
    await sitDown(clerk, "ed-window");
    await clerk.goto("/console/");
    await clerk.page.getByRole("heading", { level: 1, name: "办件" }).waitFor();
    await sitDown(terminal, "admin");
    await terminal.goto("/console/accounts");
    await page.getByRole("button", { name: "ed-window" }).click();
    await dialog(page).getByRole("button", { name: "停用账号" }).click();
    await dialog(page).getByText("严小雅：立即退出登录").waitFor();
    await assertAccessible(page);
    await dialog(page).getByRole("button", { name: "停用账号" }).click();
    await page.getByRole("row", { name: "ed-window" }).getByText("已停用").waitFor();
    await clerk.page.getByLabel("账号").waitFor();
  });

  journey("the last administrator cannot shut everybody out", {}, async ({ terminal, page }) => {
    await sitDown(terminal, "admin");
    await terminal.goto("/console/accounts");
    await page.getByRole("button", { name: "admin", exact: true }).click();
    await dialog(page).getByRole("button", { name: "停用账号" }).click();
    await dialog(page).getByRole("button", { name: "停用账号" }).click();
    await page.getByText("至少须保留一名可用的管理员。").waitFor();
    await page.getByRole("row", { name: "admin" }).getByText("正常").waitFor();
  });

  journey("a clerk who asks for the page is told that it is not theirs", {}, async ({ terminal, page, hall }) => {
    await sitDown(terminal, "ps-window");
    await terminal.goto("/console/accounts");
    await page.getByText("您没有查看此页面的权限。").waitFor();
    assert.equal(await page.getByRole("link", { name: "人员账号" }).count(), 0);
    await assertAccessible(page);
    const cookie = await deskCookie(hall, "ps-window");
    const answer = await hall.request("GET", "/api/v1/staff/accounts", undefined, { cookie, terminal: "console" });
    assert.equal(answer.status, 403);
  });

  for (const [language, profile] of [["zh", "desktop"], ["en", "desktop"], ["en", "mobile"]]) {
    journey(`the page is whole on ${profile} in ${language}`, { language, profile }, async ({ terminal, page }) => {
      await sitDown(terminal, "admin");
      await terminal.goto("/console/accounts");
      await page.getByRole("button", { name: "ps-window", exact: true }).click();
      await dialog(page).waitFor();
      await assertFitsWidth(page);
      await assertAccessible(page);
      await page.keyboard.press("Escape");
      await dialog(page).waitFor({ state: "detached" });
      await assertFitsWidth(page);
      await assertAccessible(page);
    });
  }

  journey("whoever left the console open for a while is asked for a code first, and what they did goes on", {}, async ({ terminal, page, hall }) => {
    await sitDown(terminal, "admin");
    await terminal.goto("/console/accounts");
    // The hall says so after ten minutes. Here it says so at once; all that comes then is the hall's own.
    let refused = 0;
    await page.route("**/api/v1/staff/accounts", async (route) => {
      if (route.request().method() !== "POST" || refused === 2) return route.fallback();
      refused += 1;
      const problem = { type: "about:blank", status: 403, title: "403", code: "identity/step_up_required", retryable: false };
      await route.fulfill({ status: 403, contentType: "application/problem+json", body: JSON.stringify(problem) });
    });
    await page.getByRole("button", { name: "新建账号" }).click();
    const form = page.getByRole("dialog", { name: "新建账号" });
    await form.getByLabel("账号", { exact: true }).fill("ps-window-8");
    await form.getByLabel("姓名").fill("周小暑");
    await form.getByLabel("窗口人员").check();
    await form.getByLabel("所属部门").selectOption({ label: "兰川市公安局" });
    await form.getByRole("button", { name: "创建账号" }).click();
    const question = page.getByRole("dialog", { name: "请确认是您本人在操作" });
    await question.waitFor();
    await assertAccessible(page);
    await assertFitsWidth(page);
    // Who does not want to stays where they were, with what they typed.
    await page.keyboard.press("Escape");
    await question.waitFor({ state: "hidden" });
    await form.getByRole("alert").waitFor();
    assert.equal(await form.getByLabel("姓名").inputValue(), "周小暑");
    await form.getByRole("button", { name: "创建账号" }).click();
    await question.getByRole("button", { name: "确认并继续" }).click();
    await question.getByText("请输入 6 位动态验证码").waitFor();
    const { code } = await hall.staffAccount("admin");
    const wrong = code === "000000" ? "000001" : "000000";
    await question.getByLabel("身份验证器显示的验证码").fill(wrong);
    await question.getByRole("button", { name: "确认并继续" }).press("Enter");
    await question.getByText("验证码不正确").waitFor();
    await assertAccessible(page);
    await question.getByLabel("身份验证器显示的验证码").fill((await hall.staffAccount("admin")).code);
    await question.getByRole("button", { name: "确认并继续" }).press("Enter");
    await page.getByText("ps-window-8 的初始密码（只显示这一次）").waitFor();
    assert.equal(refused, 2);
  });
});
