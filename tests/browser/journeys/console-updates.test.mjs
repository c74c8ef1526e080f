// The page on hot updates as an administrator watches a release: whom it is for, what became of it, what stopped itself.
import assert from "node:assert/strict";
import { after } from "node:test";

import { assertAccessible, assertFitsWidth, journeys } from "../harness.mjs";
import { deskCookie, sitDown } from "../harness/desk.mjs";
import { Releases } from "../harness/releases.mjs";

const UPDATES = "/console/updates";

const releases = await Releases.publish();
after(() => releases.close());

/** The rows of a table, by its caption: the texts of their cells, line by line. */
async function rows(page, caption) {
  const table = page.getByRole("table", { name: caption });
  await table.waitFor();
  return table.locator("tbody tr").evaluateAll((all) =>
    all.map((row) => [...row.cells].map((cell) => cell.innerText.split("\n").filter(Boolean).map((line) => line.trim()))));
}

journeys("a release on its way, in the console", ({ journey }) => {
  journey("an administrator sees whom a release is for, what became of it, and that one has stopped itself", {}, async ({ terminal, page, hall }) => {
    await sitDown(terminal, "admin");
    await terminal.goto("/console/");
    await page.getByRole("link", { name: "页面更新" }).click();
    await page.getByRole("heading", { level: 1, name: "页面更新" }).waitFor();
    // Nobody has told anything yet: what is published is there all the same.
    const kiosks = await rows(page, "自助终端");
    assert.deepEqual(kiosks.map(([version]) => version[0]), ["1.3.0", "1.2.0", "1.1.0"]);
    assert.deepEqual(kiosks.map((row) => row[1]), [["正常"], ["推广中"], ["正常"]]);
    assert.deepEqual(kiosks[0][2], ["100% 的终端", "渠道：early", "大厅：central"]);
    assert.deepEqual(kiosks[1][2], ["10% 的终端"]);
    const desktops = await rows(page, "桌面端");
    assert.deepEqual(desktops.map(([, standing]) => standing[0]), ["推广中", "已收回", "正常"]);
    assert.deepEqual(desktops[0][2], ["25% 的终端", "渠道：stable early", "立即更换"]);

    // What terminals tell comes to the page that is open, and so does what the hall does about it.
    await releases.tell(hall);
    const second = page.getByRole("table", { name: "自助终端" }).locator("tbody tr").nth(1);
    await second.getByText("退回过多，已停止").waitFor({ timeout: 60_000 });
    const [, stopped] = await rows(page, "自助终端");
    assert.match(stopped[1][1], /^最近报告 /);
    assert.deepEqual(stopped.slice(3), [["7"], ["3"], ["4", "占试用的 57.1%"], ["—"]]);
    const [first, , last] = (await rows(page, "桌面端")).toReversed();
    assert.deepEqual(first.slice(3), [["1,210"], ["1,204"], ["2", "占试用的 0.1%"], ["未下载完成 31", "文件损坏 1"]]);
    assert.deepEqual(last[6], ["不再适用 3"]);
    await assertAccessible(page);
    await assertFitsWidth(page);
  });

  for (const [language, profile, name] of [["en", "desktop", "Kiosks"], ["en", "mobile", "Kiosks"], ["zh", "mobile", "自助终端"]]) {
    journey(`the page is whole on ${profile} in ${language}`, { language, profile }, async ({ terminal, page }) => {
      await sitDown(terminal, "admin");
      await terminal.goto(UPDATES);
      await rows(page, name);
      await assertFitsWidth(page);
      await assertAccessible(page);
    });
  }

  journey("a clerk who asks for the page is told that it is not theirs", {}, async ({ terminal, page, hall }) => {
    await sitDown(terminal, "ps-window-2");
    await terminal.goto(UPDATES);
    await page.getByText("您没有查看此页面的权限。").waitFor();
    assert.equal(await page.getByRole("link", { name: "页面更新" }).count(), 0);
    const answer = await hall.request("GET", "/api/v1/staff/updates", undefined, { cookie: await deskCookie(hall, "ps-window-2"), terminal: "console" });
    assert.equal(answer.status, 403);
  });
}, { hall: { env: releases.environment } });

journeys("updates in a hall that has none", ({ journey }) => {
  journey("the page says what will be there", {}, async ({ terminal, page }) => {
    await sitDown(terminal, "admin");
    await terminal.goto(UPDATES);
    await page.getByText("还没有发布过更新").waitFor();
    await assertAccessible(page);
  });
});
