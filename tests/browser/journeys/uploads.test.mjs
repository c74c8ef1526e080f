// Files whose connection breaks in the middle: they go on by themselves, also after the page is opened anew.
import assert from "node:assert/strict";

import { assertAccessible, journeys, until } from "../harness.mjs";
import { completeDraft, jpeg, pathOf } from "../harness/matters.mjs";

const ITEM = "residence-permit";
const LARGE = Buffer.concat([jpeg("").buffer, Buffer.alloc(3 * 1024 * 1024, 7)]);
const button = (page, name) => page.getByRole("button", { name, exact: true });
const heading = (page, name) => page.getByRole("heading", { level: 1, name, exact: true }).waitFor();

/** The page of materials of a draft whose photograph was taken away; pieces come through until `cut` says no more. */
async function atMaterials({ terminal, page, hall }, citizen) {
  const draft = await completeDraft(hall, citizen, ITEM);
  await terminal.resume(draft.cookie);
  terminal.expect(/net::ERR_|Failed to load resource/);
  const pieces = { came: 0, most: 1, offsets: [] };
  await page.route("**/api/v1/uploads/*", (route) => {
    const request = route.request();
    if (request.method() !== "PATCH") return route.continue();
    if (pieces.came >= pieces.most) return route.abort("connectionreset");
    pieces.came += 1;
    pieces.offsets.push(Number(request.headers()["upload-offset"]));
    return route.continue();
  });
  await terminal.goto(pathOf("drafts", `${draft.id}/materials`));
  await heading(page, "上传材料");
  await button(page, "删除文件 材料.jpg").first().click();
  const files = async () => {
    const { answers } = await hall.api("GET", `/api/v1/drafts/${draft.id}`, undefined, { cookie: draft.cookie });
    return Object.values(answers).flat().filter((file) => file?.name === "照片.jpg");
  };
  return { draft, pieces, files };
}

/** What is said of other terminals: nothing, of what is done on this one. */
async function assertNoNews(page) {
  assert.equal(await page.getByText("其他设备上更新").count(), 0, "it is no news from elsewhere");
  assert.equal(await page.locator(".elsewhere-news, .elsewhere-note").count(), 0, "nor at its question");
}

/** The file, once it is called done. */
const done = (page) => page.locator(".file-done", { hasText: "照片.jpg" });

const choose = (page) =>
  page.locator("input[type=file]").first().setInputFiles({ name: "照片.jpg", mimeType: "image/jpeg", buffer: LARGE });

journeys("a file whose connection breaks", ({ journey }) => {
  journey("waits for the network, says so, and finishes by itself", {}, async (all) => {
    const { page } = all;
    const { pieces, files } = await atMaterials(all, "zhang-min");
    await choose(page);
    const row = page.locator(".file", { hasText: "照片.jpg" });
    await row.getByText(/^等待网络，恢复后自动继续/).waitFor();
    assert.equal(await done(page).count(), 0, "nothing is called done before the hall has it");
    assert.deepEqual(await files(), []);
    await assertAccessible(page, "while it waits");
    pieces.most = Infinity;
    await done(page).waitFor({ timeout: 40_000 });
    assert.deepEqual(pieces.offsets, [0, 1, 2, 3].map((piece) => piece * 1024 * 1024), "no byte came twice");
    await assertAccessible(page, "when it is there");
    await until(async () => (await files()).length === 1, "its answer is saved");
    await assertNoNews(page);
  });

  journey("goes on after the page is opened anew", {}, async (all) => {
    const { page } = all;
    const { pieces, files } = await atMaterials(all, "wang-lei");
    await choose(page);
    await page.locator(".file-waiting", { hasText: "照片.jpg" }).waitFor();
    await page.reload();
    await page.locator(".file-waiting", { hasText: "照片.jpg" }).waitFor();
    await assertAccessible(page, "after a reload");
    pieces.most = Infinity;
    await done(page).waitFor({ timeout: 40_000 });
    // The core puts it into the answer, and saves that by itself.
    await until(async () => (await files()).length === 1, "its answer is saved");
    const [file] = await files();
    assert.equal(file?.size, LARGE.length, "the core put it into the answer");
    await assertNoNews(page);
  });
});

journeys("a file on its way", ({ journey }) => {
  journey("shows how far it is, to everybody, and then that it is there", {}, async (all) => {
    const { page } = all;
    const { pieces, files } = await atMaterials(all, "chen-yu");
    pieces.most = Infinity;
    // The second of four pieces is held back until the page was looked at.
    let release;
    const held = new Promise((fulfil) => (release = fulfil));
    await page.route("**/api/v1/uploads/*", async (route) => {
      const request = route.request();
      const second = request.method() === "PATCH" && request.headers()["upload-offset"] === `${1024 * 1024}`;
      if (second) await held;
      return route.fallback();
    });
    await choose(page);
    const row = page.locator(".file", { hasText: "照片.jpg" });
    const bar = row.getByRole("progressbar", { name: "正在上传 照片.jpg", exact: true });
    await until(async () => (await bar.evaluate((bar) => bar.value)) > 0, "the bar moves");
    const { value, max } = await bar.evaluate((bar) => ({ value: bar.value, max: bar.max }));
    assert.equal(max, 100);
    assert.ok(value > 0 && value < 100, `${value} of 100 while three pieces are missing`);
    // In figures, too.
    await row.getByText(`${value}%`).waitFor();
    assert.equal(await done(page).count(), 0, "nothing is called done before the hall has it");
    assert.deepEqual(await files(), []);
    await assertAccessible(page, "on its way");
    release();
    await done(page).waitFor();
    await bar.waitFor({ state: "detached" });
    await until(async () => (await files()).length === 1, "its answer is saved");
  });
});

journeys("a file that is not taken", ({ journey }) => {
  journey("says why, and leaves the place to choose another one", {}, async ({ terminal, page, hall }) => {
    const draft = await completeDraft(hall, "wu-ping", "identity-card-renewal");
    await terminal.resume(draft.cookie);
    await terminal.goto(pathOf("drafts", `${draft.id}/materials`));
    await heading(page, "上传材料");
    const photo = page.locator(".field", { has: page.getByLabel("证件照片") });
    await photo.getByText(/每个|不超过 10 MB，1 个文件/).waitFor();
    assert.equal(await page.getByText("5 MB").count(), 0, "one truth about sizes");
    await photo.getByRole("button", { name: /^删除文件/ }).click();
    const choose = (name, mimeType) =>
      photo.locator("input[type=file]").setInputFiles({ name, mimeType, buffer: jpeg(name).buffer });
    await choose("照片.exe", "application/octet-stream");
    await photo.locator(".file-failed", { hasText: "照片.exe" }).getByText("不支持这种文件").waitFor();
    await photo.getByText("选择其他文件").waitFor();
    assert.equal(await photo.getByRole("button", { name: /^重新上传/ }).count(), 0, "the same file will not be taken either");
    await assertAccessible(page, "a file that is not taken");
    await choose("照片.jpg", "image/jpeg");
    await photo.locator(".file-done", { hasText: "照片.jpg" }).waitFor();
    assert.equal(await photo.locator(".file").count(), 1, "the one that was not taken has gone");
    await photo.locator(".file-drop").waitFor({ state: "hidden" });
  });
});
