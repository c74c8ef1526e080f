// Passkeys in a real browser, with the authenticator that Chromium simulates: made, used to log in and to confirm, removed.
import assert from "node:assert/strict";

import { assertAccessible, assertFitsWidth, journeys } from "../harness.mjs";
import { device } from "../harness/authenticator.mjs";
import { completeDraft, pathOf } from "../harness/matters.mjs";

const button = (page, name) => page.getByRole("button", { name, exact: true });
const heading = (page, name) => page.getByRole("heading", { level: 1, name, exact: true }).waitFor();

async function addPasskey({ page, hall, phone }) {
  await page.getByLabel("名称").fill("我的手机");
  await button(page, "添加到此设备").click();
  await page.getByText("请确认是您本人在操作").waitFor();
  await assertAccessible(page);
  await button(page, "用短信验证码确认").click();
  await page.getByLabel("身份确认验证码").waitFor();
  await page.getByLabel("身份确认验证码").fill(await hall.codeFor(phone));
  await button(page, "确认").click();
  await page.locator(".row-title", { hasText: "我的手机" }).waitFor();
}

journeys("passkeys", ({ journey }) => {
  journey("are made with a finger, log in without a number, and are removed", {}, async ({ terminal, page, hall }) => {
    const { phone } = hall.people.citizen("zhang-min");
    await terminal.loginAs("zhang-min");
    const { keys, verified } = await device(terminal);
    await terminal.goto("/account");
    await page.getByRole("link", { name: "通行密钥", exact: true }).click();
    await heading(page, "通行密钥");
    await page.getByText("您还没有通行密钥").waitFor();
    await assertAccessible(page);
    await addPasskey({ page, hall, phone });
    await assertAccessible(page);
    await assertFitsWidth(page);
    const [made] = await keys();
    assert.equal(made.isResidentCredential, true);
    assert.equal(made.rpId, "localhost");

    // Nobody is logged in any more; the device says who it is.
    await terminal.context.clearCookies();
    await terminal.goto("/login?next=%2Fmatters");
    await assertAccessible(page);
    // Somebody else's finger.
    await verified(false);
    await button(page, "使用通行密钥登录").click();
    await page.getByText(/没有完成通行密钥验证/).waitFor();
    await verified(true);
    await button(page, "使用通行密钥登录").click();
    await page.waitForURL(/\/matters$/);
    const cookies = (await terminal.context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
    const session = await hall.api("GET", "/api/v1/identity/session", undefined, { cookie: cookies });
    assert.equal(session.actor.name, "张敏");

    await terminal.goto("/account/passkeys");
    await button(page, "移除“我的手机”").click();
    await page.getByText("您还没有通行密钥").waitFor();
    await terminal.context.clearCookies();
    await terminal.goto("/login");
    await button(page, "使用通行密钥登录").click();
    await page.getByText(/通行密钥无法使用/).waitFor();
  });

  journey("confirm a submission that asks for it", { profile: "mobile" }, async ({ terminal, page, hall }) => {
    const draft = await completeDraft(hall, "liu-fang", "small-business-start");
    await terminal.resume(draft.cookie);
    await device(terminal);
    await terminal.goto("/account/passkeys");
    await addPasskey({ page, hall, phone: hall.people.citizen("liu-fang").phone });
    // Another session of hers, which has shown nothing yet.
    await terminal.context.clearCookies();
    await terminal.loginAs("liu-fang");
    await terminal.goto(`${pathOf("drafts", draft.id)}/check-answers`);
    await button(page, "提交申请").click();
    await page.getByText("请确认是您本人在操作").waitFor();
    await assertAccessible(page);
    await button(page, "用通行密钥确认").click();
    await heading(page, "申请已提交");
  });
}, { hall: { host: "localhost" } });
