// The preview of a form, for the one who writes it: a save shows, what was typed stays, and nothing leaves the page.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { assertAccessible, assertFitsWidth, openBrowser, Terminal } from "../harness.mjs";
import { Preview } from "../harness/preview.mjs";

const both = (zh, en) => ({ "zh-CN": zh, en });

/** A form as an agency might begin it. */
function form({ reason = both("请假原因", "Reason"), more = {}, questions = [] } = {}) {
  return {
    schema: "onehall-form/1",
    code: "leave",
    version: 1,
    title: both("请假申请", "Leave"),
    pages: [
      {
        id: "you",
        title: both("您", "You"),
        questions: [
          { id: "name", kind: "text", label: both("姓名", "Name"), required: true, ...more },
          { id: "reason", kind: "text", label: reason, required: true },
          { id: "paid", kind: "yes_no", label: both("是否带薪", "Paid?"), required: true },
          {
            id: "days",
            kind: "number",
            label: both("天数", "Days"),
            required: true,
            max: 10,
            visible_when: { var: "paid" },
          },
          { id: "double", kind: "computed", label: both("折算", "Counted"), value: { "*": [{ var: "days" }, 2] } },
          ...questions,
        ],
      },
      {
        id: "proof_page",
        title: both("材料", "Proof"),
        questions: [{ id: "proof", kind: "material", material: "proof", label: both("证明", "Proof"), required: true }],
      },
    ],
  };
}

