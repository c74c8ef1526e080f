// The audit as an administrator reads it: whole, filtered, page by page, exported; and nobody else's to see.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

import { assertAccessible, assertFitsWidth, journeys } from "../harness.mjs";
import { deskCookie, sitDown } from "../harness/desk.mjs";

const AUDIT = "/console/audit";
const desk = async (hall, account) => ({ cookie: await deskCookie(hall, account), terminal: "console" });

/** Texts of the table, line by line: number, time, what, who, whose account, details. */
async function lines(page) {
  const rows = page.locator("table tbody tr");
  await rows.first().waitFor();
  return rows.evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.innerText.trim())));
}

/** Renames an account, `times` times: as many lines. */
async function rename(hall, account, times) {
  const admin = await desk(hall, "admin");
  const accounts = await hall.api("GET", "/api/v1/staff/accounts", undefined, admin);
  const { id, name } = accounts.find((one) => one.account === account);
  for (let turn = 0; turn < times; turn += 1) await hall.api("PATCH", `/api/v1/staff/accounts/${id}`, { name }, admin);
}

journeys("the audit of the console", ({ journey }) => {
  journey("an administrator finds what was done, by whom, and takes it along", {}, async ({ terminal, page, hall }) => {
    await deskCookie(hall, "ps-window");
    await rename(hall, "hr-window", 1);
    await sitDown(terminal, "admin");
    await terminal.goto("/console/");
    await page.getByRole("link", { name: "操作审计" }).click();
    await page.getByRole("heading", { level: 1, name: "操作审计" }).waitFor();
    await page.getByText(/记录完整：已核对 \d+ 条，未发现改动。/).waitFor();
    const all = await lines(page);
    const [number, , what, who, whose, details] = all[0];
    assert.deepEqual([what, whose.split(" ")[0], details], ["修改账号", "hr-window", "姓名"]);
    assert.equal(who.split(" ")[0], "admin");
    assert.deepEqual(all.map((line) => Number(line[0])), all.map((_, at) => Number(number) - at), "a line is missing");
    await assertAccessible(page);

    // What was asked for stands in the address and is there again after a reload.
    await page.getByLabel("账号", { exact: true }).focus();
    await page.keyboard.type("ps-window");
    await page.getByLabel("操作", { exact: true }).selectOption({ label: "登录" });
    await page.getByLabel("账号", { exact: true }).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(`**${AUDIT}?account=ps-window&action=logged_in`);
    const logins = async () => {
      await page.waitForFunction(() => document.querySelectorAll("table tbody tr").length === 1);
      return (await lines(page)).map(([, , did, actor]) => [did, actor.split(" ")[0]]);
    };
    assert.deepEqual(await logins(), [["登录", "ps-window"]]);
    await page.reload();
    assert.deepEqual(await logins(), [["登录", "ps-window"]]);
    assert.equal(await page.getByLabel("账号", { exact: true }).inputValue(), "ps-window");

    await page.getByLabel("账号", { exact: true }).fill("nobody-at-all");
    await page.getByRole("button", { name: "查询" }).click();
    await page.getByText("没有符合条件的记录").waitFor();
    const from = page.getByRole("group", { name: "起始日期" });
    await from.getByLabel("年").fill("2026");
    await from.getByLabel("月").fill("13");
    await from.getByLabel("日").fill("1");
    await page.getByRole("button", { name: "查询" }).click();
    await page.getByText("请输入正确的日期").first().waitFor();
    await assertAccessible(page);

    // The export is the chain, each line hashed with the one before; that it was taken is a line of its own.
    await terminal.goto(AUDIT);
    await page.getByText(/记录完整/).waitFor();
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "导出" }).click();
    const file = await download;
    assert.match(file.suggestedFilename(), /^audit-\d{4}-\d\d-\d\d\.ndjson$/);
    const text = await readFile(await file.path(), "utf8");
    const exported = text.trim().split("\n").map((line) => JSON.parse(line));
    assert.equal(exported.length, Number(number));
    for (const [at, line] of exported.slice(0, -1).entries()) {
      const list = [line.number, Date.parse(line.at), line.actor?.id ?? null, line.subject?.id ?? null, line.action];
      const content = JSON.stringify([...list, JSON.stringify(line.details)]);
      const hash = createHash("sha256").update(Buffer.from(exported[at + 1].hash, "hex")).update(content);
      assert.equal(hash.digest("hex"), line.hash, `line ${line.number}`);
    }
    await page.getByText("已导出。").waitFor();
    await page.reload();
    await page.getByRole("cell", { name: "导出审计记录" }).waitFor();
    assert.deepEqual((await lines(page))[0].slice(2, 3), ["导出审计记录"]);
  });

  journey("older lines are a page further, each line once", {}, async ({ terminal, page, hall }) => {
    await rename(hall, "ed-window", 55);
    await sitDown(terminal, "admin");
    await terminal.goto(`${AUDIT}?account=ed-window`);
    const first = await lines(page);
    assert.equal(first.length, 50);
    await page.getByRole("link", { name: "更早的记录" }).click();
    await page.waitForURL(/[?&]before=/);
    await page.waitForFunction((last) => {
      const cell = document.querySelector("table tbody tr td, table tbody tr th");
      return cell && Number(cell.innerText) < last;
    }, Number(first.at(-1)[0]));
    const second = await lines(page);
    const numbers = [...first, ...second].map((line) => Number(line[0]));
    assert.equal(new Set(numbers).size, numbers.length);
    assert.deepEqual(numbers, [...numbers].sort((one, other) => other - one));
    assert.ok(numbers.length >= 55, `${numbers.length}`);
    assert.equal(await page.getByRole("link", { name: "更早的记录" }).count(), 0);
    await page.goBack();
    await page.waitForURL(`**${AUDIT}?account=ed-window`);
  });

  journey("a clerk who asks for the page is told that it is not theirs", {}, async ({ terminal, page, hall }) => {
    await sitDown(terminal, "ps-window-2");
    await terminal.goto(AUDIT);
    await page.getByText("您没有查看此页面的权限。").waitFor();
    assert.equal(await page.getByRole("link", { name: "操作审计" }).count(), 0);
    for (const path of ["", "/chain", "/export"]) {
      const answer = await hall.request("GET", `/api/v1/staff/audit${path}`, undefined, await desk(hall, "ps-window-2"));
      assert.equal(answer.status, 403, path);
    }
  });

  for (const [language, profile] of [["en", "desktop"], ["en", "mobile"]]) {
    journey(`the page is whole on ${profile} in ${language}`, { language, profile }, async ({ terminal, page }) => {
      await sitDown(terminal, "admin");
      await terminal.goto(AUDIT);
      await page.getByText(/Whole: \d+ lines were checked/).waitFor();
      await lines(page);
      await assertFitsWidth(page);
      await assertAccessible(page);
    });
  }
});
