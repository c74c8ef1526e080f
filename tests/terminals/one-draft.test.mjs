// One citizen, one draft, four terminals at once: begun in the kiosk's window, continued on the JVM as on a phone,
// finished in the desktop's window, watched on a stranger's page. One backend, one core in four places.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { serve } from "../../mini-app-sdk/demo/serve.mjs";
import { Hall, openBrowser } from "../browser/harness.mjs";
import { take } from "../browser/harness/desk.mjs";
import { jpeg } from "../browser/harness/matters.mjs";
import { ShellWindow, setting } from "../shells/window.mjs";
import { LineTerminal } from "./line.mjs";

const ITEM = "vehicle-licence-renewal";
const VEHICLE = "车辆信息";

/** A page of a stranger that shows how far its visitor's matters are. */
const WATCHING = `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>My matters</title>
<link rel="icon" href="bank.svg"><script type="module" src="/watching.js"></script></head>
<body><main><h1>My matters</h1><ul></ul></main></body></html>`;
const WATCHING_SCRIPT = `
import { createHall } from "/sdk/index.js";
const hall = await createHall({ baseUrl: "{{hall}}", language: "zh-CN" });
const show = async () => {
  const cases = await hall.progress.list();
  const lines = cases.map((one) => {
    const line = document.createElement("li");
    line.textContent = one.item_name["zh-CN"] + "：" + one.status.step_name["zh-CN"];
    return line;
  });
  document.querySelector("ul").replaceChildren(...lines);
};
window.logIn = async (phone, code) => {
  await hall.session.logIn(phone, code);
  hall.progress.onChange(show);
  await show();
};
window.requestCode = (phone) => hall.session.requestCode(phone);
window.ready = true;`;

