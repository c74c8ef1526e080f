// What logs one in: an e-mail address and a second number are added on one terminal and seen on the other, log in, come first,
// and are removed; a lost phone is replaced by mail; a kiosk shows none of it.
import assert from "node:assert/strict";

import { assertAccessible, assertFitsWidth, journeys } from "../harness.mjs";
import { jpeg } from "../harness/matters.mjs";

const MAIL = "zhang.min@mail.example";
const SECOND = "13912350001";

const button = (page, name) => page.getByRole("button", { name, exact: true });
const link = (page, name) => page.getByRole("link", { name, exact: true });
const heading = (page, name) => page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
const row = (page, shown) => page.locator(".row-title").filter({ hasText: shown }).first();

/** Fits, and can be used by everybody. */
async function sound(page) {
  await assertAccessible(page);
  await assertFitsWidth(page);
}

/** Types what is to be added and asks for its code. */
async function askFor(page, to) {
  await page.getByRole("textbox", { name: "手机号或电子邮箱" }).fill(to);
  await button(page, "获取验证码").click();
}

/** Types the newest code that went there, once the page says that one did. */
async function typeCode(page, name, hall, to) {
  const field = page.getByRole("textbox", { name, exact: true });
  await field.waitFor();
  await field.fill(await hall.codeFor(to));
}

async function addWithCode(page, hall, to, shown) {
  await typeCode(page, "验证码", hall, to);
  await button(page, "添加").click();
  await row(page, shown).waitFor();
}

