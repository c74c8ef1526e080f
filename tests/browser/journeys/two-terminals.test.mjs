// One draft on two terminals at once: what each types is there on the other, nothing is overwritten in silence, and one sees
// who else is at it.
import assert from "node:assert/strict";

import { saveBody } from "../harness/draft.mjs";
import { assertAccessible, assertFitsWidth, journeys } from "../harness.mjs";
import { completeDraft, pathOf } from "../harness/matters.mjs";

const ITEM = "residence-permit";
const button = (page, name) => page.getByRole("button", { name, exact: true });
const saved = (page, words = /^已保存/) => page.locator("p.save-line").filter({ hasText: words }).waitFor();
const phone = (page) => page.getByRole("textbox", { name: /手机号码|phone/i });
const note = (page) => page.locator(".elsewhere-note");

/** Holds what the page saves until it is let go. */
async function holdSaves(page, id) {
  let release;
  const held = new Promise((resolve) => { release = resolve; });
  await page.route(`**/drafts/${id}`, async (route) => {
    if (route.request().method() === "PATCH") await held;
    await route.continue();
  });
  return release;
}

/** A page and another one of the same citizen, both at the same page of one draft. */
async function both({ terminal, hall, open }, profile = "kiosk", options = {}) {
  const { id, cookie } = await completeDraft(hall, "chen-yu", ITEM);
  await terminal.resume(cookie);
  const other = await open({ profile, ...options });
  await other.resume(cookie);
  await terminal.goto(pathOf("drafts", `${id}/applicant`));
  await other.goto(pathOf("drafts", `${id}/applicant`));
  await phone(other.page).waitFor();
  await saved(terminal.page);
  return { id, cookie, other };
}

/** A complete draft whose citizen checks it. That they are there is saved: an answer to that would tell of a change too. */
async function checking({ terminal, page, hall }) {
  const { id, cookie } = await completeDraft(hall, "chen-yu", ITEM);
  await terminal.resume(cookie);
  const [position] = await Promise.all([
    page.waitForResponse((answer) => answer.request().method() === "PATCH" && answer.url().endsWith(`/drafts/${id}`)),
    terminal.goto(pathOf("drafts", `${id}/check-answers`)),
  ]);
  await position.finished();
  await page.getByRole("heading", { level: 1, name: "核对您的填写" }).waitFor();
  return { id, cookie };
}

