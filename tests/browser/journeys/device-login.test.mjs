// A machine is let in by the phone of whoever stands before it, and by nobody else.
import assert from "node:assert/strict";

import { clientsCity } from "../harness/clients.mjs";
import { tabTo } from "../harness/keyboard.mjs";
import { logIn } from "../harness/login.mjs";
import { Machine } from "../harness/machine.mjs";
import { assertAccessible, assertFitsWidth, journeys } from "../harness.mjs";

const button = (page, name) => page.getByRole("button", { name, exact: true });
const heading = (page, name) => page.getByRole("heading", { level: 1, name, exact: true });
const field = (page) => page.locator("#device-code");
const asked = (page) => heading(page, "让这台设备以您的身份登录？").waitFor();
const phone = { profile: "mobile" };

/** One of the numbers to choose from that is not on the machine's screen. */
async function otherNumber(page, machine) {
  const numbers = await page.getByRole("group", { name: /数字/ }).getByRole("button").allInnerTexts();
  assert.ok(numbers.length === 3 && numbers.includes(machine.number), `${numbers}`);
  return numbers.find((number) => number !== machine.number);
}

journeys("a machine is let in by a phone", ({ journey }) => {
  journey("whose citizen reads the square, logs in, and says which number the machine shows", phone, async ({ terminal, page, hall }) => {
    const machine = await Machine.begin(hall, "kiosk", "openid profile phone");
    await terminal.goto(machine.path);
    // Nobody is logged in: one is asked to, and comes back with the code.
    await page.locator("#phone").waitFor();
    await logIn(page, hall, "zhang-min");
    await asked(page);
    const card = page.getByRole("main");
    for (const text of ["兰川市政务服务中心", "一层大厅东侧，3 号窗口旁", "自助终端 3 号", "张敏"]) {
      await card.getByText(text).first().waitFor();
    }
    await card.getByText("只有您本人正站在这台设备前，才能确认").waitFor();
    await page.getByText("用途：在屏幕上称呼您。").waitFor();
    await assertAccessible(page);
    await assertFitsWidth(page);
    // To have opened an address answers nothing.
    assert.equal((await machine.login()).error, "authorization_pending");
    await page.getByRole("checkbox", { name: /^您的手机号码/ }).uncheck();
    const press = button(page, machine.number);
    const { height } = await press.boundingBox();
    assert.ok(height >= 88, `a thumb finds it: ${height}`);
    await press.click();
    await heading(page, "已确认，请看设备屏幕").waitFor();
    await assertAccessible(page);
    const person = await machine.person();
    assert.deepEqual([person.name, person.phone_number], ["张敏", undefined]);
    // It stands among what was allowed.
    await page.getByRole("link", { name: "应用授权" }).click();
    await button(page, "收回授权：自助终端 3 号").waitFor();
  });

  journey("whose citizen types the code as they like, and goes on from a mistake", phone, async ({ terminal, page, hall }) => {
    await terminal.loginAs("li-guohua");
    const machine = await Machine.begin(hall, "desk");
    await terminal.goto("/device");
    await heading(page, "用手机登录设备").waitFor();
    await page.getByText("别人发来的代码或二维码，不要确认").waitFor();
    await assertAccessible(page);
    // What is too short is not asked for.
    let looks = 0;
    page.on("request", (request) => { looks += request.url().includes("/api/v1/devices/") ? 1 : 0; });
    await field(page).fill("BCDF");
    await page.keyboard.press("Enter");
    const summary = page.locator("#error-summary");
    await summary.getByText("请输入设备屏幕上的 8 个字母").waitFor();
    assert.equal(looks, 0);
    await assertAccessible(page);
    await field(page).fill("BCDF-BCDF");
    await page.keyboard.press("Enter");
    await summary.getByText("代码不对或已过期").waitFor();
    const typed = ` ${machine.code.toLowerCase().replace("-", " ")} `;
    await field(page).fill(typed);
    await page.keyboard.press("Enter");
    await asked(page);
    // Nobody knows where a program of anybody stands, and the page says so.
    await page.getByText("大厅不知道它在哪里").waitFor();
    await button(page, machine.number).click();
    await heading(page, "已确认，请看设备屏幕").waitFor();
    assert.equal((await machine.person()).name, "李国华");
  });

  journey("and a wrong number ends the attempt", phone, async ({ terminal, page, hall }) => {
    await terminal.loginAs("wang-lei");
    const machine = await Machine.begin(hall, "kiosk");
    await terminal.goto(machine.path);
    await asked(page);
    await button(page, await otherNumber(page, machine)).click();
    await heading(page, "数字不对，这次登录已取消").waitFor();
    await page.getByText("可能有人想冒用您的身份").waitFor();
    await assertAccessible(page);
    assert.equal((await machine.login()).error, "access_denied");
    // There is no second try with the same code.
    await button(page, "输入新的代码").click();
    await field(page).fill(machine.code);
    await page.keyboard.press("Enter");
    await page.locator("#error-summary").getByText("代码不对或已过期").waitFor();
  });

  journey("and another code in the same page is of another machine", phone, async ({ terminal, page, hall }) => {
    await terminal.loginAs("li-guohua");
    const [first, second] = [await Machine.begin(hall, "kiosk"), await Machine.begin(hall, "desk")];
    await terminal.goto(first.path);
    await asked(page);
    await terminal.follow(second.path);
    await page.getByText("大厅不知道它在哪里").waitFor();
    await asked(page);
    await page.waitForFunction(() => document.activeElement?.id === "page-heading");
    await button(page, second.number).click();
    await heading(page, "已确认，请看设备屏幕").waitFor();
    assert.equal((await second.person()).name, "李国华");
    assert.equal((await first.login()).error, "authorization_pending");
    // Also from where the last one ended.
    await terminal.follow(first.path);
    await asked(page);
    await page.waitForFunction(() => document.activeElement?.id === "page-heading");
  });

  journey("and a refusal reaches the machine", phone, async ({ terminal, page, hall }) => {
    await terminal.loginAs("zhao-xue");
    const machine = await Machine.begin(hall, "kiosk");
    await terminal.goto(machine.path);
    await asked(page);
    await button(page, "不是我，拒绝登录").click();
    await heading(page, "已拒绝，设备没有登录").waitFor();
    await assertAccessible(page);
    assert.equal((await machine.login()).error, "access_denied");
  });

  journey("and what counts no more says so", phone, async ({ terminal, page, hall, open }) => {
    await terminal.loginAs("chen-yu");
    const machine = await Machine.begin(hall, "kiosk");
    // Two read the same square; what the first one answers ends it for the second, as two minutes do.
    const other = await open(phone);
    await other.loginAs("chen-yu");
    for (const { page: screen } of [terminal, other]) {
      await screen.goto(`${hall.url}${machine.path}`);
      await asked(screen);
    }
    await button(other.page, "不是我，拒绝登录").click();
    await heading(other.page, "已拒绝，设备没有登录").waitFor();
    await button(page, machine.number).click();
    await page.locator("#error-summary").getByText("代码不对或已过期").waitFor();
    assert.equal(await field(page).inputValue(), "");
    await assertAccessible(page);
    assert.equal((await machine.login()).error, "access_denied");
  });

  journey("not with too low a level", phone, async ({ terminal, page, hall }) => {
    await terminal.loginAs("zhang-min");
    const machine = await Machine.begin(hall, "notary-kiosk", "openid");
    await terminal.goto(machine.path);
    await asked(page);
    await page.getByText("“公证自助机”要求的实名等级是：高级").waitFor();
    assert.equal(await button(page, machine.number).count(), 0);
    await assertAccessible(page);
    const raise = page.getByRole("link", { name: "提高实名等级" });
    assert.equal(await raise.getAttribute("href"), "/account/level?next=%2Fdevice&need=L3");
  });

  journey("not by another public machine", { profile: "kiosk" }, async ({ terminal, page, hall }) => {
    await terminal.loginAs("he-tao");
    const machine = await Machine.begin(hall, "kiosk");
    await terminal.goto(machine.path);
    await heading(page, "请用您自己的手机").waitFor();
    await assertAccessible(page);
    assert.equal((await machine.login()).error, "authorization_pending");
  });

  journey("by the keyboard alone", { language: "en" }, async ({ terminal, page, hall }) => {
    await terminal.loginAs("sun-guizhen");
    const machine = await Machine.begin(hall, "kiosk");
    await terminal.goto("/device");
    await field(page).waitFor();
    await tabTo(page, "The code on the machine's screen");
    await page.keyboard.type(machine.code);
    await page.keyboard.press("Enter");
    await heading(page, "Let this machine log in as you?").waitFor();
    await page.waitForFunction(() => document.activeElement?.id === "page-heading");
    await tabTo(page, machine.number);
    await page.keyboard.press("Enter");
    await heading(page, "Confirmed: look at the machine").waitFor();
    await page.waitForFunction(() => document.activeElement?.id === "page-heading");
    assert.equal((await machine.person()).name, "孙桂珍");
  });

  for (const [profile, language] of [["desktop", "zh"], ["mobile", "en"], ["mini-app", "zh"]]) {
    journey(`is for everybody on ${profile} in ${language}`, { profile, language }, async ({ terminal, page, hall }) => {
      await terminal.loginAs("wu-ping");
      const machine = await Machine.begin(hall, "kiosk");
      await terminal.goto("/device");
      await field(page).waitFor();
      await assertAccessible(page);
      await assertFitsWidth(page);
      await field(page).fill(machine.code);
      await page.keyboard.press("Enter");
      await button(page, machine.number).waitFor();
      await assertAccessible(page);
      await assertFitsWidth(page);
    });
  }
}, { hall: { city: await clientsCity() } });
