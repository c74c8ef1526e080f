// A service asks for more than a phone number: the level is raised in the middle of an application, and one comes back.
import assert from "node:assert/strict";

import { assertAccessible, assertFitsWidth, journeys } from "../harness.mjs";
import { sitDown } from "../harness/desk.mjs";
import { completeDraft, jpeg, pathOf } from "../harness/matters.mjs";

const ITEM = "housing-fund-withdrawal";
const button = (page, name) => page.getByRole("button", { name, exact: true });
const link = (page, name) => page.getByRole("link", { name, exact: true });
const heading = (page, name) => page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
const levelOf = async (hall, cookie) => (await hall.api("GET", "/api/v1/identity/session", undefined, { cookie })).assurance;

async function type(page, name, number) {
  await page.getByRole("textbox", { name: "姓名" }).fill(name);
  await page.getByRole("textbox", { name: "居民身份证号码" }).fill(number);
  await button(page, "核验").click();
}

/** Logs in with a phone that nobody has used. */
async function stranger(hall, terminal, phone) {
  const cookie = await hall.citizenCookie(phone);
  await terminal.resume(cookie);
  return cookie;
}

journeys("the assurance level", ({ journey }) => {
  journey("is raised in the middle of an application, and the draft is as it was", {}, async ({ terminal, page, hall }) => {
    const { name, citizen_id } = hall.people.citizen("ma-wenbin");
    const draft = await completeDraft(hall, "ma-wenbin", ITEM);
    await terminal.resume(draft.cookie);
    const check = `${pathOf("drafts", draft.id)}/check-answers`;
    await terminal.goto(check);
    await button(page, "提交申请").click();
    await page.getByText("需要先提高实名等级").waitFor();
    await page.getByText("您目前是“初级（手机号已验证）”").waitFor();
    await assertAccessible(page);
    const before = await hall.api("GET", `/api/v1/drafts/${draft.id}`, undefined, { cookie: draft.cookie });

    await link(page, "提高实名等级").click();
    await heading(page, "实名等级");
    await assertAccessible(page);
    await assertFitsWidth(page);
    // What is no number never leaves the page.
    await type(page, "", "640104199506161138");
    await page.getByRole("alert").getByText("请输入姓名").waitFor();
    await page.getByRole("alert").getByText("居民身份证号码不正确，请检查").waitFor();
    await assertAccessible(page);
    // What does not match stays typed, and says no more than that.
    await type(page, "马文", citizen_id);
    await page.getByText(/姓名和号码与登记信息不一致/).waitFor();
    assert.equal(await page.getByRole("textbox", { name: "居民身份证号码" }).inputValue(), citizen_id);
    await assertAccessible(page);

    await type(page, name, citizen_id);
    await heading(page, "核对您的填写");
    assert.equal(new URL(page.url()).pathname, check, "back to exactly where they were");
    const after = await hall.api("GET", `/api/v1/drafts/${draft.id}`, undefined, { cookie: draft.cookie });
    assert.deepEqual([after.revision, after.answers], [before.revision, before.answers]);
    await button(page, "提交申请").click();
    await heading(page, "申请已提交");
  });

  journey("is asked for before the form where the guide says so, and the guide says so", { profile: "mobile" }, async ({ terminal, page, hall }) => {
    const cookie = await stranger(hall, terminal, "13912341001");
    await terminal.goto("/services/disability-certificate");
    await page.getByText("中级（身份信息已核验）（开始填写前）").waitFor();
    await terminal.goto("/apply/disability-certificate");
    await page.getByText("需要先提高实名等级").waitFor();
    await link(page, "提高实名等级").click();
    terminal.expect(/^503 for \/api\/v1\/identity\/level\/document$/);
    // Whose records cannot be reached is told to try later or to come to a hall, and has lost no try.
    await type(page, "冯志强", "620121199908275623");
    await page.getByText("现在无法核验").waitFor();
    await assertAccessible(page);
    await type(page, "郑晓梅", "620102199506142044");
    await page.waitForURL(/\/drafts\/[0-9a-f-]{36}/);
    assert.equal(await levelOf(hall, cookie), "L2");
  });

  journey("is raised to the highest by a picture, or by a clerk at the window", {}, async ({ terminal, page, hall, open }) => {
    const cookie = await stranger(hall, terminal, "13912341002");
    await terminal.goto("/account");
    await link(page, "查看和提高等级").click();
    await heading(page, "实名等级");
    await type(page, "钱丽华", "620104198702193314");
    await page.getByRole("heading", { name: "升级到高级：人脸核验" }).waitFor();
    await assertAccessible(page);
    // The picture on her card is too old: the page leads to the window.
    await page.getByLabel("本人正面照片").setInputFiles(jpeg("face.jpg"));
    await page.getByText(/照片与证件照片不一致/).waitFor();
    await button(page, "获取办理码").click();
    const code = (await page.locator(".visit-code-digits").innerText()).replaceAll(" ", "");
    assert.match(code, /^\d{8}$/);
    await assertAccessible(page);

    const desk = await open();
    await sitDown(desk, "ps-window");
    await desk.goto("/console/");
    await desk.page.getByRole("link", { name: "当面核验身份" }).click();
    await heading(desk.page, "当面核验身份");
    await desk.page.getByLabel("办理码").fill(code);
    await desk.page.getByLabel("姓名（与身份证一致）").fill("钱丽华");
    await desk.page.getByLabel("居民身份证号码").fill("620104198702193314");
    await button(desk.page, "核验并升级").click();
    await desk.page.getByRole("alert").getByText("请先查验身份证原件").waitFor();
    await assertAccessible(desk.page);
    await desk.page.getByLabel("已查验身份证原件，本人与照片一致").check();
    await button(desk.page, "核验并升级").click();
    await desk.page.getByText("核验完成").waitFor();
    await assertAccessible(desk.page);

    // The citizen's page follows by itself.
    await page.getByText("您已是最高等级，无需再核验。").waitFor();
    await page.getByText("大厅窗口当面核验").waitFor();
    assert.equal(await levelOf(hall, cookie), "L3");
  });

  journey("of who can no longer log in to their account leads a clerk to ask for it", {}, async ({ terminal, page, hall, open }) => {
    const phone = "13912341003";
    await stranger(hall, terminal, phone);
    await terminal.goto("/account/level");
    await button(page, "获取办理码").click();
    const code = (await page.locator(".visit-code-digits").innerText()).replaceAll(" ", "");
    const { name, citizen_id } = hall.people.citizen("wu-ping");
    const desk = await open();
    await sitDown(desk, "ps-window-2");
    await desk.goto("/console/identity");
    await desk.page.getByLabel("办理码").fill(code);
    await desk.page.getByLabel("姓名（与身份证一致）").fill(name);
    await desk.page.getByLabel("居民身份证号码").fill(citizen_id);
    await desk.page.getByLabel("已查验身份证原件，本人与照片一致").check();
    await button(desk.page, "核验并升级").click();
    await desk.page.getByText("该号码已有账号").waitFor();
    await assertAccessible(desk.page);
    await assertFitsWidth(desk.page);
    await button(desk.page, "为其申请找回账号").press("Enter");
    await desk.page.getByText("已申请找回").waitFor();
    await assertAccessible(desk.page);

    const owner = await open({ profile: "mobile" });
    await owner.loginAs("wu-ping");
    await owner.goto("/account/contacts");
    await owner.page.getByText(/在大厅窗口出示了身份证件/).waitFor();
    await assertAccessible(owner.page);
    await terminal.goto("/account/contacts");
    await page.getByText("正在找回您的原账号").waitFor();
    await assertAccessible(page);
  });
});
