// Whoever stands at a kiosk, or sits at a desktop, is let in by their phone: its camera reads the square off the picture of the
// window, and a browser with the hall's pages is the phone.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Hall, openBrowser, Terminal } from "../browser/harness.mjs";
import { logIn } from "../browser/harness/login.mjs";
import { readQrOf } from "../browser/harness/qr.mjs";
import { accessible } from "../shells/accessibility.mjs";
import { pictured, Stand, until } from "../shells/stand.mjs";
import { ShellWindow } from "../shells/window.mjs";

describe("a window is let in by a phone", { timeout: 300_000 }, () => {
  let hall;
  let browser;
  before(async () => {
    hall = await Hall.open();
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await hall?.close();
  });

  /** Someone at a window, with a phone in their hand. */
  const journey = (name, begin, walk) =>
    test(name, async (context) => {
      const open = [];
      try {
        const page = await begin(open);
        const phone = await Terminal.open(browser, hall, { profile: "mobile" });
        open.push(phone);
        await walk(page, phone).catch(async (error) => {
          for (const text of [await page.text(), await phone.page.locator("body").innerText()]) context.diagnostic(text.replaceAll("\n", " | "));
          throw error;
        });
      } finally {
        for (const one of open.reverse()) await one.close();
      }
    });
  const kiosk = async (open) => {
    const stand = await Stand.place({ silence_seconds: 600 });
    open.push(stand);
    const window = await stand.open(hall.url);
    open.push(window);
    return window.page;
  };
  const desktop = async (open) => {
    const window = await ShellWindow.open("desktop", hall.url);
    open.push(window);
    return window.ready();
  };

  /** Goes from the first page to the square; what it says, and the number beside it. */
  async function theSquare(page, phone) {
    await page.press('//header//a[contains(., "登录")]');
    await page.heading("登录");
    await page.click("手机扫码登录");
    await page.heading("手机扫码登录");
    return shown(page, phone);
  }
  async function shown(page, phone) {
    const number = await page.until("the number", () => document.querySelector(".phone-login-number")?.innerText.trim());
    // A camera looks until it sees something: a picture may be of the moment before the square is painted.
    const read = async () => readQrOf(phone.page, await page.picture()).catch(() => undefined);
    const address = await until("what the square says", read);
    assert.equal(new URL(address).origin, hall.url);
    return { number, address };
  }
  const button = (phone, name) => phone.page.getByRole("button", { name, exact: true });

  journey("a kiosk, which a refusal, another number and the phone's owner reach", kiosk, async (page, phone) => {
    const { phone: number, name } = hall.people.citizen("zhang-min");
    const first = await theSquare(page, phone);
    await pictured(page, "phone-login");
    await accessible(page, "the square");
    await phone.goto(first.address);
    await logIn(phone.page, hall, "zhang-min");
    // The phone says where the machine stands that asks, as its key shows.
    for (const text of ["兰川市政务服务中心", "3 号自助终端", name]) await phone.page.getByRole("main").getByText(text).first().waitFor();
    await button(phone, "不是我，拒绝登录").click();
    await page.reads("手机上未确认，或选择的数字不对。");
    await accessible(page, "what was refused");

    // A new code; the one of before is worth nothing.
    await page.click("重新获取二维码");
    const second = await shown(page, phone);
    assert.notEqual(second.address, first.address);
    await phone.goto(second.address);
    const numbers = phone.page.getByRole("group", { name: /数字/ }).getByRole("button");
    await numbers.first().waitFor();
    const wrong = (await numbers.allInnerTexts()).find((one) => one !== second.number);
    await button(phone, wrong).click();
    await page.reads("手机上未确认，或选择的数字不对。");

    await page.click("重新获取二维码");
    const third = await shown(page, phone);
    await phone.goto(third.address);
    await button(phone, third.number).click();
    await page.heading("您要办什么事？");
    await page.reads(name);
    assert.ok(!(await page.text()).includes(number), "a number is nobody else's to read");

    // Whoever let it in can end it from afar, and it holds at once.
    await phone.goto("/account/sessions");
    await phone.page.getByRole("button", { name: /^退出设备：.*兰川市政务服务中心 3 号自助终端/ }).click();
    await phone.page.getByRole("dialog").getByRole("button", { name: "退出该设备", exact: true }).click();
    await page.until("the kiosk forgets who it was", (name) => !document.body.innerText.includes(name), name);
  });

  journey("a desktop, which stays logged in when its pages are loaded anew", desktop, async (page, phone) => {
    const { name } = hall.people.citizen("li-guohua");
    const { address, number } = await theSquare(page, phone);
    await accessible(page, "the square");
    await phone.goto(address);
    await logIn(phone.page, hall, "li-guohua");
    await button(phone, number).click();
    await page.heading("您要办什么事？");
    await page.reads(name);
    await page.goto("tauri://localhost/matters");
    await page.heading("我的办件");
    await page.reads(name);
  });
});
