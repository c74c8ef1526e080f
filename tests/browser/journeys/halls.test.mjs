// Halls: a number at the kiosk is called by a clerk and shown on the screen; an appointment becomes a number at the hall.
import assert from "node:assert/strict";

import { assertAccessible, assertFitsWidth, journeys } from "../harness.mjs";
import { sitDown } from "../harness/desk.mjs";
import { openHallsCity } from "../harness/open-halls.mjs";

const HOUSEHOLD = "户籍、身份证、出入境";
const button = (page, name) => page.getByRole("button", { name, exact: true });
const link = (page, name) => page.getByRole("link", { name, exact: true });
const heading = (page, name) => page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
const said = (page, text) => page.getByRole("status").getByText(text, { exact: true }).waitFor();

/** A clerk of the public security bureau at a counter. */
async function clerkAt(desk, counter) {
  await sitDown(desk, "ps-window");
  await desk.goto("/console/halls");
  await heading(desk.page, "叫号");
  await button(desk.page, `到 ${counter} 号窗口`).click();
  await desk.page.getByRole("heading", { level: 2, name: `${counter} 号窗口`, exact: true }).waitFor();
}

/** Serves whoever is called, and leaves the counter. */
async function serveAndLeave(desk) {
  await button(desk.page, "开始办理").click();
  await button(desk.page, "办理完毕").click();
  await button(desk.page, "离开窗口").click();
  await desk.page.getByRole("heading", { name: "选择窗口" }).waitFor();
}

const city = await openHallsCity();

