// The hall goes by newer rules than the page: what changes is said in plain words, and submitted once it is confirmed.
import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { assertAccessible, assertFitsWidth, Hall, journeys } from "../harness.mjs";
import { completeDraft, dayFromNow, pathOf } from "../harness/matters.mjs";

const ITEM = "unemployment-benefit";
const button = (page, name) => page.getByRole("button", { name, exact: true });
const notice = (page, title) => page.getByRole("alert").filter({ hasText: title });
const heading = (page, name) => page.getByRole("heading", { level: 1, name, exact: true }).waitFor();

/** The check of a complete draft, agreed to but not submitted. */
async function checked(terminal, hall, citizen) {
  const { id, cookie } = await completeDraft(hall, citizen, ITEM);
  await terminal.resume(cookie);
  await terminal.goto(pathOf("drafts", `${id}/check-answers`));
  await heading(terminal.page, terminal.language === "zh" ? "核对您的填写" : "Check your answers");
  return { id, cookie };
}

/** A page of an older engine: what it sends is as that one would have evaluated. */
async function pretendOlder(page, sent) {
  await page.route("**/submission", async (route) => {
    const body = route.request().postDataJSON();
    body.engine = 1;
    body.transcript = "1".repeat(64);
    body.marks.total = "0123456789abcdef";
    body.marks.has_proof = "0123456789abcdef";
    delete body.marks.answered_by;
    delete body.marks.registered;
    sent.push(body);
    await route.continue({ postData: JSON.stringify(body) });
  });
}

journeys("the rules were updated", ({ journey }) => {
  for (const profile of ["desktop", "mobile", "kiosk", "mini-app"]) {
    journey(`an older page tells what newer rules change, and submits what was confirmed (${profile})`, { profile }, async ({ terminal, page, hall }) => {
      const { cookie } = await checked(terminal, hall, "he-tao");
      const sent = [];
      await pretendOlder(page, sent);
      await button(page, "提交申请").click();

      const told = notice(page, "规则有更新，请确认以下变化");
      await told.waitFor();
      const text = await told.innerText();
      assert.match(text, /合计[\s\S]*现在是“¥?47,040.00/, "the value that the hall computed");
      assert.match(text, /最晚答复日期\s+现在是“20\d\d年\d+月\d+日”/);
      assert.match(text, /您办理失业登记了吗？\s+现在会问到，您填写的“是”会一并提交/);
      assert.match(text, /您有解除或者终止劳动关系证明吗？[\s\S]*不再需要填写/);
      const cases = await hall.api("GET", "/api/v1/cases", undefined, { cookie });
      assert.ok(!cases.some((one) => one.item === ITEM && one.id === undefined), "nothing was taken");
      assert.equal(sent[0].confirmed, undefined);
      await assertAccessible(page);
      await assertFitsWidth(page);

      // Pressed again without agreeing, nothing is sent: the box is pointed out.
      await button(page, "提交申请").click();
      const summary = page.getByRole("link", { name: "请先核对并确认变化" });
      await summary.waitFor();
      assert.equal(sent.length, 1);
      await summary.click();
      // The keyboard is enough.
      await page.keyboard.press("Space");
      assert.equal(await page.getByRole("checkbox", { name: /我已核对以上变化/ }).isChecked(), true);
      await button(page, "提交申请").click();
      await heading(page, "申请已提交");
      assert.equal(sent.length, 2);
      assert.match(sent[1].confirmed, /^[0-9a-f]{64}$/);
    });
  }

  journey("the same in English", { language: "en" }, async ({ terminal, page, hall }) => {
    await checked(terminal, hall, "ma-wenbin");
    await pretendOlder(page, []);
    await button(page, "Submit the application").click();
    const told = notice(page, "The rules were updated: confirm what changed");
    await told.waitFor();
    assert.match(await told.innerText(), /Total[\s\S]*now\./);
    await page.getByRole("checkbox", { name: /I have checked these changes/ }).check();
    await button(page, "Submit the application").click();
    await heading(page, "Your application is submitted");
  });

  journey("where newer rules ask for what this page does not know, it is loaded again", {}, async ({ terminal, page, hall }) => {
    await checked(terminal, hall, "he-tao");
    await page.route("**/submission", (route) =>
      route.fulfill({
        status: 422,
        contentType: "application/problem+json",
        body: JSON.stringify({
          type: "https://onehall.dev/errors/forms/invalid_answers",
          title: "部分填写内容需要修改。",
          status: 422,
          code: "forms/invalid_answers",
          retryable: false,
          fields: [{ path: "wage_account", code: "required" }],
        }),
      }));
    await button(page, "提交申请").click();
    const told = page.getByRole("alert").filter({ hasText: "页面版本较旧" });
    await told.waitFor();
    await assertAccessible(page);
    await page.unroute("**/submission");
    await Promise.all([page.waitForEvent("load"), button(page, "重新加载页面").click()]);
    await terminal.ready();
    await heading(page, "核对您的填写");
  });
});

/** The demo city, in which the next days are holidays. */
async function cityOnHoliday(from) {
  const folder = await mkdtemp(join(tmpdir(), "onehall-holidays-"));
  await cp(from, folder, { recursive: true });
  const file = join(folder, "calendar.toml");
  const calendar = await readFile(file, "utf8");
  const days = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(dayFromNow).filter((day) => !calendar.includes(day));
  const more = `holidays = [\n  ${days.map((day) => `"${day}", `).join("")}`;
  await writeFile(file, calendar.replace("holidays = [", more));
  return folder;
}

journeys("the calendar was updated", ({ journey }) => {
  journey("the check shows the old and the new, and a clerk sees with what it was checked", {}, async ({ terminal, page, hall, open }) => {
    assert.ok(hall instanceof Hall);
    const { cookie } = await checked(terminal, hall, "he-tao");
    const answer = page.locator(".check-pages dt", { hasText: "最晚答复日期" }).locator("xpath=following-sibling::dd[1]");
    const before = (await answer.innerText()).trim();
    const folder = await cityOnHoliday(hall.city);
    try {
      hall.city = folder;
      terminal.expect(/./);
      await hall.killAndRestart();
      await button(page, "提交申请").click();
      const told = notice(page, "规则有更新，请确认以下变化");
      await told.waitFor();
      const now = (await answer.innerText()).replace("有更新", "").trim();
      assert.notEqual(now, before, "the check shows how it stands now");
      assert.ok((await told.innerText()).includes(`原来是“${before}”，现在是“${now}”。`), await told.innerText());
      await assertAccessible(page);
      await page.getByRole("checkbox", { name: /我已核对以上变化/ }).check();
      await button(page, "提交申请").click();
      await heading(page, "申请已提交");

      const [made] = await hall.api("GET", "/api/v1/cases", undefined, { cookie });
      const { evaluated } = await hall.api("GET", `/api/v1/cases/${made.id}`, undefined, { cookie });
      const console = await open({ profile: "desktop" });
      await console.loginAsStaff("hr-window");
      await console.goto(`/console/cases/${made.id}`);
      await console.page.getByText("核验依据").click();
      await console.page.getByText(evaluated.calendar, { exact: true }).waitFor();
      await console.page.getByText(`${ITEM} · 2`, { exact: true }).waitFor();
      await console.page.getByText(`occupations · ${evaluated.lists.occupations}`, { exact: true }).waitFor();
      await assertAccessible(console.page);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
