// What is submitted without a network waits on the device, says so, and arrives once.
import assert from "node:assert/strict";

import { assertAccessible, journeys } from "../harness.mjs";
import { completeDraft, pathOf } from "../harness/matters.mjs";

const ITEM = "identity-card-renewal";
const button = (page, name) => page.getByRole("button", { name, exact: true });
const link = (page, name) => page.getByRole("link", { name, exact: true });
const heading = (page, name, timeout = 30_000) => page.getByRole("heading", { level: 1, name, exact: true }).waitFor({ timeout });
/** What waits on the device, on a page of lists. */
const waiting = (page) => page.getByRole("region", { name: "本机待送达" });
const cases = (hall, cookie) => hall.api("GET", "/api/v1/cases", undefined, { cookie });

/** Opens the check of a complete draft of a citizen's. */
async function atTheCheck({ terminal, page, hall }, citizen) {
  const draft = await completeDraft(hall, citizen, ITEM);
  await terminal.resume(draft.cookie);
  terminal.expect(/net::ERR_/);
  terminal.expect(/status of 503/);
  await terminal.goto(pathOf("drafts", `${draft.id}/check-answers`));
  await heading(page, "核对您的填写");
  const before = (await cases(hall, draft.cookie)).length;
  /** How many cases came of it. */
  const made = async (cookie = draft.cookie) => (await cases(hall, cookie)).length - before;
  return { ...draft, made };
}

