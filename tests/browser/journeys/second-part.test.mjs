// The second part of the program: who looks services up never loads it; who fills a form has it, or is told that it is not
// there and how to go on.
import assert from "node:assert/strict";

import { assertAccessible, journeys } from "../harness.mjs";
import { completeDraft, pathOf } from "../harness/matters.mjs";

const ITEM = "identity-card-renewal";
const PART = "**/assets/citizen-later.*.wasm";
const heading = (page, name) => page.getByRole("heading", { level: 1, name, exact: true });

/** Counts how often the second part is asked for. */
function watch(page) {
  const asked = [];
  page.on("request", (request) => {
    if (/\/assets\/citizen-later\./.test(request.url())) asked.push(request.url());
  });
  return asked;
}

journeys("the second part of the program", ({ journey }) => {
  journey("is loaded once, when a guide leads on to a form, and not by who looks services up", {}, async ({ terminal, page, hall }) => {
    const asked = watch(page);
    const { id, cookie } = await completeDraft(hall, "zhang-min", ITEM);
    await terminal.goto("/");
    await terminal.settled();
    await page.getByRole("link", { name: "全部事项" }).first().click();
    await heading(page, "全部服务事项").waitFor();
    await terminal.settled();
    assert.deepEqual(asked, []);

    // Whoever is logged in has a copy of their matters, which is kept by the second part.
    await terminal.resume(cookie);
    await terminal.goto(`/services/${ITEM}`);
    await heading(page, "居民身份证换领").waitFor();
    await page.waitForFunction(() => performance.getEntriesByType("resource").some(({ name }) => name.includes("citizen-later.")));
    // Followed within the page: the part that is there is used.
    await page.getByRole("link", { name: "在线申请" }).first().click();
    await page.locator("p.save-line").waitFor();
    assert.ok(new URL(page.url()).pathname.startsWith(`/drafts/${id}`), page.url());
    assert.equal(asked.length, 1, "asked for once");
  });

  journey("that does not arrive is said, and tried again", {}, async ({ terminal, page, hall }) => {
    const { id, cookie } = await completeDraft(hall, "wu-ping", ITEM);
    await terminal.resume(cookie);
    terminal.expect(/Failed to load resource|net::ERR_/);
    await page.route(PART, (route) => route.abort());
    await terminal.goto(pathOf("drafts", `${id}/applicant`));
    await heading(page, "在线申请").waitFor();
    await page.getByRole("alert").getByText("网络连接已断开").waitFor();
    await assertAccessible(page);
    await page.unroute(PART);
    await page.getByRole("button", { name: "重试" }).click();
    await page.getByLabel("手机号码").waitFor();
    assert.equal(new URL(page.url()).pathname, `/drafts/${id}/applicant`);
  });

  journey("that the hall has replaced by a newer one comes with newer pages", {}, async ({ terminal, page, hall }) => {
    const { id, cookie } = await completeDraft(hall, "zhao-xue", ITEM);
    await terminal.resume(cookie);
    terminal.expect(/^404 for \/assets\/citizen-later\./);
    await page.route(PART, (route) => route.fulfill({ status: 404, body: "" }));
    await terminal.goto(pathOf("drafts", `${id}/applicant`));
    await page.getByRole("alert").getByText("没有加载出来").waitFor();
    await page.evaluate(() => (window.before = true));
    await page.unroute(PART);
    await page.getByRole("button", { name: "重试" }).click();
    await page.getByLabel("手机号码").waitFor();
    assert.equal(await page.evaluate(() => window.before), undefined, "the page is another one");
  });
});
