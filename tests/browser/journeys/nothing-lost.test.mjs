// Nothing is lost and nothing doubled: without a network, on two terminals, and when the session ends in the middle.
import assert from "node:assert/strict";

import { assertAccessible, journeys, until } from "../harness.mjs";
import { completeDraft, pathOf } from "../harness/matters.mjs";

const ITEM = "identity-card-renewal";
const button = (page, name) => page.getByRole("button", { name, exact: true });
const heading = (page, name) => page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
const saveLine = (page) => page.locator("p.save-line");
const saved = (page) => saveLine(page).filter({ hasText: /^已保存/ }).waitFor();

journeys("nothing is lost", ({ journey }) => {
  journey("what is typed without a network outlives a closed tab, and is sent when somebody is back", {}, async ({ terminal, page, hall }) => {
    const { id, cookie } = await completeDraft(hall, "zhang-min", ITEM);
    await terminal.resume(cookie);
    await terminal.context.addInitScript(keepsForGood, false);
    terminal.expect(/net::ERR_INTERNET_DISCONNECTED/);
    await terminal.goto(pathOf("drafts", `${id}/applicant`));
    await saved(page);

    await terminal.context.setOffline(true);
    await page.getByLabel("手机号码").fill("13800000066");
    await saveLine(page).filter({ hasText: "您的填写已保存在本机" }).waitFor();
    // Now that it matters the browser was asked to keep it for good. This one does not promise it, which is said.
    await saveLine(page).filter({ hasText: "浏览器空间不足或清除数据时可能丢失" }).waitFor();
    await assertAccessible(page);
    assert.equal(await warnsBeforeTheTabCloses(page), false, "nothing would be lost");
    // What lies in the browser cannot be read, and its key cannot be read out.
    const kept = await page.evaluate(readUnsent);
    assert.equal(kept.entries, 1);
    assert.equal(kept.plain, false);
    assert.deepEqual(kept.told, [], "nor does a name tell of whom it is");
    assert.equal(kept.extractable, false);
    // One may go elsewhere; it is still on its way.
    await button(page, "保存并离开").click();
    await heading(page, "我的办件").catch(() => {});
    assert.match(new URL(page.url()).pathname, /^\/matters/);
    await page.close();
    await terminal.context.setOffline(false);

    const other = await terminal.context.newPage();
    await other.goto(hall.url);
    const holds = async () => (await hall.api("GET", `/api/v1/drafts/${id}`, undefined, { cookie })).answers.phone === "13800000066";
    await until(holds, "it arrives");
    await until(async () => (await other.evaluate(readUnsent))?.entries === 0, "it is sent and not kept any more");
  });

  journey("a browser that promises to keep it is asked once, when there is something, and no warning is given", {}, async ({ terminal, page, hall }) => {
    const { id, cookie } = await completeDraft(hall, "wu-ping", ITEM);
    await terminal.resume(cookie);
    await terminal.context.addInitScript(keepsForGood, true);
    terminal.expect(/net::ERR_INTERNET_DISCONNECTED/);
    await terminal.goto(pathOf("drafts", `${id}/applicant`));
    await saved(page);
    assert.equal(await page.evaluate(() => window.askedToKeep), 0, "not before it matters");
    await terminal.context.setOffline(true);
    await page.getByLabel("手机号码").fill("13800000066");
    await saveLine(page).filter({ hasText: "您的填写已保存在本机，恢复后自动上传" }).waitFor();
    await page.waitForFunction(() => window.askedToKeep === 1);
    await terminal.settled();
    assert.equal(await saveLine(page).filter({ hasText: "可能丢失" }).count(), 0);
    await terminal.context.setOffline(false);
    await saved(page);
    assert.equal(await page.evaluate(() => window.askedToKeep), 1);
  });

  journey("a reading of the draft from before a save takes nothing back", {}, async ({ terminal, page, hall }) => {
    const { id, cookie } = await completeDraft(hall, "zhao-xue", ITEM);
    await terminal.resume(cookie);
    await terminal.goto(pathOf("drafts", `${id}/applicant`));
    await saved(page);
    const phone = page.getByLabel("手机号码");

    // The page reads the draft anew after a save; that answer is on its way for long.
    let release;
    const held = new Promise((resolve) => (release = resolve));
    let read;
    const asked = new Promise((resolve) => (read = resolve));
    await page.route(`**/api/v1/drafts/${id}`, async (route) => {
      if (route.request().method() !== "GET" || !read) return route.fallback();
      const [tell, response] = [read, await route.fetch()];
      read = undefined;
      tell();
      await held;
      await route.fulfill({ response });
    });
    await phone.fill("13800000061");
    await asked;
    const save = page.waitForResponse((answer) => answer.request().method() === "PATCH" && answer.ok());
    await phone.fill("13800000062");
    await save;
    await saved(page);
    release();
    await page.waitForResponse((answer) => answer.url().endsWith(`/drafts/${id}`) && answer.request().method() === "GET");
    await terminal.settled();
    assert.equal(await phone.inputValue(), "13800000062");
    assert.equal(await page.getByText("其他设备上更新了").count(), 0);
  });

  journey("a log-out that would lose what was typed asks first", {}, async ({ terminal, page, hall }) => {
    const { id, cookie } = await completeDraft(hall, "wu-ping", ITEM);
    await terminal.resume(cookie);
    terminal.expect(/net::ERR_INTERNET_DISCONNECTED/);
    await terminal.goto(pathOf("drafts", `${id}/applicant`));
    await saved(page);
    await terminal.context.setOffline(true);
    await page.getByLabel("手机号码").fill("13800000067");
    await saveLine(page).filter({ hasText: "您的填写已保存在本机" }).waitFor();
    await button(page, "退出登录").click();
    const dialog = page.getByRole("dialog", { name: "还有内容没有送达" });
    await dialog.waitFor();
    await assertAccessible(page);
    await dialog.getByRole("button", { name: "取消" }).click();
    await saveLine(page).filter({ hasText: "您的填写已保存在本机" }).waitFor();
    await button(page, "退出登录").click();
    await dialog.getByRole("button", { name: "仍要退出" }).click();
    await page.getByRole("link", { name: "登录" }).first().waitFor();
    assert.equal((await page.evaluate(readUnsent)).entries, 0, "nothing of it stays");
    await terminal.context.setOffline(false);
  });

  journey("what a tab left that was closed is sent by the one that stays, where a log-out asks for it first", {}, async ({ terminal, page, hall }) => {
    const { id, cookie } = await completeDraft(hall, "zhang-min", ITEM);
    await terminal.resume(cookie);
    terminal.expect(/net::ERR_INTERNET_DISCONNECTED/);
    const stays = await terminal.context.newPage();
    await stays.goto(hall.url);
    await stays.getByRole("region", { name: "我的办件" }).waitFor();
    await terminal.goto(pathOf("drafts", `${id}/applicant`));
    await saved(page);

    await terminal.context.setOffline(true);
    await page.getByLabel("手机号码").fill("13800000068");
    await saveLine(page).filter({ hasText: "您的填写已保存在本机" }).waitFor();
    const dialog = stays.getByRole("dialog", { name: "还有内容没有送达" });
    const asksFirst = async () => {
      await button(stays, "退出登录").click();
      await dialog.getByRole("button", { name: "取消" }).click();
      await dialog.waitFor({ state: "hidden" });
    };
    await asksFirst();
    await page.close();
    await asksFirst();

    await terminal.context.setOffline(false);
    const holds = async () => (await hall.api("GET", `/api/v1/drafts/${id}`, undefined, { cookie })).answers.phone === "13800000068";
    await until(holds, "it arrives, though nothing was loaded anew");
    await until(async () => (await stays.evaluate(readUnsent)).entries === 0, "it is sent and not kept any more");
    await button(stays, "退出登录").click();
    await stays.getByRole("link", { name: "登录" }).first().waitFor();
  });

  journey("where the browser keeps nothing, it is said that nothing is saved, and it is saved when the network is back", {}, async ({ terminal, page, hall }) => {
    const { id, cookie } = await completeDraft(hall, "zhang-min", ITEM);
    await terminal.context.addInitScript(() => Object.defineProperty(window, "indexedDB", { get: () => undefined }));
    await terminal.resume(cookie);
    terminal.expect(/net::ERR_INTERNET_DISCONNECTED/);
    await terminal.goto(pathOf("drafts", `${id}/applicant`));
    await saved(page);

    await terminal.context.setOffline(true);
    await page.getByLabel("手机号码").fill("13800000055");
    await saveLine(page).filter({ hasText: "网络不通，尚未保存" }).waitFor();
    await assertAccessible(page);
    // Whoever wants to leave is asked first, and may stay.
    await button(page, "保存并离开").click();
    await page.getByRole("dialog", { name: "还有内容没有保存" }).waitFor();
    await button(page, "留在本页").click();
    assert.equal(await warnsBeforeTheTabCloses(page), true);
    const before = await hall.api("GET", `/api/v1/drafts/${id}`, undefined, { cookie });
    assert.equal(before.answers.phone, hall.people.citizen("zhang-min").phone, "the hall has it not");

    await terminal.context.setOffline(false);
    await saved(page);
    assert.equal(await warnsBeforeTheTabCloses(page), false);
    const after = await hall.api("GET", `/api/v1/drafts/${id}`, undefined, { cookie });
    assert.equal(after.answers.phone, "13800000055");
  });

  journey("a press on what stands below a field that turns out wrong arrives", {}, async ({ terminal, page, hall }) => {
    const { id, cookie } = await completeDraft(hall, "zhang-min", "vehicle-licence-renewal");
    await terminal.resume(cookie);
    await terminal.goto(pathOf("drafts", `${id}/vehicle_page`));
    await page.getByLabel("号牌号码").fill("陕a12345");
    const option = page.getByRole("radio", { name: /^大型汽车/ });
    const { x, y, width, height } = await page.locator("label", { hasText: "大型汽车" }).boundingBox();
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    // A person's finger stays for a moment; the error of the field that was left must not move the options meanwhile.
    await page.waitForTimeout(120);
    await page.mouse.up();
    assert.equal(await option.isChecked(), true);
    await page.getByText("格式不正确，请按说明填写。").waitFor();
  });

  journey("a submission of which no answer came is not called sent, and sent again it makes one case", {}, async ({ terminal, page, hall }) => {
    const { id, cookie } = await completeDraft(hall, "wu-ping", ITEM);
    await terminal.resume(cookie);
    terminal.expect(/net::ERR_/);
    await terminal.goto(pathOf("drafts", `${id}/check-answers`));
    await heading(page, "核对您的填写");

    // The hall takes it, but its answer never comes: the terminal does not know, says so, and asks again with the same key.
    const keys = [];
    let saw;
    const seen = new Promise((fulfil) => { saw = fulfil; });
    await page.route("**/submission", async (route) => {
      keys.push(route.request().headers()["idempotency-key"]);
      if (keys.length > 2) {
        await seen;
        return route.continue();
      }
      const answer = await route.fetch();
      assert.equal(answer.status(), keys.length > 1 ? 200 : 201);
      return route.abort("connectionreset");
    });
    await button(page, "提交申请").click();
    await heading(page, "已保存在本机，尚未确认送达");
    saw();
    await heading(page, "申请已提交");
    assert.equal(keys.length, 3);
    assert.equal(new Set(keys).size, 1, "one attempt, one key");
    const cases = await hall.api("GET", "/api/v1/cases", undefined, { cookie });
    assert.equal(cases.length, 1);
  });

  journey("who is logged out in the middle logs in again and finds what was not saved", {}, async ({ terminal, page, hall }) => {
    const { id, cookie } = await completeDraft(hall, "zhang-min", ITEM);
    await terminal.resume(cookie);
    await terminal.goto(pathOf("drafts", `${id}/applicant`));
    await saved(page);

    // What is typed is still on its way when the session ends.
    let release;
    const held = new Promise((resolve) => { release = resolve; });
    await page.route(`**/drafts/${id}`, async (route) => {
      if (route.request().method() === "PATCH") await held;
      await route.continue();
    });
    await page.getByLabel("手机号码").fill("13800000088");
    await saveLine(page).filter({ hasText: "正在保存" }).waitFor();
    await hall.api("DELETE", "/api/v1/identity/session", undefined, { cookie });
    await heading(page, "登录已失效");
    release();
    assert.equal(await page.getByLabel("手机号码").count(), 0, "what was entered is not left on the screen");
    await assertAccessible(page);
    await button(page, "重新登录").click();
    const { phone } = hall.people.citizen("zhang-min");
    await page.getByLabel("手机号").fill(phone);
    await button(page, "获取验证码").click();
    await page.getByLabel("验证码").waitFor();
    await page.getByLabel("验证码").fill(await hall.codeFor(phone));
    await button(page, "登录").click();
    await heading(page, "您的信息");
    await saved(page);
    assert.equal(await page.getByLabel("手机号码").inputValue(), "13800000088");
    const again = await hall.citizenCookie(phone);
    const { answers } = await hall.api("GET", `/api/v1/drafts/${id}`, undefined, { cookie: again });
    assert.equal(answers.phone, "13800000088");
  });

  journey("a tab that slept while somebody else logged in beside it does nothing in their name", {}, async ({ terminal, page, hall }) => {
    const { id, cookie } = await completeDraft(hall, "zhang-min", ITEM);
    await terminal.resume(cookie);
    await terminal.context.addInitScript(keepsForGood, true);
    terminal.expect(/net::ERR_/);
    terminal.expect(/status of 401/);
    await terminal.goto(pathOf("drafts", `${id}/applicant`));
    await saved(page);
    await terminal.context.setOffline(true);
    await page.getByLabel("手机号码").fill("13800000077");
    await saveLine(page).filter({ hasText: "您的填写已保存在本机" }).waitFor();

    // The cookie is theirs by now.
    await terminal.loginAs("wu-ping");
    await terminal.context.setOffline(false);
    await heading(page, "登录已失效");
    const phoneAtHall = async () => (await hall.api("GET", `/api/v1/drafts/${id}`, undefined, { cookie })).answers.phone;
    assert.notEqual(await phoneAtHall(), "13800000077");

    await button(page, "重新登录").click();
    const { phone } = hall.people.citizen("zhang-min");
    await page.getByLabel("手机号").fill(phone);
    await button(page, "获取验证码").click();
    await page.getByLabel("验证码").waitFor();
    await page.getByLabel("验证码").fill(await hall.codeFor(phone));
    await button(page, "登录").click();
    await heading(page, "您的信息");
    await until(async () => (await phoneAtHall()) === "13800000077", "it waited for who typed it");
  });
});