describe("one citizen on four terminals", () => {
  let hall;
  let site;
  let browser;
  const open = [];

  before(async () => {
    const pages = { "/watching.html": WATCHING, "/watching.js": WATCHING_SCRIPT };
    site = await serve({ sdk: setting("ONEHALL_TEST_SDK"), hall: () => hall?.url ?? "", pages });
    hall = await Hall.open({ ui: false, env: { ONEHALL_EMBED_ORIGINS: site.url } });
    browser = await openBrowser();
  });
  after(async () => {
    for (const one of open) await one.close();
    await browser?.close();
    await hall?.close();
    await site?.close();
  });
  const opened = (one) => {
    open.push(one);
    return one;
  };

  test("a draft goes from the kiosk to the phone to the desktop, and a mini-app watches the case", { timeout: 240_000 }, async () => {
    const { phone, name } = hall.people.citizen("zhang-min");
    const [kioskWindow, desktopWindow] = await Promise.all([
      ShellWindow.open("kiosk", hall.url).then(opened),
      ShellWindow.open("desktop", hall.url).then(opened),
    ]);
    const kiosk = await kioskWindow.ready();
    const desktop = await desktopWindow.ready();
    const kotlin = opened(new LineTerminal(JSON.parse(setting("ONEHALL_TEST_KOTLIN_TERMINAL")), hall.url));
    const page = await browser.newPage();
    await page.goto(`${site.url}/watching.html`);
    await page.waitForFunction(() => window.ready);

    // The kiosk: logged in, the draft is begun, two pages are filled as a person does.
    await kioskWindow.logIn(hall, phone);
    await follow(kiosk, `/apply/${ITEM}`);
    await kiosk.heading("为什么补换领");
    await choose(kiosk, "行驶证丢失");
    await choose(kiosk, "否");
    await kiosk.click("继续");
    await kiosk.heading(VEHICLE);
    await kiosk.type("q.plate", "陕A7K392");
    await choose(kiosk, "小型汽车");
    await saved(kiosk);
    const draft = (await kiosk.address()).match(/drafts\/([0-9a-f-]{36})/)[1];

    // The phone: the same draft, with what the kiosk answered; the rest, and a photograph.
    await kotlin.ask({ request_code: { phone } });
    await kotlin.ask({ log_in: { phone, code: await hall.codeFor(phone) } });
    assert.equal((await kotlin.ask({ open_draft: { start: { item: ITEM } } })).id, draft, "one citizen, one draft");
    const seen = await kotlin.ask({ view_draft: { id: draft, page: "vehicle_page" } });
    assert.deepEqual(seen.page.questions.map((question) => question.value), ["陕A7K392", "small", null]);
    await kotlin.ask({ type_answer: { id: draft, path: "vin_end", text: "3X0871", page: "vehicle_page" } });
    const { buffer, ...named } = jpeg("身份证.jpg");
    const file = { name: named.name, media_type: named.mimeType, bytes: buffer.toString("base64") };
    const photograph = await kotlin.ask({ upload_file: { to: { kind: "draft", id: draft }, path: "id_card", file, transfer: 1 } });
    const changes = Object.entries({
      owner_kind: "person",
      delivery: "post",
      post_address: { region: "兰川市城关区", detail: "民安街道滨河东路18号3单元502室" },
      id_card: [photograph],
    }).map(([path, value]) => ({ path, value }));
    await kotlin.ask({ change_answers: { id: draft, changes, page: "materials" } });
    await kotlin.ask({ flush_draft: { id: draft } });

    // The kiosk sees what the phone typed, on the page that is open there.
    await kiosk.until("the phone's answer", () => document.getElementById("q.vin_end")?.value === "3X0871");

    // The desktop: taken up where it stands, declared, checked, submitted.
    await desktopWindow.logIn(hall, phone);
    await follow(desktop, `/drafts/${draft}/declaration`);
    await desktop.heading("声明与提交");
    await check(desktop, "lost_declared");
    await check(desktop, "declared");
    await saved(desktop);
    await desktop.click("继续");
    await desktop.heading("核对您的填写");
    for (const answer of ["陕A7K392", "3X0871", "身份证.jpg", name]) await desktop.reads(answer);
    await desktop.click("提交申请");
    await desktop.until("the receipt", () => /\/matters\/[0-9a-f-]{36}/.test(location.pathname));
    const [, matter] = (await desktop.address()).match(/matters\/([0-9a-f-]{36})/);

    // The mini-app watches, and the others hear of each step.
    await page.evaluate((phone) => window.requestCode(phone), phone);
    const code = await hall.codeFor(phone);
    await page.evaluate(([phone, code]) => window.logIn(phone, code), [phone, code]);
    await page.getByRole("listitem").filter({ hasText: "机动车行驶证补换领：待预审" }).waitFor();
    await follow(kiosk, `/matters/${matter}`);
    await kiosk.reads("待预审");
    await take(hall, { id: matter }, ["ps-window", "pass-pre-review"], ["ps-window", "accept"]);
    await page.getByRole("listitem").filter({ hasText: "审核中" }).waitFor();
    for (const window of [kiosk, desktop]) await window.reads("审核中");
    await kotlin.heard("case_changed", matter);
    await take(hall, { id: matter }, ["ps-approver", "approve"], ["ps-issuer", "issue", { document_number: "LC-2026-0007" }]);
    await page.getByRole("listitem").filter({ hasText: "已办结" }).waitFor();
    for (const window of [kiosk, desktop]) await window.reads("已办结");
    const [known] = await kotlin.ask({ list_cases: {} });
    assert.deepEqual([known.id, known.status.state], [matter, "closed"]);
    await page.close();
  });
});

/** Goes to an address of the pages without loading them anew, as a link does. */
async function follow(window, address) {
  await window.evaluate((address) => {
    const link = document.createElement("a");
    link.href = address;
    document.querySelector("main").append(link);
    link.click();
    link.remove();
  }, address);
}

/** Chooses an option by its label. */
async function choose(window, label) {
  await window.press(`//label[span[normalize-space(.)="${label}"]]`);
}

/** Agrees to the declaration of this id. */
async function check(window, id) {
  await window.press(`//label[@for="q.${id}"]`);
}

const saved = (window) => window.until("that it is saved", () => document.querySelector(".save-line")?.innerText.startsWith("已保存"));
