// One's own account: others act for one and stop at once, a terminal is logged out from another one, one's data is taken along,
// and the account is closed.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { assertAccessible, assertFitsWidth, journeys, until } from "../harness.mjs";
import { completeDraft } from "../harness/matters.mjs";

const button = (page, name) => page.getByRole("button", { name, exact: true });
const link = (page, name) => page.getByRole("link", { name, exact: true });
const heading = (page, name) => page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
const saved = (page) => page.locator("p.save-line").filter({ hasText: /^已保存/ }).waitFor();

/** Fits, and can be used by everybody. */
async function sound(page) {
  await assertAccessible(page);
  await assertFitsWidth(page);
}

journeys("one's own account", ({ journey }) => {
  journey("somebody is invited, agrees in another browser, acts, and is stopped while at work", {}, async ({ terminal, page, hall, open }) => {
    await terminal.loginAs("sun-guizhen");
    await terminal.goto("/account");
    await link(page, "委托代办").click();
    await heading(page, "委托代办");
    await page.getByText("目前没有人代您办理。").waitFor();
    await sound(page);
    await link(page, "委托他人代办").click();
    await heading(page, "委托他人代办");
    // What is missing is said at its place.
    await button(page, "发出").click();
    await page.getByRole("heading", { name: "请检查以下内容" }).or(page.locator("#error-summary")).first().waitFor();
    await sound(page);
    await page.getByRole("radio", { name: "填写对方手机号" }).check();
    await page.getByRole("textbox", { name: "对方手机号" }).fill(hall.people.citizen("wang-lei").phone);
    await page.getByRole("radio", { name: "家人或帮办人员" }).check();
    await page.getByRole("radio", { name: "只限部分事项" }).check();
    await page.getByRole("checkbox", { name: "居住证申领" }).check();
    await page.getByRole("group", { name: "是否可以代为提交" }).getByRole("radio", { name: "是" }).check();
    await sound(page);
    await button(page, "发出").click();
    await heading(page, "委托代办");
    await page.getByText("等待对方答复", { exact: true }).waitFor();

    const helper = await open({ profile: "mobile" });
    await helper.loginAs("wang-lei");
    await helper.goto("/account/delegations");
    await helper.page.getByText(/希望您代为办理/).waitFor();
    await sound(helper.page);
    await button(helper.page, "同意").click();
    await helper.page.getByText("有效", { exact: true }).waitFor();
    // The other one sees it without doing anything.
    await page.locator("#acts-for-me").getByText("有效", { exact: true }).waitFor();

    // Whom one may act for is asked with the application, and what is filled in is the principal's.
    await helper.goto("/apply/residence-permit");
    await helper.page.getByRole("radio", { name: /孙桂珍/ }).check();
    await button(helper.page, "继续").click();
    await helper.page.waitForURL(/\/drafts\/[0-9a-f-]{36}/);
    await helper.page.getByText("办理人：孙桂珍").waitFor();
    const [, draft] = helper.page.url().match(/\/drafts\/([0-9a-f-]{36})/);
    await helper.goto(`/drafts/${draft}/applicant`);
    const name = helper.page.getByRole("textbox", { name: "姓名" });
    await name.waitFor();
    assert.equal(await name.inputValue(), "孙桂珍");
    const phone = helper.page.getByRole("textbox", { name: "手机号码" });
    await phone.fill("13800000081");
    await saved(helper.page);

    // Stopped while at work: it is said, and what was saved is the principal's.
    await page.bringToFront();
    await page.getByRole("button", { name: /^结束委托：王磊/ }).click();
    await page.getByRole("dialog").getByRole("button", { name: "结束委托", exact: true }).click();
    await page.getByText("委托已结束。").waitFor();
    await phone.fill("13800000082");
    await helper.page.getByText("委托已结束，您不能再代为办理。").first().waitFor();
    await sound(helper.page);
    await terminal.goto("/matters");
    await page.getByRole("link", { name: /居住证申领/ }).first().waitFor();
    await terminal.goto(`/drafts/${draft}/applicant`);
    await page.getByRole("textbox", { name: "手机号码" }).waitFor();
    await until(async () => (await page.getByRole("textbox", { name: "手机号码" }).inputValue()) === "13800000081");
  });

  journey("a code is handed over, found by its address, and counts once", { profile: "mobile" }, async ({ terminal, page, open }) => {
    await terminal.loginAs("he-tao");
    await terminal.goto("/account/delegations/invite");
    await page.getByRole("radio", { name: "生成委托码，当面交给对方" }).check();
    await page.getByRole("radio", { name: "其他受托人" }).check();
    await page.getByRole("radio", { name: "全部事项" }).check();
    await page.getByRole("group", { name: "是否可以代为提交" }).getByRole("radio", { name: "否" }).check();
    await button(page, "生成委托码").click();
    const code = (await page.locator(".delegation-code-letters").innerText()).trim();
    assert.match(code, /^[2-9A-Z]{4}-[2-9A-Z]{4}$/);
    await page.getByRole("img", { name: /二维码/ }).waitFor();
    await sound(page);

    const other = await open({ profile: "desktop" });
    await other.loginAs("chen-yu");
    await other.goto(`/account/delegations/code?code=${code}`);
    const asked = other.page.getByText(/何涛.*希望您代为办理/);
    await asked.waitFor();
    await sound(other.page);
    // Another code in the same page is of another invitation, and so is this one again.
    await other.follow("/account/delegations/code?code=2222-2222");
    await other.page.getByText("委托码不正确、已使用或已过期").first().waitFor();
    await asked.waitFor({ state: "detached" });
    await other.follow(`/account/delegations/code?code=${code}`);
    await asked.waitFor();
    await other.page.waitForFunction(() => document.activeElement?.id === "invitation");
    await button(other.page, "同意").click();
    await heading(other.page, "委托代办");
    await other.page.getByText("只填写，由委托人提交").waitFor();
    await other.goto("/account/delegations/code");
    await other.page.getByLabel("委托码").fill(code.toLowerCase());
    await button(other.page, "查看委托").click();
    await other.page.getByText("委托码不正确、已使用或已过期").first().waitFor();
    await sound(other.page);
  });

  journey("a terminal is logged out from another one, at once, and says why", {}, async ({ terminal, page, open }) => {
    await terminal.loginAs("zhao-xue");
    const other = await open({ profile: "mobile", language: "en" });
    await other.loginAs("zhao-xue");
    await other.goto("/account");
    await other.page.getByRole("link", { name: "Where you are logged in" }).waitFor();
    await terminal.goto("/account");
    await link(page, "登录设备").click();
    await heading(page, "登录设备");
    await page.getByText("本机", { exact: true }).waitFor();
    await sound(page);
    await page.getByRole("button", { name: /^退出设备：/ }).click();
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    await sound(page);
    await dialog.getByRole("button", { name: "退出该设备", exact: true }).click();
    await page.getByText("您只在本机登录。").waitFor();
    await other.page.getByText(/You logged this device out from/).waitFor();
    // A page of before, opened anew, knows nobody, and says it no more.
    await other.goto("/account");
    await other.page.getByText("You are not logged in").waitFor();
  });

  journey("a kiosk hands out no file with one's data, and leads to one's own phone", { profile: "kiosk" }, async ({ terminal, page }) => {
    await terminal.loginAs("zhang-min");
    await terminal.goto("/account/data");
    await heading(page, "我的数据与注销");
    await page.getByText(/^这是公共设备，不能在这里下载数据或注销账号。/).waitFor();
    await page.getByRole("img", { name: /在手机上打开/ }).waitFor();
    assert.equal(await page.locator(".continue-address").innerText(), `${new URL(page.url()).origin}/account/data`);
    assert.equal(await page.locator("main").getByRole("button").count(), 0);
    await sound(page);
  });

  journey("the data is taken along, an open case holds the account, and then it is closed", {}, async ({ terminal, page, hall }) => {
    const draft = await completeDraft(hall, "wu-ping", "identity-card-renewal");
    await terminal.resume(draft.cookie);
    await terminal.goto("/account");
    await link(page, "我的数据与注销").click();
    await heading(page, "我的数据与注销");
    const [download] = await Promise.all([page.waitForEvent("download"), button(page, "下载我的数据").click()]);
    assert.match(download.suggestedFilename(), /^onehall-\d{4}-\d\d-\d\d\.tar$/);
    const archive = await readFile(await download.path());
    assert.ok(archive.includes('"format": "onehall-own-data/1"'));
    assert.ok(archive.includes(draft.id));
    await page.getByText("1 份草稿及其材料").waitFor();
    await sound(page);
    await button(page, "获取验证码").click();
    await page.getByLabel("验证码").waitFor();
    const code = await hall.codeFor(hall.people.citizen("wu-ping").phone);
    await page.getByLabel("验证码").fill(code);
    await button(page, "确认注销").click();
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    await sound(page);
    await dialog.getByRole("button", { name: "确认注销", exact: true }).click();
    await page.getByText(/^您的账号已(通过.+)?注销。/).first().waitFor();
    const gone = await hall.request("GET", "/api/v1/identity/session", undefined, { cookie: draft.cookie });
    assert.equal(gone.status, 401);
  });
});