journeys("two terminals", ({ journey }) => {
  journey("each shows what the other changes, and who has the draft open", {}, async (given) => {
    const { page } = given;
    const { other } = await both(given);
    await page.locator(".also-open").filter({ hasText: "同时打开：" }).waitFor();
    await other.page.locator(".also-open").filter({ hasText: "同时打开：" }).waitFor();
    // How fast it is there is measured by a benchmark, on a machine that does nothing else.
    await Promise.all([
      phone(page).fill("13800000071"),
      other.page.waitForFunction(() => [...document.querySelectorAll("input")].some((input) => input.value === "13800000071")),
      other.page.locator(".elsewhere-news").filter({ hasText: /^刚刚在.+上修改$/ }).waitFor(),
      other.page.getByText("其他设备上更新了 1 处填写").waitFor(),
    ]);
    await assertAccessible(other.page);
    // Whoever leaves is not there any more.
    await button(other.page, "保存并离开").click();
    await page.locator(".also-open").filter({ hasText: "同时打开" }).waitFor({ state: "hidden" });
  });

  journey("of two answers to one question the later stands, and one press brings the other back", {}, async (given) => {
    const { page, hall } = given;
    const { id, cookie, other } = await both(given);
    // Both at once: held back on the one, saved by the other.
    const release = await holdSaves(page, id);
    await phone(page).fill("13800000072");
    const [answer] = await Promise.all([
      other.page.waitForResponse((answer) => answer.request().method() === "PATCH"),
      phone(other.page).fill("13800000073"),
    ]);
    assert.equal(answer.status(), 200);
    await saved(other.page);
    await phone(page).blur();
    release();
    // The one that was typed later stands, whatever arrived first; the other one is kept at its question, on both.
    await saved(page);
    for (const side of [page, other.page]) {
      await note(side).filter({ hasText: "13800000072" }).waitFor();
      await side.waitForFunction(() => [...document.querySelectorAll("input")].some((input) => input.value === "13800000073"));
      await assertAccessible(side);
      await assertFitsWidth(side);
    }
    // By the keyboard alone: after the field comes the note.
    await phone(other.page).focus();
    await other.page.keyboard.press("Tab");
    await other.page.keyboard.press("Enter");
    await other.page.waitForFunction(() => [...document.querySelectorAll("input")].some((input) => input.value === "13800000072"));
    await note(page).waitFor({ state: "hidden" });
    assert.equal(await note(other.page).count(), 0);
    await saved(other.page);
    const { answers, lost } = await hall.api("GET", `/api/v1/drafts/${id}`, undefined, { cookie });
    assert.deepEqual([answers.phone, lost], ["13800000072", undefined]);
  });

  journey("what did not stand is dismissed by a press, for all terminals", { language: "en" }, async (given) => {
    const { page, hall, terminal, open } = given;
    const { id, cookie } = await completeDraft(hall, "chen-yu", ITEM);
    const draft = await hall.api("GET", `/api/v1/drafts/${id}`, undefined, { cookie });
    const writer = (number) => `00000000-0000-4000-8000-00000000000${number}`;
    for (const [number, value] of [[2, "13800000075"], [1, "13800000074"]]) {
      const change = { path: "phone", value, stamp: `${draft.clock + number}.0.${writer(number)}`, seen: draft.revision };
      await hall.api("PATCH", `/api/v1/drafts/${id}`, { base_revision: draft.revision, changes: [change] }, { cookie });
    }
    await terminal.resume(cookie);
    const other = await open({ profile: "mobile", language: "en" });
    await other.resume(cookie);
    for (const side of [terminal, other]) {
      await side.goto(pathOf("drafts", `${id}/applicant`));
      await note(side.page).filter({ hasText: "the answer was “13800000074”. A later answer stands now." }).waitFor();
      await assertAccessible(side.page);
      await assertFitsWidth(side.page);
    }
    await button(page, "Dismiss").click();
    await note(page).waitFor({ state: "hidden" });
    await note(other.page).waitFor({ state: "hidden" });
    // The button is gone: whoever stood on it goes on in the field.
    assert.equal(await phone(page).evaluate((field) => field === document.activeElement), true);
    assert.equal(await phone(page).inputValue(), "13800000075");
  });

  journey("what is being typed is not taken out from under the hand", {}, async (given) => {
    const { page, hall } = given;
    const { id, cookie } = await both(given);
    await phone(page).focus();
    const { revision } = await hall.api("GET", `/api/v1/drafts/${id}`, undefined, { cookie });
    const body = saveBody(revision, [{ path: "phone", value: "13800000076" }]);
    await hall.api("PATCH", `/api/v1/drafts/${id}`, body, { cookie });
    await note(page).filter({ hasText: "13800000076" }).filter({ hasText: "尚未采用" }).waitFor();
    assert.notEqual(await phone(page).inputValue(), "13800000076");
    await assertAccessible(page);
    await button(page, "采用").click();
    assert.equal(await phone(page).inputValue(), "13800000076");
  });

  journey("a press in the moment in which a change comes in sends nothing, and one after reading it does", {}, async (given) => {
    const { page, hall } = given;
    const { id, cookie } = await checking(given);
    const before = await hall.api("GET", `/api/v1/drafts/${id}`, undefined, { cookie });
    // The finger was on its way: the page itself presses as soon as the change stands there.
    await page.evaluate(() => {
      const press = () => {
        if (!document.getElementById("moved")) return;
        watching.disconnect();
        [...document.querySelectorAll(".fill-actions button")].find((button) => button.textContent.includes("提交申请")).click();
        document.body.dataset.pressed = "yes";
      };
      const watching = new MutationObserver(press);
      watching.observe(document.body, { childList: true, subtree: true });
    });
    const cases = (await hall.api("GET", "/api/v1/cases", undefined, { cookie })).length;
    await hall.api("PATCH", `/api/v1/drafts/${id}`, saveBody(before.revision, [{ path: "phone", value: "13800000078" }]), { cookie });
    await page.locator("body[data-pressed=yes]").waitFor();
    const notice = page.getByRole("alert").filter({ hasText: "其他设备上有修改" });
    await notice.filter({ hasText: "13800000078" }).filter({ hasText: before.answers.phone }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.id), "moved", "it leads to what changed");
    await page.waitForTimeout(1500);
    assert.equal((await hall.api("GET", "/api/v1/cases", undefined, { cookie })).length, cases, "nothing was sent");
    await assertAccessible(page);
    await button(page, "提交申请").click();
    await page.getByRole("heading", { level: 1, name: "申请已提交" }).waitFor();
  });

  journey("what changed while one checks is shown with the old and the new, and nothing is sent", {}, async (given) => {
    const { terminal, page, hall } = given;
    const { id, cookie } = await checking(given);
    const before = await hall.api("GET", `/api/v1/drafts/${id}`, undefined, { cookie });
    const cases = (await hall.api("GET", "/api/v1/cases", undefined, { cookie })).length;
    // This terminal hears nothing of it: the hall finds out.
    let sent = false;
    page.on("request", (request) => { sent ||= request.url().endsWith("/submission"); });
    await page.route("**/api/v1/events*", (route) => route.abort());
    await page.route("**/api/v1/sync**", (route) => route.abort());
    await page.route(`**/api/v1/drafts/${id}`, async (route) => {
      if (route.request().method() === "GET" && !sent) return route.abort();
      return route.fallback();
    });
    terminal.expect(/net::ERR_FAILED|409/);
    await hall.api("PATCH", `/api/v1/drafts/${id}`, saveBody(before.revision, [{ path: "phone", value: "13800000077" }]), { cookie });
    const declare = page.getByRole("checkbox", { name: /同意并提交申请/ });
    if (await declare.count()) await declare.check();
    await button(page, "提交申请").click();
    const notice = page.getByRole("alert").filter({ hasText: "其他设备上有修改" });
    await notice.filter({ hasText: "13800000077" }).filter({ hasText: before.answers.phone }).waitFor();
    assert.equal((await notice.innerText()).split("13800000077").length, 2, "it is told once");
    await assertAccessible(page);
    assert.equal((await hall.api("GET", "/api/v1/cases", undefined, { cookie })).length, cases, "nothing was sent");
  });

  journey("a code leads to the same draft on the phone", {}, async (given) => {
    const { terminal, page, hall, open } = given;
    const { id, cookie } = await completeDraft(hall, "chen-yu", ITEM);
    await terminal.resume(cookie);
    await terminal.goto(pathOf("drafts", `${id}/applicant`));
    await saved(page);
    await button(page, "在手机上继续").click();
    const dialog = page.getByRole("dialog", { name: "在手机上继续" });
    const address = dialog.locator(".continue-address");
    await address.waitFor();
    assert.equal(await address.textContent(), `${hall.url}/drafts/${id}`, "no secret is in it");
    await dialog.getByRole("img", { name: /这份申请的地址/ }).waitFor();
    await assertAccessible(page);
    const mobile = await open({ profile: "mobile" });
    await mobile.resume(cookie);
    await mobile.page.goto(await address.textContent());
    await phone(mobile.page).waitFor();
    await dialog.getByText(/已在.+上打开/).waitFor();
  });
});
