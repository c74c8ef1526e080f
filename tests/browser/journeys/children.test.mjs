// A child without a phone: a parent opens an account for it, acts for it, takes its data along; the other parent comes to it, too.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { assertAccessible, assertFitsWidth, journeys, PROFILES } from "../harness.mjs";
import { ACCOUNT } from "../pages.mjs";

const NUMBER = "620103201909152024";
const button = (page, name) => page.getByRole("button", { name, exact: true });
const link = (page, name) => page.getByRole("link", { name, exact: true });
const heading = (page, name) => page.getByRole("heading", { level: 1, name, exact: true }).waitFor();

/** Fits, and can be used by everybody. */
async function sound(page) {
  await assertAccessible(page);
  await assertFitsWidth(page);
}

/** Asks for the child's account. */
async function open(page, name) {
  await page.getByRole("textbox", { name: "子女姓名" }).fill(name);
  await page.getByRole("textbox", { name: "子女的居民身份证号码" }).fill(NUMBER);
  await button(page, "核对并开通").click();
}

/** Shows that one is there, by a code. */
async function prove(page, hall, phone) {
  await page.getByText("请确认是您本人在操作").waitFor();
  await button(page, "用短信验证码确认").click();
  // Once the page asks for it, it was sent.
  const code = page.getByRole("textbox", { name: "身份确认验证码" });
  await code.waitFor();
  await code.fill(await hall.codeFor(phone));
  await button(page, "确认").click();
}

journeys("a child without a phone", ({ journey }) => {
  journey("gets an account by both parents, who act for it", {}, async ({ terminal, page, hall, open: another }) => {
    const { phone } = hall.people.citizen("zhao-xue");
    await terminal.loginAs("zhao-xue");
    await terminal.goto("/account/delegations");
    await link(page, "为子女开通账号").click();
    await heading(page, "为子女开通账号");
    // What is missing is told before anybody is asked.
    await button(page, "核对并开通").click();
    await page.getByRole("alert").getByText("请输入居民身份证号码").first().waitFor();
    await sound(page);
    await open(page, "王小花");
    await prove(page, hall, phone);
    await page.getByText(/与出生医学证明或户口登记不一致/).waitFor();
    await sound(page);
    await open(page, "王小禾");
    await heading(page, "委托代办");
    const card = page.locator("#i-act-for .card").filter({ hasText: "王小禾" });
    await card.getByText("依户口登记为子女代办").waitFor();
    await card.getByText("2037").waitFor();
    await sound(page);
    const download = page.waitForEvent("download");
    await card.getByRole("button", { name: "下载 王小禾 的全部数据" }).click();
    const archive = await readFile(await (await download).path());
    assert.ok(archive.includes(Buffer.from(NUMBER)), "it is the child's");
    // Whom one applies for is asked, and the child is one of them.
    await terminal.goto("/apply/residence-permit");
    await page.getByRole("radio", { name: /王小禾/ }).check();
    await button(page, "继续").click();
    await page.getByText("办理人：王小禾").waitFor();

    const father = await another({ profile: "mobile" });
    await father.loginAs("wang-lei");
    await father.goto("/account/delegations/child");
    await open(father.page, "王小禾");
    await prove(father.page, hall, hall.people.citizen("wang-lei").phone);
    await father.page.locator("#i-act-for .card").filter({ hasText: "王小禾" }).waitFor();
    await sound(father.page);
  });

  for (const profile of Object.keys(PROFILES)) {
    journey(`and the other pages of an account are sound: ${profile}`, { profile, language: "en" }, async ({ terminal, page }) => {
      for (const { path, who } of ACCOUNT) {
        await terminal.loginAs(who);
        await terminal.goto(path);
        await terminal.settled();
        await page.getByRole("heading", { level: 1 }).waitFor();
        await sound(page);
      }
    });
  }

  journey("gets none at a kiosk", { profile: "kiosk" }, async ({ terminal, page }) => {
    await terminal.loginAs("wang-lei");
    await terminal.goto("/account/delegations/child");
    await heading(page, "为子女开通账号");
    assert.equal(await button(page, "核对并开通").count(), 0);
    await assertAccessible(page);
  });
});
