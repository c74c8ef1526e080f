// Passkeys of staff in a real browser, with the authenticator that Chromium simulates: made, used to log in and to confirm, taken away.
import assert from "node:assert/strict";

import { assertAccessible, assertFitsWidth, journeys } from "../harness.mjs";
import { device } from "../harness/authenticator.mjs";
import { sitDown } from "../harness/desk.mjs";

const button = (page, name) => page.getByRole("button", { name, exact: true });
const dialog = (page) => page.locator("dialog[open]");
const question = (page) => page.getByRole("dialog", { name: "请确认是您本人在操作" });
const heading = (page, name) => page.getByRole("heading", { level: 1, name, exact: true }).waitFor();

/** The hall asks for a step-up after ten minutes. Here it does so at once, the first time; all that comes then is its own. */
async function asksOnce(page, method, path, ways) {
  let refused = false;
  await page.route(`**/api/v1/staff/${path}`, async (route) => {
    if (route.request().method() !== method || refused) return route.fallback();
    refused = true;
    const problem = { type: "about:blank", status: 403, title: "403", code: "identity/step_up_required", retryable: false, details: { ways } };
    await route.fulfill({ status: 403, contentType: "application/problem+json", body: JSON.stringify(problem) });
  });
}

async function enterPassword(page, { account, password }) {
  await page.getByLabel("账号").fill(account);
  await page.getByLabel("密码").fill(password);
  await button(page, "下一步").click();
}

/** A clerk at a terminal with a device of theirs, and a passkey on it. */
async function withPasskey(terminal, account, name) {
  const { page } = terminal;
  await sitDown(terminal, account);
  const own = await device(terminal);
  await terminal.goto("/console/passkeys");
  await page.getByLabel("名称").fill(name);
  await button(page, "添加到此设备").click();
  await page.locator(".row-title", { hasText: name }).waitFor();
  return own;
}

journeys("passkeys of staff", ({ journey }) => {
  journey("do in place of the one-time password, at the log-in and to confirm", {}, async ({ terminal, page, hall }) => {
    await sitDown(terminal, "ps-window");
    const { keys, verified } = await device(terminal);
    await terminal.goto("/console/");
    await page.getByRole("link", { name: "通行密钥", exact: true }).click();
    await heading(page, "通行密钥");
    await page.getByText("您还没有通行密钥").waitFor();
    await assertAccessible(page);
    await button(page, "添加到此设备").click();
    await page.getByRole("alert").getByText("请输入名称").waitFor();
    await page.getByLabel("名称").fill("办公电脑");
    await asksOnce(page, "POST", "passkeys/options", ["code"]);
    await button(page, "添加到此设备").click();
    await question(page).waitFor();
    assert.equal(await button(question(page), "用通行密钥确认").count(), 0, "there is none yet");
    await question(page).getByLabel("身份验证器显示的验证码").fill((await hall.staffAccount("ps-window")).code);
    await button(question(page), "确认并继续").click();
    await page.locator(".row-title", { hasText: "办公电脑" }).waitFor();
    await assertAccessible(page);
    await assertFitsWidth(page);
    const [made] = await keys();
    // It is asked for by name after the password, and offered on no page of citizens.
    assert.equal(made.isResidentCredential, false);
    assert.equal(made.rpId, "localhost");

    await button(page, "退出登录").click();
    await enterPassword(page, await hall.staffAccount("ps-window"));
    await heading(page, "第二步：确认是您本人");
    await page.waitForFunction(() => document.activeElement.id === "log-in-passkey");
    await assertAccessible(page);
    await assertFitsWidth(page);
    // Somebody else's finger.
    await verified(false);
    await button(page, "使用通行密钥登录").click();
    await page.getByRole("alert").getByText(/没有完成通行密钥验证/).waitFor();
    await assertAccessible(page);
    await verified(true);
    await button(page, "使用通行密钥登录").click();
    await page.getByRole("button", { name: "退出登录" }).waitFor();

    await terminal.goto("/console/passkeys");
    await asksOnce(page, "DELETE", "passkeys/*", ["passkey", "code"]);
    await button(page, "移除“办公电脑”").click();
    await question(page).waitFor();
    await page.waitForFunction(() => document.activeElement.id === "step-up-passkey");
    await assertAccessible(page);
    await assertFitsWidth(page);
    await verified(false);
    await button(question(page), "用通行密钥确认").click();
    await question(page).getByText(/没有完成通行密钥验证/).waitFor();
    await verified(true);
    await button(question(page), "用通行密钥确认").click();
    await page.getByText("您还没有通行密钥").waitFor();

    await button(page, "退出登录").click();
    await enterPassword(page, await hall.staffAccount("ps-window"));
    await heading(page, "输入动态验证码");
    assert.equal(await button(page, "使用通行密钥登录").count(), 0);
  });

  journey("are taken away by an administrator, and the audit says so", {}, async ({ terminal, page, hall, open }) => {
    const clerk = await open();
    await withPasskey(clerk, "ps-window-2", "安全钥匙");
    await sitDown(terminal, "admin");
    await terminal.goto("/console/accounts");
    await page.getByRole("row", { name: "ps-window-2" }).getByText("通行密钥 1").waitFor();
    await button(page, "ps-window-2").click();
    await button(dialog(page), "移除通行密钥").click();
    await dialog(page).getByText("通行密钥不能再用").waitFor();
    await assertAccessible(page);
    await button(dialog(page), "移除通行密钥").click();
    await page.getByText("账号 ps-window-2 已保存。").waitFor();
    await page.getByText("通行密钥 1").waitFor({ state: "detached" });
    // Whoever sits there is out at once, and logs in by the code again.
    await clerk.page.getByLabel("账号").waitFor();
    await enterPassword(clerk.page, await hall.staffAccount("ps-window-2"));
    await heading(clerk.page, "输入动态验证码");
    await terminal.goto("/console/audit?action=account_changed");
    const line = page.getByRole("row", { name: "移除通行密钥" });
    assert.match(await line.innerText(), /admin.*ps-window-2/s);
  });

  for (const [language, profile] of [["zh", "mobile"], ["en", "desktop"], ["en", "mobile"]]) {
    journey(`the page is whole on ${profile} in ${language}, light and dark`, { language, profile }, async ({ terminal, open }) => {
      for (const one of [terminal, await open({ dark: true })]) {
        await sitDown(one, "mr-window");
        await one.goto("/console/passkeys");
        await one.page.locator("#passkey-name").waitFor();
        await assertFitsWidth(one.page);
        await assertAccessible(one.page);
      }
    });
  }
}, { hall: { host: "localhost" } });
