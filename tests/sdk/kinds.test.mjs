// Every kind of question in a stranger's page.
import assert from "node:assert/strict";

import { allKindsCity } from "../browser/harness/all-kinds.mjs";
import { dayFromNow, jpeg } from "../browser/harness/matters.mjs";
import { assertAccessible, assertFitsWidth } from "../browser/harness.mjs";
import { page as strangersPage, strangers, ZH } from "./stranger.mjs";

const PAGES = {
  "/kinds.html": strangersPage('<onehall-service base-url="{{hall}}" item="all-kinds"></onehall-service>'),
};
const button = (root, name) => root.getByRole("button", { name, exact: true });
const heading = (root, name) => root.getByRole("heading", { level: 2, name, exact: true }).waitFor();
const group = (page, name) => page.getByRole("group", { name });
const fault = (scope) => scope.locator("[part=error]:visible");

/** Looks at a page as it stands, and goes on. */
async function go(page, to) {
  await page.locator(".save", { hasText: /^正在保存/ }).waitFor({ state: "detached" });
  await assertAccessible(page, `before ${to}`);
  await assertFitsWidth(page, `before ${to}`);
  await button(page, ZH.go).click();
  await heading(page, to);
}

strangers("every kind of question in a stranger's page", PAGES, ({ journey }) => {
  journey("is answered, told what is wrong, checked and submitted", async ({ visit, hall }) => {
    const v = await visit("/kinds.html", { viewport: { width: 390, height: 800 } });
    const { page } = v;
    await button(page, "在线申请").click();
    await v.logIn("zhang-min");

    await heading(page, "时间和编号");
    await page.getByText("格式：AA-0000-000").waitFor();
    const permit = page.getByLabel("许可证编号");
    await permit.fill("LC2026001");
    await permit.blur();
    await page.waitForFunction(() => document.querySelector("onehall-service").shadowRoot.querySelector("#q-permit").value === "LC-2026-001");
    const visitTime = page.getByLabel("到访时间");
    await visitTime.fill("09:20");
    await visitTime.blur();
    await fault(page).waitFor();
    await visitTime.fill("09:15");
    await fault(page).waitFor({ state: "detached" });
    const stay = group(page, "停留期间");
    await stay.getByLabel("开始日期").fill(dayFromNow(9));
    await stay.getByLabel("结束日期").fill(dayFromNow(3));
    await permit.focus();
    await fault(stay).waitFor();
    await stay.getByLabel("结束日期").fill(dayFromNow(12));
    await fault(stay).waitFor({ state: "detached" });
    await group(page, "只填时间和签名吗？").getByRole("radio", { name: "否" }).check();
    await go(page, "从名单中选择");

    const job = group(page, "职业");
    await job.getByRole("searchbox").fill("没有这样的职业");
    await job.getByText("没有找到相符的条目。").waitFor();
    await job.getByRole("searchbox").fill("jxry");
    await job.getByRole("radio", { name: "教学人员" }).check();
    const village = group(page, "村庄");
    await village.getByRole("searchbox").fill("第");
    await village.getByText(/^显示前 \d+ 个/).waitFor();
    await go(page, "地区");

    const home = group(page, "现居地");
    await home.getByLabel("省（自治区、直辖市）").selectOption({ label: "云岭省" });
    await home.getByLabel("市（州、盟）").selectOption({ label: "兰川市" });
    await home.getByLabel("区（县、市）").selectOption({ index: 1 });
    await home.getByLabel("街道（乡、镇）").selectOption({ index: 1 });
    await home.getByRole("status").filter({ hasText: /^云岭省兰川市/ }).waitFor();
    await go(page, "人员");

    const spouse = group(page, "配偶");
    await spouse.getByLabel("姓名").fill("王磊");
    await spouse.getByLabel("证件号码").fill("620102 19880514 3828");
    await spouse.getByLabel("手机号").fill("１３８ 0000 0002");
    await group(page, "同行人").getByLabel("证件类型").focus();
    await fault(spouse).waitFor();
    await spouse.getByLabel("证件号码").fill("620102198805143827");
    await fault(spouse).waitFor({ state: "detached" });
    await group(page, "同行人").getByLabel("证件类型").selectOption({ label: "护照" });
    await group(page, "同行人").getByLabel("姓名").fill("Ada Lovelace");
    await group(page, "同行人").getByLabel("证件号码").fill("e1234 5678");
    await go(page, "文字和号码");
    // Sections: groups under headings of their own.
    const reach = group(page, "联系方式");
    await reach.getByRole("heading", { level: 3, name: "联系方式" }).waitFor();
    await reach.getByLabel("电子邮箱").fill("zhang.min@example.com");
    const papers = group(page, "个人信息").getByRole("group", { name: "各种号码" });
    await papers.getByRole("heading", { level: 4, name: "各种号码" }).waitFor();
    await papers.getByLabel("银行卡号").fill("6222020200112231");
    await papers.getByLabel("公民身份号码").focus();
    await fault(papers).waitFor();
    await button(page, ZH.go).click();
    // The summary leads into the section.
    await page.locator("[part=summary]").getByRole("button").first().click();
    await page.waitForFunction(() => document.querySelector("onehall-service").shadowRoot.activeElement?.id === "q-card");
    await papers.getByLabel("银行卡号").fill("6222020200112230");
    await fault(papers).waitFor({ state: "detached" });
    assert.equal(await group(page, "费用").count(), 0);
    await page.getByLabel("人数").fill("3");
    await group(page, "费用").waitFor();
    await go(page, "选择");
    // What the question takes is said, and nothing else is sent.
    await page.getByText("支持 JPG / PNG，每个不超过 200 KB，最多 2 个。").waitFor();
    const picture = page.getByLabel("居民身份证");
    await picture.setInputFiles({ name: "户口簿.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7") });
    await fault(page).filter({ hasText: "户口簿.pdf 不是 JPG / PNG。" }).waitFor();
    await picture.setInputFiles({ name: "原图.jpg", mimeType: "image/jpeg", buffer: Buffer.alloc(200 * 1024 + 1, 7) });
    await fault(page).filter({ hasText: "原图.jpg 超过 200 KB" }).waitFor();
    await picture.setInputFiles(jpeg("身份证.jpg"));
    await button(page, "删除文件 身份证.jpg").waitFor();
    await go(page, "签名");

    const signature = group(page, "申请人签名");
    const pad = signature.getByRole("img", { name: "签名区，尚未签名" });
    await pad.scrollIntoViewIfNeeded();
    const { x, y, width, height } = await pad.boundingBox();
    await page.mouse.move(x + width * 0.2, y + height * 0.5);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.5, y + height * 0.3, { steps: 5 });
    await page.mouse.move(x + width * 0.8, y + height * 0.7, { steps: 5 });
    await page.mouse.up();
    await signature.getByRole("img", { name: "签名区，已签名" }).waitFor();
    await button(signature, "清除重签").click();
    await signature.getByRole("img", { name: "签名区，尚未签名" }).waitFor();
    // Who cannot draw types; no mouse is needed.
    await signature.getByLabel("或输入姓名代替手写").fill("张敏");
    await page.getByRole("checkbox").check();
    await go(page, "核对您的填写");
    for (const said of ["LC-2026-001", "09:15", "教学人员", "云岭省兰川市", "王磊", "E12345678", "张敏（以输入姓名代替手写）"]) {
      await page.getByText(said, { exact: false }).first().waitFor();
    }
    await page.getByRole("heading", { level: 4, name: "联系方式" }).waitFor();
    await page.getByRole("heading", { level: 5, name: "各种号码" }).waitFor();
    await assertAccessible(page, "the check");
    await button(page, "提交申请").click();
    await heading(page, "申请已提交");

    const cookie = await hall.citizenCookie(hall.people.citizen("zhang-min").phone);
    const [{ id }] = await hall.api("GET", "/api/v1/cases", undefined, { cookie });
    const { answers } = await hall.api("GET", `/api/v1/cases/${id}`, undefined, { cookie });
    assert.deepEqual(answers.stay, { from: dayFromNow(9), to: dayFromNow(12) });
    assert.equal(answers.job.code, "2-08");
    assert.deepEqual(answers.guest, { name: "Ada Lovelace", id_type: "passport", id_number: "E12345678" });
    assert.deepEqual(answers.signature, { typed: "张敏" });
  });
}, { city: await allKindsCity() });
