// What was said once is not asked again: filled in, with where it comes from; confirmed, changed; a file taken over.
import assert from "node:assert/strict";

import { assertAccessible, assertFitsWidth, journeys } from "../harness.mjs";
import { sitDown, take } from "../harness/desk.mjs";
import { completeDraft, pathOf, submittedCase } from "../harness/matters.mjs";

const button = (page, name) => page.getByRole("button", { name, exact: true });
const heading = (page, name) => page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
const saved = (page) => page.locator(".save-line", { hasText: /^(已保存|Saved)/ }).waitFor();

/** To its end, with this number on the certificate. */
const issue = (hall, application, number) =>
  take(
    hall,
    application,
    ["ps-window", "pass-pre-review"],
    ["ps-window", "accept"],
    ["ps-approver", "approve"],
    ["ps-issuer", "issue", { document_number: number }],
  );

/** The draft that the page is of, as the hall has it. */
async function draftOf(hall, page, cookie) {
  const [, id] = page.url().match(/\/drafts\/([0-9a-f-]{36})/);
  return hall.api("GET", `/api/v1/drafts/${id}`, undefined, { cookie });
}

journeys("what was said once", ({ journey }) => {
  journey("is filled in for the next service, says from where, is confirmed or changed, and its file is not uploaded again", {}, async ({ terminal, page, hall }) => {
    const permit = await submittedCase(hall, "ayiguli", "residence-permit");
    await issue(hall, permit, "650102199007073262");
    await terminal.resume(permit.cookie);
    await terminal.goto("/apply/social-insurance-transfer");
    await heading(page, "您的信息");
    assert.equal(await page.getByText("来自您的个人信息，请核对").count(), 3);
    await page.getByText("继续即表示您已核对本页预先填写的内容。").waitFor();
    // Past the page, not on from it: what stands on it is not confirmed.
    const [, begun] = page.url().match(/\/drafts\/([0-9a-f-]{36})/);
    await terminal.goto(`/drafts/${begun}/here_page`);

    // From the earlier application, by its day, its name and its number.
    await heading(page, "在兰川的参保情况");
    await page.getByRole("radio", { name: "单位职工" }).check();
    const employer = page.getByLabel("单位名称");
    assert.equal(await employer.inputValue(), "兰川云帆信息科技有限公司");
    const from = new RegExp(`来自您.*提交的“居住证申领”申请（办件编号 ${permit.number}），请核对`);
    assert.equal(await page.getByText(from).count(), 2);
    const description = await employer.evaluate((field) => {
      const ids = (field.getAttribute("aria-describedby") ?? "").split(" ");
      return ids.map((id) => document.getElementById(id)?.textContent).join(" ");
    });
    assert.match(description, from, "a screen reader says it with the field");
    const here = page.getByRole("group", { name: "您的户籍在兰川市吗？" });
    assert.equal(await here.getByRole("radio", { name: "否" }).isChecked(), true);
    await assertAccessible(page);

    // One is confirmed with the keyboard alone, one is changed; both marks go.
    await button(page, "“您的户籍在兰川市吗？”仍然正确").focus();
    await page.keyboard.press("Enter");
    await page.getByText("已确认：您的户籍在兰川市吗？").waitFor();
    assert.equal(await page.getByText(from).count(), 1);
    await page.waitForFunction(() => document.activeElement !== document.body);
    await employer.fill("兰川芳邻餐饮有限公司");
    await button(page, "“单位名称”仍然正确").waitFor({ state: "detached" });
    assert.equal(await page.getByText(from).count(), 0);
    await saved(page);
    const draft = await draftOf(hall, page, permit.cookie);
    assert.deepEqual(draft.prefilled.map((one) => one.path).sort(), ["citizen_id", "name", "phone"]);
    assert.equal(draft.answers.employer, "兰川芳邻餐饮有限公司");

    // The hall has the identity card: it is offered, and nothing is sent.
    const sent = [];
    page.on("request", (request) => {
      if (request.method() === "POST" && /\/(files|uploads)/.test(request.url())) sent.push(new URL(request.url()).pathname);
    });
    await terminal.goto(`/drafts/${draft.id}/materials`);
    await heading(page, "上传材料");
    await page.getByText("本厅已有这份材料，可直接使用，不必再次上传").waitFor();
    await assertAccessible(page);
    await button(page, "使用“材料.jpg”").click();
    const taken = page.locator(".file-done", { hasText: "材料.jpg" });
    await taken.getByText(/您.*提交的“居住证申领”申请中的材料/).waitFor();
    await page.locator(".offers").waitFor({ state: "detached" });
    assert.deepEqual(sent, [`/api/v1/drafts/${draft.id}/files/reuse`]);
    await assertAccessible(page);
    await saved(page);
    const [file] = (await draftOf(hall, page, permit.cookie)).answers.id_card;
    assert.deepEqual([file.source.kind, file.source.case], ["case", permit.id]);

    // What is not confirmed stands out on the check, until it is.
    await terminal.goto(`/drafts/${draft.id}/check-answers`);
    await page.getByText("有 3 项是为您预先填写的，您还没有确认").waitFor();
    assert.equal(await page.getByText("预填：个人信息").count(), 3);
    await assertAccessible(page);
    await button(page, "预填内容都正确").click();
    await page.getByText("预先填写的内容，您都已确认。").waitFor();
    assert.equal(await page.getByText("预填：个人信息").count(), 0);
    await page.waitForFunction(() => document.activeElement?.id === "filled-in");
    await saved(page);
    assert.deepEqual((await draftOf(hall, page, permit.cookie)).prefilled, []);
  });

  journey("is confirmed by going on from its page, and the check asks no more", {}, async ({ terminal, page, hall }) => {
    const cookie = await hall.citizenCookie(hall.people.citizen("zhang-min").phone);
    const draft = await hall.api("POST", "/api/v1/drafts", { item: "social-insurance-transfer" }, { cookie });
    const before = draft.prefilled.map((one) => one.path);
    assert.ok(["citizen_id", "name", "phone"].every((path) => before.includes(path)), `${before}`);
    await terminal.resume(cookie);
    await terminal.goto(pathOf("drafts", draft.id));
    await heading(page, "您的信息");
    await page.getByText("继续即表示您已核对本页预先填写的内容。").waitFor();
    await button(page, "继续").click();
    await heading(page, "在兰川的参保情况");
    await saved(page);
    const left = (await draftOf(hall, page, cookie)).prefilled.map((one) => one.path);
    assert.deepEqual(left, before.filter((path) => !["citizen_id", "name", "phone"].includes(path)));
    await terminal.goto(`${pathOf("drafts", draft.id)}/check-answers`);
    await page.locator(".check-page").first().waitFor();
    assert.equal(await page.getByText("预填：个人信息").count(), 0);
    await hall.api("DELETE", `/api/v1/drafts/${draft.id}`, undefined, { cookie });
  });

  journey("comes back as an e-certificate, too, and its clerk sees that it is one", {}, async ({ terminal, page, hall, open }) => {
    const card = await submittedCase(hall, "wu-ping", "identity-card-renewal");
    await issue(hall, card, "兰川公〔2026〕0099");
    const draft = await completeDraft(hall, "wu-ping", "housing-fund-withdrawal");
    await terminal.resume(draft.cookie);
    await terminal.goto(`${pathOf("drafts", draft.id)}/materials`);
    const offer = page.locator(".file-offer", { hasText: "电子证照“中华人民共和国居民身份证”（编号 兰川公〔2026〕0099）" });
    await offer.getByRole("button").click();
    await page.locator(".file-done", { hasText: "电子证照“中华人民共和国居民身份证”" }).waitFor();
    await saved(page);
    const { answers } = await draftOf(hall, page, draft.cookie);
    const [uploaded, certificate] = answers.id_card;
    assert.deepEqual([uploaded.source, certificate.source.kind, certificate.source.case], [undefined, "e_certificate", card.id]);

    await terminal.goto(`${pathOf("drafts", draft.id)}/check-answers`);
    await button(page, "提交申请").click();
    await heading(page, "申请已提交");
    const [, id] = page.url().match(/\/matters\/([0-9a-f-]{36})/);
    const desk = await open();
    await sitDown(desk, "hf-window");
    await desk.goto(`/console/cases/${id}`);
    await desk.page.getByText("电子证照，本厅签发，编号 兰川公〔2026〕0099，可信等级 A").waitFor();
  });

  for (const [language, profile] of [["zh", "desktop"], ["en", "mobile"]]) {
    const said = {
      zh: { title: "本厅已有这份材料，可直接使用，不必再次上传", card: "电子证照“中华人民共和国居民身份证”" },
      en: { title: "The hall has this already: use it, and upload nothing", card: "E-certificate “" },
    }[language];
    journey(`is offered where a clerk asks for it again, on ${profile} in ${language}`, { language, profile }, async ({ terminal, page, hall }) => {
      const card = await submittedCase(hall, "wu-ping", "identity-card-renewal");
      await issue(hall, card, "兰川公〔2026〕0100");
      const fund = await submittedCase(hall, "wu-ping", "housing-fund-withdrawal");
      const items = [{ path: "id_card", reason: "照片看不清。" }];
      await take(hall, fund, ["hf-window", "return", { items, reason: "请修改。" }]);
      await terminal.resume(fund.cookie);
      await terminal.goto(`/matters/${fund.id}/supplement`);
      await page.getByText(said.title).waitFor();
      const offer = page.locator(".file-offer", { hasText: card.number });
      await offer.getByText(said.card).waitFor();
      await assertAccessible(page);
      await assertFitsWidth(page);
      // With the keyboard alone: the focus goes on at the question when the offer is gone.
      await offer.getByRole("button").focus();
      await page.keyboard.press("Enter");
      await page.locator(".file-done", { hasText: said.card }).waitFor();
      await page.waitForFunction(() => document.activeElement?.id === "q.id_card");
      await assertAccessible(page);
      await page.locator(".fill-actions .button-primary").click();
      await page.waitForURL(`**/matters/${fund.id}`);
      const { answers, can } = await hall.api("GET", `/api/v1/cases/${fund.id}`, undefined, { cookie: fund.cookie });
      const [uploaded, certificate] = answers.id_card;
      assert.deepEqual([uploaded.source, certificate.source.kind, certificate.source.case], [undefined, "e_certificate", card.id]);
      assert.ok(!can.includes("supplement"));
    });
  }

  for (const [language, profile, elder] of [["zh", "mobile", true], ["en", "desktop", false], ["en", "mobile", false]]) {
    const title = `brings the rows of a group along on ${profile} in ${language}${elder ? ", in elder mode" : ""}`;
    journey(title, { language, profile }, async ({ terminal, page, hall }) => {
      if (elder) await terminal.prefer({ elder: true });
      const first = await submittedCase(hall, "zhao-xue", "school-enrolment");
      const draft = await hall.api("POST", "/api/v1/drafts", { item: "school-enrolment" }, { cookie: first.cookie });
      assert.deepEqual(draft.answers.guardians, ["r1", "r2"]);
      await terminal.resume(first.cookie);
      await terminal.goto(`${pathOf("drafts", draft.id)}/guardians_page`);
      const row = page.locator(".form-row");
      await row.nth(1).waitFor();
      assert.equal(await row.count(), 2);
      await page.getByText("王磊").first().waitFor();
      await assertAccessible(page);
      await assertFitsWidth(page);
      // Said of the group, it holds for its rows.
      await page.getByRole("button", { name: language === "zh" ? "“监护人”仍然正确" : /is still right$/ }).first().click();
      await saved(page);
      const after = await draftOf(hall, page, first.cookie);
      assert.deepEqual(after.prefilled.filter((one) => one.path.startsWith("guardians")), []);
      await hall.api("DELETE", `/api/v1/drafts/${draft.id}`, undefined, { cookie: first.cookie });
    });
  }
});