journeys("the outbox", ({ journey }) => {
  journey("a submission without a network waits over a reload, and makes one case with one receipt", {}, async (all) => {
    const { terminal, page, hall } = all;
    const { id, made } = await atTheCheck(all, "zhang-min");
    await terminal.context.setOffline(true);
    await button(page, "提交申请").click();
    await heading(page, "已保存在本机，尚未提交");
    await page.getByText("提交时间以政务服务大厅收到的时间为准").waitFor();
    await page.getByText("您可以关闭本页面").waitFor();
    await assertAccessible(page);
    assert.equal(await made(), 0);

    // The page is opened anew: the hall is there, but takes nothing yet. One handler for all: the next try goes by itself, and
    // at any moment.
    const keys = [];
    let takes = false;
    await page.route("**/submission", (route) => {
      keys.push(route.request().headers()["idempotency-key"]);
      return takes ? route.continue() : route.abort("connectionreset");
    });
    await terminal.context.setOffline(false);
    await page.reload();
    await heading(page, "已保存在本机，尚未确认送达");
    await link(page, "我的办件").first().click();
    await waiting(page).getByText("尚未确认", { exact: true }).waitFor();
    await assertAccessible(page);

    // The draft is not changed under the hand of who sends it.
    await page.goto(`${hall.url}${pathOf("drafts", id)}`);
    await heading(page, "这份申请正在等待提交");
    await assertAccessible(page);
    await link(page, "查看").click();
    await heading(page, "已保存在本机，尚未确认送达");

    takes = true;
    const arrived = Promise.all([heading(page, "申请已提交"), page.getByText(/^申请已提交：/).waitFor({ timeout: 30_000 })]);
    // A try by itself may be quicker than the press, and the button is gone then.
    await Promise.any([button(page, "立即发送").click(), arrived]);
    await arrived;
    assert.equal(new Set(keys).size, 1, "one attempt, one key");
    assert.equal(await made(), 1);
    await page.goto(hall.url);
    await page.getByRole("region", { name: "我的办件" }).waitFor();
    await waiting(page).waitFor({ state: "detached" });
  });

  journey("it is sent by itself when the network is back", {}, async (all) => {
    const { terminal, page, hall } = all;
    const { made } = await atTheCheck(all, "zhao-xue");
    await terminal.context.setOffline(true);
    await button(page, "提交申请").click();
    await heading(page, "已保存在本机，尚未提交");
    await terminal.context.setOffline(false);
    await heading(page, "申请已提交");
    assert.equal(await made(), 1);
  });

  journey("what was changed a moment before goes with it", {}, async (all) => {
    const { terminal, page, hall } = all;
    const { cookie, made } = await atTheCheck(all, "chen-yu");
    await terminal.context.setOffline(true);
    // Nothing is loaded anew: the page is there.
    await page.locator('a.check-change[href*="/applicant"]').click();
    await page.getByLabel("手机号码").fill("13800000077");
    await page.locator("p.save-line").filter({ hasText: "您的填写已保存在本机" }).waitFor();
    await button(page, "保存并返回核对").click();
    await heading(page, "核对您的填写");
    await button(page, "提交申请").click();
    await heading(page, "已保存在本机，尚未提交");
    await terminal.context.setOffline(false);
    await heading(page, "申请已提交");
    assert.equal(await made(), 1);
    const [one] = await cases(hall, cookie);
    const { answers } = await hall.api("GET", `/api/v1/cases/${one.id}`, undefined, { cookie });
    assert.equal(answers.phone, "13800000077");
  });

  journey("what changed elsewhere meanwhile is not sent but shown", {}, async (all) => {
    const { terminal, page, hall } = all;
    const { id, made } = await atTheCheck(all, "wu-ping");
    await terminal.context.setOffline(true);
    await button(page, "提交申请").click();
    await heading(page, "已保存在本机，尚未提交");
    const other = await completeDraft(hall, "wu-ping", ITEM);
    assert.equal(other.id, id, "the same draft, saved once more");
    await terminal.context.setOffline(false);
    await heading(page, "没有发送，需要您核对");
    await assertAccessible(page);
    assert.equal(await made(), 0);
    await link(page, "去核对").click();
    await page.goto(`${hall.url}${pathOf("drafts", `${id}/check-answers`)}`);
    await heading(page, "核对您的填写");
    await button(page, "提交申请").click();
    await heading(page, "申请已提交");
    await page.goto(hall.url);
    await page.getByRole("region", { name: "我的办件" }).waitFor();
    // It takes the place of the one before.
    await waiting(page).waitFor({ state: "detached" });
  });

  journey("it can be taken back, by the keyboard alone, and the draft goes on", {}, async (all) => {
    const { terminal, page, hall } = all;
    const { id, made } = await atTheCheck(all, "zhang-min");
    await terminal.context.setOffline(true);
    await button(page, "提交申请").focus();
    await page.keyboard.press("Enter");
    await heading(page, "已保存在本机，尚未提交");
    await button(page, "撤销发送").focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "不再发送？" });
    await dialog.waitFor();
    await assertAccessible(page);
    await dialog.getByRole("button", { name: "撤销发送" }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("已撤销，没有提交。").waitFor();
    await terminal.context.setOffline(false);
    await page.waitForFunction(() => fetch("/health").then((answer) => answer.ok, () => false));
    await page.goto(`${hall.url}${pathOf("drafts", `${id}/check-answers`)}`);
    await heading(page, "核对您的填写");
    assert.equal(await made(), 0);
  });

  journey("a log-out that would lose it asks first", {}, async (all) => {
    const { terminal, page, hall } = all;
    const { made } = await atTheCheck(all, "zhao-xue");
    await terminal.context.setOffline(true);
    await button(page, "提交申请").click();
    await heading(page, "已保存在本机，尚未提交");
    await button(page, "退出登录").click();
    const dialog = page.getByRole("dialog", { name: "还有内容没有送达" });
    await dialog.getByText("有等待提交的申请或材料还在本机").waitFor();
    await assertAccessible(page);
    await dialog.getByRole("button", { name: "仍要退出" }).click();
    await link(page, "登录").first().waitFor();
    await terminal.context.setOffline(false);
    assert.equal(await made(await hall.citizenCookie(hall.people.citizen("zhao-xue").phone)), 0);
  });

  journey("a second tab shows what the first one sends, sends nothing itself, and goes on with it when the first is closed", {}, async (all) => {
    const { terminal, page, hall } = all;
    const { id, made } = await atTheCheck(all, "chen-yu");
    let takes = false;
    const senders = [];
    await terminal.context.route("**/submission", (route) => {
      senders.push(route.request().frame().page());
      return takes ? route.continue() : route.abort("connectionreset");
    });
    const second = await terminal.context.newPage();
    await second.goto(hall.url);
    await second.getByRole("region", { name: "我的办件" }).waitFor();
    assert.equal(await waiting(second).count(), 0);

    await button(page, "提交申请").click();
    await heading(page, "已保存在本机，尚未确认送达");
    // It is there without being loaded anew, to be read and nothing else.
    await waiting(second).getByText("在另一个页面", { exact: true }).waitFor();
    assert.equal(await waiting(second).getByRole("button").count(), 0);
    await assertAccessible(second);
    await link(second, "查看").click();
    await heading(second, "正由另一个页面处理");
    assert.equal(await button(second, "立即发送").count() + await button(second, "撤销发送").count(), 0);
    await assertAccessible(second);
    // Nor is its draft changed here.
    await second.goto(`${hall.url}${pathOf("drafts", id)}`);
    await heading(second, "这份申请正在等待提交");
    await second.goto(hall.url);
    await waiting(second).getByText("在另一个页面", { exact: true }).waitFor();
    assert.ok(senders.length > 0 && senders.every((sender) => sender === page), "only the first one sends");

    takes = true;
    await page.close();
    await second.getByText(/^申请已提交：/).waitFor({ timeout: 30_000 });
    assert.equal(await made(), 1);
    await waiting(second).waitFor({ state: "detached" });
  });

  journey("what one tab has sent is gone from the list of the other", {}, async (all) => {
    const { terminal, page, hall } = all;
    const { made } = await atTheCheck(all, "wu-ping");
    let takes = false;
    await terminal.context.route("**/submission", (route) => (takes ? route.continue() : route.abort("connectionreset")));
    await button(page, "提交申请").click();
    await heading(page, "已保存在本机，尚未确认送达");
    const second = await terminal.context.newPage();
    await second.goto(hall.url);
    await waiting(second).getByText("在另一个页面", { exact: true }).waitFor();
    takes = true;
    await heading(page, "申请已提交", 60_000);
    await waiting(second).waitFor({ state: "detached" });
    assert.equal(await made(), 1);
  });

  journey("a kiosk keeps nothing and says that it was not sent", { profile: "kiosk" }, async (all) => {
    const { terminal, page, hall } = all;
    const { made } = await atTheCheck(all, "wu-ping");
    await terminal.context.setOffline(true);
    await button(page, "提交申请").click();
    await page.getByText("网络不通，申请没有送出").waitFor();
    await terminal.context.setOffline(false);
    assert.equal(await made(), 0);
  });
});
