// A form gets a new version while citizens fill it: a draft goes along where nothing is lost, or stays and says why.
import assert from "node:assert/strict";

import { saveBody } from "../harness/draft.mjs";
import { assertAccessible, assertFitsWidth, journeys } from "../harness.mjs";
import { cityWithNextVersion, questionsWith } from "../harness/next-version.mjs";

const ITEM = "residence-permit";
const EDUCATION = "文化程度";

/** A draft of a citizen's in which these are answered. */
async function draft(hall, citizen, answers) {
  const cookie = await hall.citizenCookie(hall.people.citizen(citizen).phone);
  const { id, revision } = await hall.api("POST", "/api/v1/drafts", { item: ITEM }, { cookie });
  const changes = Object.entries(answers).map(([path, value]) => ({ path, value }));
  const body = saveBody(revision, changes);
  await hall.api("PATCH", `/api/v1/drafts/${id}`, body, { cookie });
  return { id, cookie, read: () => hall.api("GET", `/api/v1/drafts/${id}`, undefined, { cookie }) };
}

journeys("a new version of a form", ({ journey }) => {
  journey("a draft goes along or stays, and the citizen reads why", {}, async ({ terminal, page, hall, open }) => {
    const citizens = hall.people.citizens.map(({ key }) => key);
    const free = await draft(hall, citizens[0], { living_since: "2020-01-01" });
    const held = await draft(hall, citizens[1], { education: "bachelor" });
    const next = await cityWithNextVersion(hall, ITEM, (form) => {
      const [questions, at] = questionsWith(form, "education");
      const [removed] = questions.splice(at, 1);
      questions.push({ ...removed, id: "school_kind", label: { "zh-CN": "毕业学校类型", en: "Kind of school" } });
      const [first, place] = questionsWith(form, "living_since");
      first[place].label["zh-CN"] = "您何时开始在兰川居住？";
    });
    try {
      const before = await free.read();
      // One has the draft open while the hall changes.
      await terminal.resume(free.cookie);
      await terminal.goto(`/drafts/${free.id}`);
      await page.getByText("您从哪一天起在兰川居住？").waitFor();
      hall.city = next.city;
      terminal.expect(/./);
      await hall.killAndRestart();

      // Another terminal opens it; the one that has it open is told and shows the new version.
      const second = await open({ profile: "mobile" });
      await second.resume(free.cookie);
      await second.goto(`/drafts/${free.id}`);
      for (const one of [second, terminal]) {
        const notice = one.page.getByRole("status").filter({ hasText: "表单有更新" });
        await notice.getByText("您已填写的内容全部保留").waitFor();
        await notice.getByText("新增：毕业学校类型").waitFor();
        await notice.getByText(`不再填写：${EDUCATION}`).waitFor();
        await notice.getByText("说明有变化：您何时开始在兰川居住？").waitFor();
        await one.page.getByRole("group", { name: "您何时开始在兰川居住？" }).waitFor();
        await one.settled();
        await assertAccessible(one.page);
        await assertFitsWidth(one.page);
      }
      const after = await free.read();
      assert.deepEqual([after.form.version, after.answers], [next.version, before.answers]);
      // Going on is an answer to it; once something was saved, nobody is told again.
      await second.page.getByRole("radio", { name: "否", exact: true }).check();
      await second.page.getByRole("button", { name: "继续", exact: true }).click();
      await second.page.getByText("表单有更新").waitFor({ state: "detached" });
      while ((await free.read()).answers.household_here !== false) await second.page.waitForTimeout(50);
      await second.page.reload();
      await second.ready();
      await second.page.getByRole("heading", { level: 1, name: "您的信息" }).waitFor();
      assert.equal(await second.page.getByText("表单有更新").count(), 0);

      // An answer that would be lost keeps the other draft where it is.
      const third = await open({ language: "en" });
      await third.resume(held.cookie);
      await third.goto(`/drafts/${held.id}`);
      const stays = third.page.getByRole("status").filter({ hasText: "You go on with the form that you began" });
      await stays.getByText("Education: no longer asked").waitFor();
      await third.settled();
      await assertAccessible(third.page);
      const kept = await held.read();
      assert.deepEqual([kept.form.version, kept.answers.education], [next.version - 1, "bachelor"]);
    } finally {
      await next.remove();
    }
  });
});