/** A browser that does, or does not, promise to keep what a page keeps in it. Called in the page, before its scripts. */
function keepsForGood(promises) {
  // A page that no hall gave has no storage.
  if (!navigator.storage) return;
  window.askedToKeep = 0;
  navigator.storage.persist = async () => {
    window.askedToKeep += 1;
    return promises;
  };
}

/** Whether the page would ask before its tab is closed. */
function warnsBeforeTheTabCloses(page) {
  return page.evaluate(() => !window.dispatchEvent(new Event("beforeunload", { cancelable: true })));
}

/** What of unsent answers lies in this browser; null where there is no database yet. Called in the page. */
async function readUnsent() {
  if (!(await indexedDB.databases()).some(({ name }) => name === "onehall")) return null;
  const open = await new Promise((fulfil, reject) => {
    const request = indexedDB.open("onehall", 1);
    request.onsuccess = () => fulfil(request.result);
    request.onerror = () => reject(request.error);
  });
  const all = (ask) => new Promise((fulfil, reject) => {
    const request = ask(open.transaction("values").objectStore("values"));
    request.onsuccess = () => fulfil(request.result);
    request.onerror = () => reject(request.error);
  });
  const range = IDBKeyRange.bound("sealed/unsent/", "sealed/unsent/\uffff");
  const values = await all((store) => store.getAll(range));
  const keys = await all((store) => store.get("keys/unsent"));
  const names = await all((store) => store.getAllKeys());
  open.close();
  const plain = values.some((value) => new TextDecoder().decode(value).includes("138000000"));
  // An owner, and hashes: no name says whose it is or of what.
  const told = names.filter((name) => !/^(keys\/[a-z]+|sealed\/[a-z]+(\/[0-9a-f]{32}){1,2})$/.test(name));
  return { entries: values.length, plain, told, extractable: Boolean(keys?.seal.extractable || keys?.name.extractable) };
}
