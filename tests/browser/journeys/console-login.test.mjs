// Who staff are: the log-in with two factors, and what a session's end takes and leaves.
import assert from "node:assert/strict";

import { assertAccessible, assertFitsWidth, journeys, LANGUAGES } from "../harness.mjs";
import { endSession, sitDown } from "../harness/desk.mjs";
import { submittedCase } from "../harness/matters.mjs";

/** Takes the first step. */
async function enterPassword(page, { account, password }) {
  await page.getByLabel("账号").fill(account);
  await page.getByLabel("密码").fill(password);
  await page.getByRole("button", { name: "下一步" }).click();
}

/** Both steps, with a code that has not been used. */
async function logIn(page, hall, account) {
  const clerk = await hall.staffAccount(account);
  await enterPassword(page, clerk);
  await page.getByLabel("动态验证码").fill(clerk.code);
  await page.getByRole("button", { name: "登录", exact: true }).click();
  return clerk;
}

journeys("the staff's log-in", ({ journey }) => {
  journey("asks for what is missing, and leads to it", {}, async ({ terminal, page }) => {
    await terminal.goto("/console/");
    await page.getByRole("button", { name: "下一步" }).click();
    const summary = page.getByRole("alert");
    assert.deepEqual(await summary.getByRole("link").allInnerTexts(), ["请输入账号", "请输入密码"]);
    await assertAccessible(page);
    await summary.getByRole("link", { name: "请输入密码" }).click();
    assert.equal(await page.evaluate(() => document.activeElement.id), "password");
  });

  journey("does not tell a wrong password from an unknown account", {}, async ({ terminal, page, hall }) => {
    const { account } = await hall.staffAccount("ed-window");
    await terminal.goto("/console/");
    for (const name of [account, "nobody-at-all"]) {
      await enterPassword(page, { account: name, password: "not-the-password" });
      await page.getByRole("alert").getByText("账号或密码不正确。").waitFor();
    }
  });

  journey("a wrong code is told, and the right one still opens the queue", {}, async ({ terminal, page, hall }) => {
    const clerk = await hall.staffAccount("ca-window");
    await terminal.goto("/console/");
    await enterPassword(page, clerk);
    await page.getByRole("heading", { name: "输入动态验证码" }).waitFor();
    const code = page.getByLabel("动态验证码");
    await page.waitForFunction(() => document.activeElement.id === "code");
    await assertAccessible(page);
    await code.fill(clerk.code === "123456" ? "654321" : "123456");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByRole("link", { name: "验证码不正确或已过期。" }).waitFor();
    assert.equal(await code.inputValue(), "", "a wrong code is typed anew");
    await code.fill(clerk.code);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "办件" }).waitFor();
    await page.getByText(clerk.name).waitFor();
    assert.match(await page.title(), /^办件 · /);
  });

  journey("leads to the page that one came for", {}, async ({ terminal, page, hall }) => {
    const application = await submittedCase(hall, "chen-yu", "residence-permit");
    await terminal.goto(`/console/cases/${application.id}`);
    await logIn(page, hall, "ps-window-2");
    await page.getByText(application.number).waitFor();
  });

  journey("ends for good when one logs out", {}, async ({ terminal, page, hall }) => {
    await terminal.goto("/console/");
    await logIn(page, hall, "hr-window");
    await page.getByRole("heading", { level: 1, name: "办件" }).waitFor();
    const [{ name, value }] = await terminal.context.cookies();
    await page.getByRole("button", { name: "退出登录" }).click();
    await page.getByLabel("账号").waitFor();
    const answer = await hall.request("GET", "/api/v1/staff/cases", undefined, { cookie: `${name}=${value}` });
    assert.equal(answer.status, 401);
  });

  journey("a session that ends in the middle of an action loses nothing that was typed", {}, async (given) => {
    const { terminal, page, hall } = given;
    const application = await submittedCase(hall, "wu-ping", "identity-card-renewal");
    await sitDown(terminal, "ps-window");
    await terminal.goto(`/console/cases/${application.id}`);
    await page.getByRole("button", { name: "不予受理" }).click();
    const reason = page.getByLabel("理由");
    await reason.fill("申请人户籍不在本市，应当向户籍所在地公安机关申请。");
    await endSession(hall, "ps-window");
    await page.getByLabel("账号").waitFor();
    await page.getByText("登录已失效，请重新登录。").waitFor();
    assert.equal(await page.getByText(application.number).count(), 0, "nothing of the case stays in sight");
    await logIn(page, hall, "ps-window");
    await page.locator("dialog[open]").getByText("登录失效前填写的内容已恢复，可以继续。").waitFor();
    assert.match(await reason.inputValue(), /^申请人户籍不在本市/);
  });
});

journeys("the log-in page", ({ journey }) => {
  for (const language of Object.keys(LANGUAGES)) {
    for (const profile of ["desktop", "mobile"]) {
      journey(`fits ${profile} in ${language}, light and dark`, { language, profile }, async ({ terminal, open }) => {
        for (const one of [terminal, await open({ dark: true })]) {
          await one.goto("/console/");
          await one.page.locator("input[type=password]").waitFor();
          await assertFitsWidth(one.page);
          await assertAccessible(one.page);
        }
      });
    }
  }
});
