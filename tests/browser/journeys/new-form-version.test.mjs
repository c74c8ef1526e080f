// A form gets a new version while citizens fill it: a draft goes along where nothing is lost, or stays and says why.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { assertAccessible, assertFitsWidth, journeys } from "../harness.mjs";

const ITEM = "residence-permit";
const EDUCATION = "文化程度";

/** A copy of the hall's city in which the item has the next version of its form, as `change` makes it. */
async function cityWithNextVersion(hall, change) {
  const city = await mkdtemp(join(tmpdir(), "onehall-new-version-"));
  await cp(hall.city, city, { recursive: true });
  const item = join(city, "items", `${ITEM}.toml`);
  const text = await readFile(item, "utf8");
  const named = text.match(/form = \{ code = "([a-z0-9-]+)", version = (\d+) \}/);
  const [code, version] = [named[1], Number(named[2])];
  const form = JSON.parse(await readFile(join(city, "forms", `${code}.v${version}.json`), "utf8"));
  change(form);
  form.version = version + 1;
  await writeFile(join(city, "forms", `${code}.v${version + 1}.json`), JSON.stringify(form));
  await writeFile(item, text.replace(named[0], named[0].replace(`version = ${version}`, `version = ${version + 1}`)));
  return { city, version: version + 1, remove: () => rm(city, { recursive: true, force: true }) };
}

/** The page of the form with a question, and the question's place on it. */
function find(form, id) {
  for (const { questions } of form.pages) {
    const at = questions.findIndex((question) => question.id === id);
    if (at >= 0) return [questions, at];
  }
  throw new Error(`no question ${id}`);
}

/** A draft of a citizen's in which these are answered. */
async function draft(hall, citizen, answers) {
  const cookie = await hall.citizenCookie(hall.people.citizen(citizen).phone);
  const { id, revision } = await hall.api("POST", "/api/v1/drafts", { item: ITEM }, { cookie });
  const changes = Object.entries(answers).map(([path, value]) => ({ path, value }));
  const body = { base_revision: revision, writer: randomUUID(), changes };
  await hall.api("PATCH", `/api/v1/drafts/${id}`, body, { cookie });
  return { id, cookie, read: () => hall.api("GET", `/api/v1/drafts/${id}`, undefined, { cookie }) };
}

journeys("a new version of a form", ({ journey }) => {
  journey("a draft goes along or stays, and the citizen reads why", {}, async ({ terminal, page, hall, open }) => {
    const citizens = hall.people.citizens.map(({ key }) => key);
    const free = await draft(hall, citizens[0], { living_since: "2020-01-01" });
    const held = await draft(hall, citizens[1], { education: "bachelor" });
    const next = await cityWithNextVersion(hall, (form) => {
      const [questions, at] = find(form, "education");
      const [removed] = questions.splice(at, 1);
      questions.push({ ...removed, id: "school_kind", label: { "zh-CN": "毕业学校类型", en: "Kind of school" } });
      const [first, place] = find(form, "living_since");
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
      await second.page.getByRole("button", { name: "继续" }).click();
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