journeys("halls", ({ journey }) => {
  journey("a number is drawn at the kiosk without a login, called by a clerk, and shown on the screen", { profile: "kiosk" }, async ({ terminal, page, open }) => {
    await terminal.goto("/");
    await page.getByRole("link", { name: /取号、预约签到/ }).click();
    await heading(page, "服务大厅");
    await assertAccessible(page);
    await assertFitsWidth(page);
    await page.locator("#hall-central").getByRole("link", { name: "现场情况、取号与预约" }).click();
    await heading(page, "兰川市政务服务中心");
    await page.getByText("正在办公").first().waitFor();
    await assertAccessible(page);
    await assertFitsWidth(page);
    await button(page, `取号：${HOUSEHOLD}`).click();
    await heading(page, "我的号码");
    const number = await page.locator(".ticket-number").innerText();
    assert.match(number, /^A\d{3}$/);
    await said(page, "下一个就是您");
    await page.getByRole("img", { name: /查看排队情况/ }).waitFor();
    await assertAccessible(page);
    await assertFitsWidth(page);

    const screen = await open({ profile: "desktop" });
    await screen.goto("/display/central");
    await screen.page.getByText("暂无叫号").waitFor();
    assert.equal(await screen.page.getByRole("banner").count(), 0, "nothing stands around it");
    await assertAccessible(screen.page);

    const desk = await open({ profile: "desktop" });
    await clerkAt(desk, 1);
    await assertAccessible(desk.page);
    await button(desk.page, "叫下一位").click();
    await desk.page.locator(".floor-number").getByText(number).waitFor();
    await assertAccessible(desk.page);
    await assertFitsWidth(desk.page);
    // Both hear of it by themselves.
    await screen.page.locator(".display-call-now").getByText(number).waitFor();
    await said(screen.page, `请 ${number} 号到 1 号窗口`);
    await assertAccessible(screen.page);
    await said(page, "请到 1 号窗口");
    await assertAccessible(page);

    await button(desk.page, "再叫一次").click();
    await desk.page.getByText("第 2 次呼叫").waitFor();
    await button(desk.page, "开始办理").click();
    await said(page, "1 号窗口正在为您办理");
    await button(desk.page, "办理完毕").click();
    await said(page, "已办理完毕");
    await screen.page.getByText("暂无叫号").waitFor();
    await button(desk.page, "离开窗口").click();
    await desk.page.getByRole("heading", { name: "选择窗口" }).waitFor();
  });

  journey("an appointment is made from a guide, checked in by its code at the kiosk, and called", { profile: "mobile" }, async ({ terminal, page, open }) => {
    await terminal.loginAs("zhang-min");
    await terminal.goto("/services/identity-card-renewal");
    await link(page, "预约到大厅办理，或看看现在排队的人多不多").click();
    await heading(page, "到大厅办理：居民身份证换领");
    await assertAccessible(page);
    await assertFitsWidth(page);
    await link(page, "预约：兰川市政务服务中心").click();
    await heading(page, "预约时间");
    await assertAccessible(page);
    await assertFitsWidth(page);
    await page.locator(".slot").first().click();
    const dialog = page.getByRole("dialog", { name: "确认预约" });
    await button(dialog, "确认").click();
    await heading(page, "我的取号与预约");
    const code = (await page.locator(".appointment-code").innerText()).replace(/\D/g, "");
    assert.match(code, /^\d{8}$/);
    await assertAccessible(page);
    await assertFitsWidth(page);

    // Moved once: the code stays.
    await link(page, "改约").click();
    await heading(page, "改约时间");
    await page.locator(".slot").nth(1).click();
    await button(page.getByRole("dialog", { name: "确认改约" }), "确认").click();
    await heading(page, "我的取号与预约");
    assert.equal((await page.locator(".appointment-code").innerText()).replace(/\D/g, ""), code);

    const kiosk = await open({ profile: "kiosk" });
    await kiosk.goto("/halls/central");
    await link(kiosk.page, "预约签到").click();
    await heading(kiosk.page, "预约签到");
    assert.deepEqual(await kiosk.page.locator(".crumb").allInnerTexts(), ["服务大厅", "兰川市政务服务中心"]);
    await button(kiosk.page, "签到").click();
    await kiosk.page.getByRole("alert").getByText("请输入 8 位预约码").waitFor();
    await assertAccessible(kiosk.page);
    await kiosk.page.getByLabel("预约码").fill(code);
    await kiosk.page.getByLabel("预约码").press("Enter");
    await heading(kiosk.page, "我的号码");
    const number = await kiosk.page.locator(".ticket-number").innerText();
    await kiosk.page.getByText("预约办理").waitFor();

    // The phone finds the number, too.
    await terminal.goto("/visits");
    await link(page, "查看号码").click();
    await heading(page, "我的号码");
    assert.equal(await page.locator(".ticket-number").innerText(), number);
    const desk = await open({ profile: "desktop" });
    await clerkAt(desk, 2);
    await button(desk.page, "叫下一位").click();
    await said(page, "请到 2 号窗口");
    await serveAndLeave(desk);
    await said(page, "已办理完毕");
  });

  journey("a closed hall says when it opens, and one gives no number twice", { language: "en" }, async ({ terminal, page }) => {
    await terminal.loginAs("zhang-min");
    await terminal.goto("/halls/linjiang");
    await page.getByText("Closed now").waitFor();
    await page.getByText(/^Opens on /).waitFor();
    await page.getByText(/No numbers now/).waitFor();
    assert.equal(await page.getByRole("button", { name: /^Take a number/ }).count(), 0);
    await assertAccessible(page);
    await terminal.goto("/halls/central");
    const take = page.getByRole("button", { name: "Take a number: Social insurance and employment" });
    await take.click();
    await page.getByRole("heading", { level: 1, name: "My number" }).waitFor();
    await assertAccessible(page);
    await terminal.goto("/halls/central");
    await take.click();
    await page.getByRole("alert").getByText("You have a number of this queue already").waitFor();
    await assertAccessible(page);
    await terminal.goto("/visits");
    await page.getByRole("link", { name: /^B\d{3}$/ }).click();
    await page.getByRole("button", { name: "Give this number up" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Give this number up" }).click();
    await page.getByRole("status").getByText("This number was given up").waitFor();
  });

  for (const profile of ["mini-app", "mobile"]) {
    journey(`there is room between the way to log in and the question below it: ${profile}`, { profile }, async ({ terminal, page }) => {
      await terminal.goto("/halls/central");
      await link(page, "登录后可以取号和预约").waitFor();
      // Measured in one go: the page may be drawn anew in between.
      const room = await page.waitForFunction(() => {
        const [logIn, question] = ["p", "fieldset"].map((name) => document.querySelector(`#hall-queues > ${name}, #hall-queues ${name}`));
        return logIn && question && { px: question.getBoundingClientRect().top - logIn.getBoundingClientRect().bottom };
      });
      const { px } = await room.jsonValue();
      assert.ok(px >= 16, `${px} px`);
    });
  }
}, { hall: { city } });
