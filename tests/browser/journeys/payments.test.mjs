// What a case owes is paid: with a phone, at a window in cash; refused, broken off, given back. Whoever looks sees it by itself.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { assertAccessible, assertFitsWidth, assertTouchable, journeys, until } from "../harness.mjs";
import { sitDown } from "../harness/desk.mjs";
import { submittedCase } from "../harness/matters.mjs";

const button = (page, name) => page.getByRole("button", { name, exact: true });
const dialog = (page) => page.locator("dialog[open]");

/** What the hall says that a case owes. */
const owed = (hall, { id, cookie }) => hall.api("GET", `/api/v1/cases/${id}/payment`, undefined, { cookie });

/** The payment that is under way. */
async function underWay(hall, application) {
  const look = async () => (await owed(hall, application)).charge.payment;
  await until(async () => (await look())?.pay_at, "a payment under way");
  return look();
}

/** What the one with the phone does. */
async function does(hall, application, deed) {
  const { id } = await underWay(hall, application);
  return hall.api("POST", `/api/v1/dev/payments/${id}`, { deed });
}

/** How often money went over for a payment of a case. */
async function charged(hall, id) {
  const all = await hall.api("GET", "/api/v1/dev/payments");
  return all.find((one) => one.id === id)?.charged;
}

journeys("payments", ({ journey }) => {
  journey("a fee is paid with a phone, and the page follows by itself", { profile: "mobile" }, async ({ terminal, page, hall, open }) => {
    const application = await submittedCase(hall, "zhang-min", "vehicle-licence-renewal");
    await terminal.resume(application.cookie);
    await terminal.goto(`/matters/${application.id}`);
    await page.getByText("请缴纳 10.00 元").waitFor();
    await assertAccessible(page);
    // Somebody else of the family has the case open on another terminal of the same account.
    const other = await open({ profile: "desktop" });
    await other.resume(application.cookie);
    await other.goto(`/matters/${application.id}`);

    await page.getByRole("link", { name: "去缴费" }).click();
    await page.getByRole("heading", { level: 1, name: "缴费" }).waitFor();
    await assertAccessible(page);
    await assertFitsWidth(page);
    // However often one presses.
    await button(page, "手机扫码支付").dblclick();
    await page.locator(".qr").waitFor();
    await page.getByRole("link", { name: "在这台设备上支付" }).waitFor();
    await assertAccessible(page);
    const { id: payment } = await underWay(hall, application);
    await other.page.getByText("正在缴费，尚未收到支付结果。").waitFor();

    await does(hall, application, "pay");
    await page.getByText("已缴清 10.00 元").waitFor();
    await other.page.getByText("已缴清 10.00 元").waitFor();
    await assertAccessible(page);
    const download = page.waitForEvent("download");
    await button(page, "下载缴费凭证").click();
    const paper = await download;
    assert.match(paper.suggestedFilename(), /-P1\.pdf$/);
    assert.equal((await readFile(await paper.path())).subarray(0, 5).toString(), "%PDF-");
    assert.equal(await charged(hall, payment), 1);
  });

  journey("what a bank refuses is told with what to do, and paid another time", { language: "en" }, async ({ terminal, page, hall }) => {
    const application = await submittedCase(hall, "wu-ping", "vehicle-licence-renewal");
    await terminal.resume(application.cookie);
    await terminal.goto(`/matters/${application.id}/payment`);
    await button(page, "Pay with a phone").click();
    await page.locator(".qr").waitFor();
    await does(hall, application, "lack_funds");
    await page.getByText("There was not enough money. Nothing was charged. You can pay another way.").waitFor();
    await assertAccessible(page);
    await button(page, "Pay with a phone").click();
    await page.locator(".qr").waitFor();
    await button(page, "Cancel this payment").click();
    await page.getByText("The payment was cancelled. Nothing was charged.").waitFor();
    await button(page, "Pay with a phone").click();
    await page.locator(".qr").waitFor();
    await does(hall, application, "pay");
    await page.getByText("CNY 10.00 has been paid").waitFor();
  });

  journey("a provider that does not answer makes nobody pay twice", {}, async ({ terminal, page, hall }) => {
    const application = await submittedCase(hall, "chen-yu", "vehicle-licence-renewal");
    await terminal.resume(application.cookie);
    await terminal.goto(`/matters/${application.id}/payment`);
    await button(page, "手机扫码支付").click();
    await page.locator(".qr").waitFor();
    const { id: payment } = await underWay(hall, application);
    try {
      await hall.api("POST", "/api/v1/dev/payments", { condition: "mute" });
      await does(hall, application, "pay");
      await page.getByText("支付结果正在核实，请不要重复支付。").waitFor();
      assert.equal(await button(page, "手机扫码支付").count(), 0);
      await assertAccessible(page);
    } finally {
      await hall.api("POST", "/api/v1/dev/payments", { condition: "fine" });
    }
    await page.getByText("已缴清 10.00 元").waitFor();
    assert.equal(await charged(hall, payment), 1);
  });

  journey("at a kiosk one pays with a phone, and nothing leads out of the pages", { profile: "kiosk" }, async ({ terminal, page, hall }) => {
    const application = await submittedCase(hall, "zhang-min", "identity-card-renewal");
    await terminal.loginAs("zhang-min");
    await terminal.goto(`/matters/${application.id}/payment`);
    await page.getByText("请缴纳 20.00 元").waitFor();
    // No terminal for cards is here; the way to one's own phone is.
    assert.equal(await button(page, "刷卡支付").count(), 0);
    await page.getByText("用手机继续").waitFor();
    await assertAccessible(page);
    await assertTouchable(page, 44);
    await button(page, "手机扫码支付").click();
    await page.getByText("请用手机扫码支付").waitFor();
    assert.equal(await page.getByRole("link", { name: "在这台设备上支付" }).count(), 0);
    await does(hall, application, "pay");
    await page.getByText("已缴清 20.00 元").waitFor();
    await assertAccessible(page);
  });

  journey("cash at a window is noted with who took it, and given back with why", {}, async ({ terminal, page, hall, open }) => {
    const application = await submittedCase(hall, "li-guohua", "identity-card-renewal");
    const citizen = await open({ profile: "mobile" });
    await citizen.resume(application.cookie);
    await citizen.goto(`/matters/${application.id}`);
    await citizen.page.locator("#payment").waitFor();

    await sitDown(terminal, "ps-window");
    await terminal.goto(`/console/cases/${application.id}`);
    const payment = page.locator("#payment");
    await payment.getByText("待缴费").waitFor();
    await button(page, "登记窗口收款").click();
    await dialog(page).getByText("登记后记录您的姓名和时间").waitFor();
    await assertAccessible(page);
    await dialog(page).getByRole("button", { name: "登记窗口收款", exact: true }).click();
    await payment.getByText("已缴费", { exact: true }).waitFor();
    await payment.getByText(/窗口现金 · 已缴费/).waitFor();
    await citizen.page.getByText(/^已缴清 /).waitFor();
    await citizen.page.getByText("窗口现金").waitFor();

    await page.getByRole("link", { name: "收款", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "收款" }).waitFor();
    await page.getByRole("link", { name: application.number }).waitFor();
    await page.getByText(/窗口现金 \d+\.\d\d 元/).waitFor();
    await assertAccessible(page);
    await assertFitsWidth(page);
    await page.getByRole("link", { name: application.number }).click();

    await button(page, "退款").click();
    await dialog(page).getByLabel("退款原因").fill("多收");
    await dialog(page).getByRole("button", { name: "退款", exact: true }).click();
    await payment.getByText("已退款", { exact: true }).waitFor();
    await payment.getByText(/多收/).waitFor();
    await citizen.page.getByText(/^已退款 /).waitFor();
    assert.equal((await owed(hall, application)).charge.state, "refunded");
  });
});
