// What is wrong is told where it is, in words, and nothing of it gets into a case.
import assert from "node:assert/strict";

import { assertAccessible, journeys } from "../harness.mjs";
import { completeDraft, jpeg, pathOf } from "../harness/matters.mjs";

const ITEM = "identity-card-renewal";

const WORDS = {
  zh: {
    about: "您的信息",
    number: "公民身份号码",
    go: "继续",
    checksum: "号码有误，请逐位核对。",
    materials: "上传材料",
    photo: "证件照片",
    remove: /^删除文件/,
    other: "选择其他文件",
    content: "文件内容与其类型不符。",
  },
  en: {
    about: "About you",
    number: "Citizen identity number",
    go: "Continue",
    checksum: "One of the characters is wrong. Check them one by one.",
    materials: "Upload the materials",
    photo: "Identity photo",
    remove: /^Remove file/,
    other: "Choose another file",
    content: "The file is not what its name says.",
  },
};

const heading = (page, name) => page.getByRole("heading", { level: 1, name, exact: true }).waitFor();

journeys("what is wrong", ({ journey }) => {
  for (const [language, words] of Object.entries(WORDS)) {
    journey(`with an identity number is told at its field, in ${language}`, { language }, async ({ terminal, page, hall }) => {
      const person = hall.people.citizen("zhang-min");
      const draft = await completeDraft(hall, "zhang-min", ITEM);
      await terminal.resume(draft.cookie);
      await terminal.goto(pathOf("drafts", `${draft.id}/applicant`));
      await heading(page, words.about);
      const field = page.getByLabel(words.number, { exact: true });
      assert.equal(await field.getAttribute("aria-invalid"), null, "nothing is wrong yet");
      // The last character follows from the others: 7, and no 6.
      const wrong = `${person.citizen_id.slice(0, 17)}6`;
      await field.fill(wrong);
      await page.keyboard.press("Tab");

      // At the field, and tied to it: read out with it.
      const id = await field.getAttribute("id");
      const error = page.locator(`[id="${id}-error"]`);
      await error.getByText(words.checksum).waitFor();
      assert.equal(await field.getAttribute("aria-invalid"), "true");
      assert.match(await field.getAttribute("aria-describedby"), new RegExp(`(^| )${id.replaceAll(".", "\\.")}-error( |$)`), "read out with it");
      await assertAccessible(page, "a wrong number");

      // One does not get past it: the summary has it, and leads to the field.
      await page.getByRole("button", { name: words.go, exact: true }).click();
      const line = page.locator("#error-summary").getByRole("link", { name: words.checksum });
      await line.waitFor();
      await heading(page, words.about);
      await line.click();
      await page.waitForFunction((id) => document.activeElement?.id === id, id);
      assert.equal(await field.inputValue(), wrong, "what was typed stays, to be put right");

      await field.fill(person.citizen_id);
      await page.keyboard.press("Tab");
      await error.waitFor({ state: "detached" });
      assert.equal(await field.getAttribute("aria-invalid"), null);
      await page.locator("#error-summary").waitFor({ state: "detached" });
    });

    journey(`with a file whose content is not what its name says, the hall says, in ${language}`, { language }, async ({ terminal, page, hall }) => {
      const draft = await completeDraft(hall, "zhang-min", ITEM);
      await terminal.resume(draft.cookie);
      await terminal.goto(pathOf("drafts", `${draft.id}/materials`));
      await heading(page, words.materials);
      const photo = page.locator(".field", { has: page.getByLabel(words.photo) });
      await photo.getByRole("button", { name: words.remove }).click();
      const choose = (name, buffer) => photo.locator("input[type=file]").setInputFiles({ name, mimeType: "image/jpeg", buffer });
      const refusal = page.waitForResponse((answer) => answer.status() === 422 && answer.url().includes("/api/v1/uploads/"));
      await choose("照片.jpg", Buffer.from("<html><script>alert(1)</script></html>"));
      assert.equal((await (await refusal).json()).code, "files/content_mismatch");

      const row = photo.locator(".file-failed", { hasText: "照片.jpg" });
      await row.getByRole("alert").getByText(words.content).waitFor();
      await photo.getByText(words.other).waitFor();
      assert.equal(await photo.locator(".file-done").count(), 0);
      await assertAccessible(page, "a file that is none");
      const answers = async () => (await hall.api("GET", `/api/v1/drafts/${draft.id}`, undefined, { cookie: draft.cookie })).answers;
      assert.equal((await answers()).photo ?? null, null, "nothing of it is kept");

      // The right one takes its place.
      await choose("照片.jpg", jpeg("").buffer);
      await photo.locator(".file-done", { hasText: "照片.jpg" }).waitFor();
      assert.equal(await photo.locator(".file").count(), 1);
    });
  }
});