journeys("what logs one in", ({ journey }) => {
  journey("is added, seen on another terminal, logs in, comes first, and is removed", {}, async ({ terminal, page, hall, open }) => {
    const { phone } = hall.people.citizen("zhang-min");
    await terminal.loginAs("zhang-min");
    await terminal.goto("/account");
    await link(page, "登录方式").click();
    await heading(page, "登录方式");
    await row(page, "138****0001").waitFor();
    // The only one there is stays: nothing offers to remove it.
    assert.equal(await button(page, "移除 138****0001").count(), 0);
    await sound(page);
    // Another terminal of hers looks on.
    const watching = await open({ profile: "mobile" });
    const cookies = (await terminal.context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
    await watching.resume(cookies);
    await watching.goto("/account/contacts");
    await row(watching.page, "138****0001").waitFor();

    await askFor(page, "zhang.min@mail");
    await page.getByText("请输入正确的手机号或电子邮箱").first().waitFor();
    await sound(page);
    await askFor(page, MAIL);
    await page.getByText("请确认是您本人在操作").waitFor();
    await button(page, "用短信验证码确认").click();
    await typeCode(page, "身份确认验证码", hall, phone);
    await button(page, "确认").click();
    await page.getByText("验证码已发送至 z***@mail.example").waitFor();
    await sound(page);
    await addWithCode(page, hall, MAIL, "z***@mail.example");
    await sound(page);
    await page.getByText("添加 z***@mail.example").waitFor();
    await row(watching.page, "z***@mail.example").waitFor();
    await sound(watching.page);
    await askFor(page, SECOND);
    await addWithCode(page, hall, SECOND, "139****0001");

    // Another number comes first, and the old one goes, by keyboard alone.
    await button(page, "将 139****0001 设为首选").press("Enter");
    await page.getByText("将 139****0001 设为首选", { exact: true }).last().waitFor();
    await button(page, "移除 138****0001").press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.getByText("138****0001").first().waitFor();
    await sound(page);
    await dialog.getByRole("button", { name: "确认移除" }).press("Enter");
    await row(page, "移除 138****0001").waitFor();
    await terminal.goto("/account");
    await page.getByText("139****0001").first().waitFor();

    // By mail, in a browser that knows nobody.
    const other = await open({});
    await other.goto("/login?next=%2Faccount");
    await button(other.page, "用电子邮箱登录").click();
    await sound(other.page);
    await other.page.getByRole("textbox", { name: "电子邮箱" }).fill(MAIL);
    await button(other.page, "获取验证码").click();
    await typeCode(other.page, "验证码", hall, MAIL);
    await button(other.page, "登录").click();
    await other.page.getByText("139****0001").first().waitFor();
  });

  journey("is replaced by mail where the phone is lost", { profile: "mobile" }, async ({ terminal, page, hall }) => {
    const { phone } = hall.people.citizen("liu-fang");
    const mail = "liu.fang@mail.example";
    const cookie = await hall.citizenCookie(phone);
    const ask = (method, path, body) => hall.api(method, `/api/v1/identity/${path}`, body, { cookie });
    await ask("POST", "proof/codes", {});
    await ask("POST", "proof/code", { code: await hall.codeFor(phone) });
    await ask("POST", "contacts/codes", { to: mail });
    await ask("POST", "contacts", { to: mail, code: await hall.codeFor(mail) });

    await terminal.goto("/login?next=%2Faccount%2Fcontacts");
    await button(page, "用电子邮箱登录").click();
    await page.getByRole("textbox", { name: "电子邮箱" }).fill(mail);
    await button(page, "获取验证码").click();
    await typeCode(page, "验证码", hall, mail);
    await button(page, "登录").click();
    await heading(page, "登录方式");
    await page.getByRole("button", { name: /^移除 138/ }).click();
    await page.getByRole("dialog").getByRole("button", { name: "确认移除" }).click();
    await page.getByText("请确认是您本人在操作").waitFor();
    await sound(page);
    await button(page, "用邮箱验证码确认").click();
    await typeCode(page, "身份确认验证码", hall, mail);
    await button(page, "确认").click();
    await row(page, /^移除 138/).waitFor();
    await row(page, "l***@mail.example").waitFor();
    assert.equal(await page.getByRole("button", { name: /^移除/ }).count(), 0);
    await sound(page);
  });

  journey("brings another account of the same person along", {}, async ({ terminal, page, hall }) => {
    const { phone } = hall.people.citizen("wang-lei");
    // 马文斌's account knows a phone number alone; the other one is of somebody whose identity was checked.
    const own = hall.people.citizen("ma-wenbin").phone;
    const other = await hall.citizenCookie(phone);
    await hall.api("POST", "/api/v1/drafts", { item: "residence-permit" }, { cookie: other });
    await terminal.loginAs("ma-wenbin");
    await terminal.goto("/account/contacts");
    await askFor(page, phone);
    await page.getByText("请确认是您本人在操作").waitFor();
    await button(page, "用短信验证码确认").click();
    await typeCode(page, "身份确认验证码", hall, own);
    await button(page, "确认").click();
    await typeCode(page, "验证码", hall, phone);
    await button(page, "添加").click();
    await page.getByRole("heading", { name: "合并您的另一个账号" }).waitFor();
    await page.getByText(/草稿 1 份/).waitFor();
    await sound(page);
    await button(page, "合并到当前账号").press("Enter");
    await row(page, "138****0003").waitFor();
    await sound(page);
    await terminal.goto("/matters");
    await page.getByRole("link", { name: /居住证申领/ }).first().waitFor();
    const answer = await hall.request("GET", "/api/v1/identity/session", undefined, { cookie: other });
    assert.equal(answer.status, 401, "the other account's terminal is logged out");
  });

  journey("is got back by document and face, and its owner can stop that", {}, async ({ terminal, page, hall, open }) => {
    const anew = "13912340077";
    await terminal.resume(await hall.citizenCookie(anew));
    await terminal.goto("/account/level");
    await page.getByRole("textbox", { name: "姓名" }).fill("陈雨");
    await page.getByRole("textbox", { name: "居民身份证号码" }).fill("422801200504180268");
    await button(page, "核验").click();
    await link(page, "无法登录原账号？凭身份证件和人脸找回").click();
    await heading(page, "找回账号");
    await button(page, "核验并申请找回").click();
    await page.getByText("请选择一张本人正面照片").first().waitFor();
    await sound(page);
    await page.getByRole("textbox", { name: "姓名" }).fill("陈雨");
    await page.getByRole("textbox", { name: "居民身份证号码" }).fill("422801200504180268");
    await page.locator("#claim-picture").setInputFiles(jpeg("face.jpg"));
    await page.getByText("照片已就绪").waitFor();
    await button(page, "核验并申请找回").click();
    await page.getByText("请确认是您本人在操作").waitFor();
    await button(page, "用短信验证码确认").click();
    await typeCode(page, "身份确认验证码", hall, anew);
    await button(page, "确认").click();
    await heading(page, "登录方式");
    await page.getByText("正在找回您的原账号").waitFor();
    await sound(page);

    const owner = await open({ profile: "mobile" });
    await owner.loginAs("chen-yu");
    await owner.goto("/account/contacts");
    await owner.page.getByText("有人申请找回此账号").first().waitFor();
    await sound(owner.page);
    await button(owner.page, "停止找回").press("Enter");
    await row(owner.page, "停止了账号找回").waitFor();
    await page.getByText("正在找回您的原账号").waitFor({ state: "detached" });
  });

  journey("is not changed at a kiosk", { profile: "kiosk" }, async ({ terminal, page }) => {
    await terminal.goto("/account/contacts");
    await page.waitForURL(/\/login/);
    await terminal.loginAs("zhao-xue");
    await terminal.goto("/account");
    await page.getByText(/赵雪/).first().waitFor();
    assert.equal(await link(page, "登录方式").count(), 0);
    await terminal.goto("/account/contacts");
    await page.getByText("请在您自己的手机或电脑上管理登录方式。").waitFor();
    await sound(page);
  });
});