describe("the preview of a form", () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser?.close());

  /** Walks a preview; fails for what the guards of a terminal see, and for anything but reading from the preview. */
  function walk(title, { language = "zh", given = form(), inputs = false } = {}, steps) {
    test(title, { timeout: 60_000 }, async (context) => {
      const preview = await Preview.open(given, { inputs });
      const terminal = await Terminal.open(browser, preview, {
        language,
        viewport: { width: 1440, height: 900 },
      });
      const page = terminal.page;
      page.on("request", (request) => {
        if (!["GET"].includes(request.method())) terminal.problems.push(`${request.method()} ${request.url()}`);
      });
      let well = false;
      try {
        await terminal.goto("/");
        const desk = new Desk(page);
        await steps({ preview, terminal, page, desk, shown: page.frameLocator(".stage-frame") });
        well = true;
      } finally {
        if (!well) {
          for (const problem of terminal.problems) context.diagnostic(problem);
          context.diagnostic(preview.log);
          context.diagnostic((await page.locator("body").innerText().catch(() => "")).slice(0, 2000));
        }
        await (well ? terminal.close() : terminal.close().catch(() => {}));
        await preview.close();
      }
    });
  }

  /** What stands beside the form. */
  class Desk {
    constructor(page) {
      this.page = page;
      this.standing = page.locator(".desk-standing");
      this.findings = page.locator(".finding");
    }

    part(id) {
      return this.page.locator(`#desk-${id}`);
    }

    async open(id) {
      await this.part(id).locator("> summary").click();
      return this.part(id);
    }
  }

  walk("a save shows, its findings come and go, and what was typed stays", {}, async ({ preview, page, desk, shown }) => {
    await shown.getByRole("heading", { name: "您", exact: true }).waitFor();
    await desk.standing.getByText("没有问题").waitFor();
    await shown.getByLabel("姓名").fill("李雷");
    await shown.getByLabel("请假原因").fill("探亲");

    await preview.save(form({ more: { requird: true } }));
    await desk.standing.getByText("1 个问题").waitFor();
    const finding = desk.findings.first();
    await finding.getByText("unknown_field").waitFor();
    await finding.getByText("/pages/0/questions/0/requird").waitFor();
    assert.match(await finding.locator(".finding-place").innerText(), /第 \d+ 行/);
    assert.match(await finding.locator(".finding-line").innerText(), /"requird": true/);
    // The last content without a finding is still there, and is marked as such.
    await page.getByText("最近一次没有问题的内容").waitFor();
    assert.equal(await shown.getByLabel("姓名").inputValue(), "李雷");

    await preview.save("{ half of it");
    await desk.findings.getByText("no_json").waitFor();

    await preview.save(form({ reason: both("请假事由", "Why") }));
    await shown.getByLabel("请假事由").waitFor();
    await desk.standing.getByText("没有问题").waitFor();
    assert.equal(await desk.findings.count(), 0);
    assert.equal(await page.getByText("最近一次没有问题的内容").count(), 0);
    assert.equal(await shown.getByLabel("姓名").inputValue(), "李雷");
    assert.equal(await shown.getByLabel("请假事由").inputValue(), "探亲");
  });

  walk("a section stands over its questions, goes with its rule, and is told of at its place", {}, async ({ preview, page, desk, shown }) => {
    const section = (more = {}) => ({
      id: "trip",
      kind: "section",
      label: both("出行安排", "Your trip"),
      visible_when: { var: "paid" },
      questions: [{ id: "city", kind: "text", label: both("目的地", "Where to"), required: true }],
      ...more,
    });
    await preview.save(form({ questions: [section()] }));
    await desk.standing.getByText("没有问题").waitFor();
    await shown.getByRole("group", { name: "是否带薪" }).getByRole("radio", { name: "是", exact: true }).check();
    const trip = shown.getByRole("group", { name: "出行安排" });
    await trip.getByRole("heading", { level: 2, name: "出行安排" }).waitFor();
    await trip.getByLabel("目的地").fill("兰川");
    await shown.getByRole("group", { name: "是否带薪" }).getByRole("radio", { name: "否", exact: true }).check();
    await trip.waitFor({ state: "detached" });
    await shown.getByRole("group", { name: "是否带薪" }).getByRole("radio", { name: "是", exact: true }).check();
    assert.equal(await trip.getByLabel("目的地").inputValue(), "兰川", "kept while it was hidden");

    await preview.save(form({ questions: [section({ label: both("出行安排", " "), required: true })] }));
    await desk.standing.getByText("1 个问题").waitFor();
    await desk.findings.first().getByText("/pages/0/questions/5/required").waitFor();
    // Out of its section the question keeps what was answered.
    await preview.save(form({ questions: section().questions }));
    await desk.standing.getByText("没有问题").waitFor();
    await trip.waitFor({ state: "detached" });
    assert.equal(await shown.getByLabel("目的地").inputValue(), "兰川");
  });

  walk("a form that never was sound says why in the place of the form", { given: "[]" }, async ({ preview, page, desk, shown }) => {
    await page.getByText("表单还不能显示").waitFor();
    await desk.findings.first().waitFor();
    await assertAccessible(page);
    await preview.save(form());
    await shown.getByLabel("姓名").waitFor();
    assert.equal(await page.getByText("表单还不能显示").count(), 0);
  });

  walk("it is looked at on another terminal, in another language, as of another day", {}, async ({ page, desk, shown }) => {
    await shown.getByLabel("姓名").fill("李雷");
    const root = shown.locator("html");
    for (const [profile, width] of [["mobile", 390], ["kiosk", 1080], ["mini-app", 390], ["desktop", undefined]]) {
      await page.getByLabel("终端", { exact: true }).selectOption(profile);
      await shown.locator(`html[data-profile="${profile}"]`).waitFor();
      const inside = await root.evaluate(() => window.innerWidth);
      if (width) assert.equal(inside, width, profile);
      assert.equal(await shown.getByLabel("姓名").inputValue(), "李雷", profile);
    }
    await page.getByLabel("表单语言").selectOption("en");
    await shown.getByLabel("Name", { exact: true }).waitFor();
    await page.getByLabel("长辈模式").check();
    await shown.locator('html[data-elder="on"]').waitFor();
    // The author's own page speaks as before.
    assert.equal(await page.locator("html").getAttribute("lang"), "zh-CN");
    // What is chosen in the form itself is chosen beside it, too.
    await shown.getByRole("button", { name: "中文" }).click();
    await page.waitForFunction(() => document.querySelector("#desk-language").value === "zh-CN");

    await page.getByLabel("办理日期").fill("2030-05-06");
    await page.getByLabel("办理日期").blur();
    const document = await desk.open("document");
    await document.getByText('"as_of": "2030-05-06"').waitFor();
    assert.equal(await shown.getByLabel("姓名").inputValue(), "李雷");
  });

  walk("the rules are told beside the form", {}, async ({ desk, shown, page }) => {
    const unknown = await desk.open("unknown");
    await unknown.getByText("visible_when").waitFor();
    assert.match(await unknown.innerText(), /days visible_when\s+等待：paid/);
    await shown.getByLabel("姓名").fill("李雷");
    await shown.getByText("是", { exact: true }).click();
    await shown.getByLabel("天数").fill("12");
    const errors = desk.part("errors");
    await errors.getByText("out_of_range").waitFor();
    const computed = await desk.open("computed");
    await shown.getByLabel("天数").fill("8");
    await computed.getByText("16").waitFor();
    assert.equal(await errors.getByText("out_of_range").count(), 0);

    // Hidden again: kept, told, and not in what is submitted.
    await shown.getByText("否", { exact: true }).click();
    const kept = await desk.open("kept");
    await kept.getByText("days").waitFor();
    const document = await desk.open("document");
    assert.doesNotMatch(await document.innerText(), /"days"/);
    await page.locator(".desk-pages").getByText("材料").click();
    await shown.getByRole("heading", { name: "材料", exact: true }).waitFor();
  });

  walk("examples fill it to the end, a file is only pretended, and nothing is submitted", { language: "en" }, async ({ page, desk, shown }) => {
    await page.getByRole("button", { name: "Fill with examples" }).click();
    await page.getByText("2 of 2 pages complete").waitFor();
    assert.notEqual(await shown.getByLabel("Name", { exact: true }).inputValue(), "");
    await shown.getByRole("button", { name: "Continue", exact: true }).click();
    await shown.getByText("示例.pdf", { exact: true }).waitFor();
    await shown.locator("input[type=file]").setInputFiles({ name: "mine.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7") });
    await page.getByText("“mine.pdf” was not uploaded").waitFor();
    await shown.getByText("mine.pdf", { exact: true }).waitFor();
    await shown.getByRole("button", { name: "Continue", exact: true }).click();
    await shown.getByRole("heading", { name: "Check your answers" }).waitFor();
    await shown.locator("#declare").check();
    await shown.getByRole("button", { name: "Submit", exact: false }).click();
    await page.getByText("Here a citizen would submit").waitFor();
    // Page and desk evaluate the same answers, each by itself.
    const { transcript } = JSON.parse(await page.locator(".notice .desk-json").innerText());
    await (await desk.open("document")).getByText(transcript, { exact: true }).waitFor();

    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByText("0 of 2 pages complete").waitFor();
    await shown.getByRole("heading", { name: "You", exact: true }).waitFor();
    assert.equal(await shown.getByLabel("Name", { exact: true }).inputValue(), "");
    assert.deepEqual(await page.evaluate(() => [localStorage.length, sessionStorage.length]), [0, 0]);
    assert.equal(await desk.findings.count(), 0);
  });

  const listed = form({
    questions: [
      { id: "home", kind: "region", label: both("地区", "Region") },
      { id: "job", kind: "list_choice", list: "occupations", label: both("职业", "Occupation") },
    ],
  });

  walk("lists come from the city's folder", { given: listed, inputs: true }, async ({ page, desk, shown }) => {
    await shown.getByRole("combobox", { name: "职业" }).fill("工程");
    await shown.getByRole("option", { name: /工程技术人员/ }).click();
    const document = await desk.open("document");
    await document.getByText(/"2-02"/).waitFor();
    await page.getByRole("button", { name: "填入示例" }).click();
    await document.getByText(/云岭省/).waitFor();
    assert.match(await document.innerText(), /"code": "2-02"/, "what was answered stays");
    assert.equal(await page.getByText("--inputs").count(), 0);
  });

  walk("without one it is said how to get it", { given: listed }, async ({ page }) => {
    await page.getByText("列表“regions”不可用").waitFor();
  });

  for (const language of ["zh", "en"]) {
    walk(`axe finds nothing, beside the form and in it (${language})`, { language }, async ({ preview, page, desk, shown }) => {
      await shown.locator("#page-heading").waitFor();
      for (const id of ["computed", "unknown", "kept", "document"]) await desk.open(id);
      const frame = page.frames().find((frame) => frame !== page.mainFrame());
      await assertAccessible(frame, "the form");
      await assertAccessible(page, "the desk");
      await assertFitsWidth(page);
      await preview.save(form({ more: { requird: true } }));
      await desk.findings.first().waitFor();
      await assertAccessible(page, "the desk with findings");
      await page.setViewportSize({ width: 390, height: 844 });
      await assertFitsWidth(page);
    });
  }

  walk("who ends it is told so by the page, and by nothing else", {}, async ({ preview, terminal, page, shown }) => {
    terminal.expect(/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|net::ERR/);
    await shown.getByLabel("姓名").fill("李雷");
    assert.equal(await preview.end(), 0);
    await page.getByText("预览程序已停止").first().waitFor();
    assert.equal(await shown.getByLabel("姓名").inputValue(), "李雷");
  });
});
