// What somebody does at a kiosk with its devices: a card becomes a number on paper, or logs in; a paper becomes a file of a form;
// a device that fails says what to do, and the matter goes on. How a visit begins and ends.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { isDeepStrictEqual } from "node:util";

import { bringResult, deskCookie, take } from "../browser/harness/desk.mjs";
import { Hall } from "../browser/harness/hall.mjs";
import { completeDraft, jpeg, submittedCase } from "../browser/harness/matters.mjs";
import { openHallsCity } from "../browser/harness/open-halls.mjs";
import { accessible } from "./accessibility.mjs";
import { Cups } from "./cups.mjs";
import { pictured, Stand, until } from "./stand.mjs";

const ZHANG_MIN = "zhang-min";
/** WebDriver's character for this key. */
const ENTER = "\uE007";
/** What covers the pages before anybody has touched them. */
const COVER = `//*[@class="cover"]`;
const HOUSEHOLD = "户籍、身份证、出入境";
/** A page without anything on it. */
const RESULT = Buffer.from(
  "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n",
);
/** Of somebody whom the hall has never seen. */
const STRANGER = "11010519491231002X";

describe("the devices of a kiosk", { timeout: 900_000 }, () => {
  let hall;
  /** One whose clock is the demo city's own: what is applied for has a day. */
  let atWork;
  let cups;
  before(async () => {
    const city = await openHallsCity();
    [hall, atWork, cups] = await Promise.all([Hall.open({ ui: false, city }), Hall.open({ ui: false }), Cups.open("slips", "a4")]);
  });
  after(async () => {
    await cups?.close();
    await hall?.close();
    await atWork?.close();
  });

  /** A kiosk at which somebody stands. `where` gives the address of its hall, `settings` are its file's. */
  const journey = (name, walk, { devices, where, settings = {}, ...how } = {}) =>
    test(name, async (context) => {
      const stand = await Stand.place({ devices: devices?.(cups), silence_seconds: 600, ...settings });
      let window;
      try {
        window = await stand.open(where?.() ?? hall.url, how);
        await walk(window.page, { stand, window });
      } catch (error) {
        context.diagnostic((await window?.page.text().catch(() => "the page is gone")) ?? "no window");
        throw error;
      } finally {
        await window?.close();
        await stand.close();
      }
    });

  const card = (key) => ({ card: { citizen_id: hall.people.citizen(key).citizen_id } });

  /** From the first page to where cards are read. */
  async function toTheReader(page) {
    await page.press('//a[contains(@class, "big-tile")][contains(., "取号、预约签到")]');
    await page.heading("兰川市政务服务中心");
    // The page is drawn anew when a number is drawn: a tap in that moment is lost, and a person taps again.
    const isThere = () => page.evaluate(() => document.querySelector("h1")?.innerText.trim() === "预约签到").catch(() => false);
    for (let taps = 0; taps < 3 && !(await isThere()); taps += 1) {
      await page.click("刷身份证、预约签到");
      for (let waits = 0; waits < 100 && !(await isThere()); waits += 1) await new Promise((later) => setTimeout(later, 50));
    }
    await page.heading("预约签到");
  }

  /** Draws a number without a card. */
  async function drawNumber(page) {
    await page.press('//a[contains(@class, "big-tile")][contains(., "取号、预约签到")]');
    await page.heading("兰川市政务服务中心");
    await page.press(`//main//button[contains(., "${HOUSEHOLD}") or contains(@aria-label, "${HOUSEHOLD}")]`);
    await page.heading("我的号码");
    return page.until("the number", () => document.querySelector(".ticket-number")?.innerText);
  }

  journey("a card becomes a number, and the number a slip of paper", async (page, { stand }) => {
    await toTheReader(page);
    await page.click("刷身份证签到、取号");
    await page.reads("请把身份证平放在读卡区，不要拿开");
    await pictured(page, "card-waits");
    await accessible(page, "card-waits");
    await stand.says({ id_card: card(ZHANG_MIN) });
    await page.reads("这张身份证今天没有可以签到的预约");
    await pictured(page, "card-choosing");
    await page.press(`//main//button[contains(., "${HOUSEHOLD}")]`);
    await page.heading("我的号码");
    const number = await page.until("the number", () => document.querySelector(".ticket-number")?.innerText);
    assert.match(number, /^A\d{3}$/);

    await cups.emptyTray("slips");
    await page.click("打印号码条");
    await page.reads("已打印，请取走纸条。");
    await pictured(page, "slip-printed");
    const [slip, ...more] = await cups.printed("slips");
    assert.equal(more.length, 0);
    assert.ok(slip.includes(number) && slip.subarray(-4).equals(Buffer.from("\x1dVB\0")), "the number stands on it, and it is cut off");
    assert.ok(!slip.includes(hall.people.citizen(ZHANG_MIN).citizen_id));
    assert.deepEqual(await cups.kept(), []);

    // Without paper the page says so, and nothing comes out for whoever stands there next.
    await cups.emptyTray("slips");
    await cups.takePaperOut("slips");
    await page.click("打印号码条");
    await page.reads("打印机缺纸，没有打印，也不会在之后打出。");
    await pictured(page, "slip-no-paper");
    await accessible(page, "slip-no-paper");
    await cups.putPaperIn("slips");
    assert.deepEqual(await cups.kept(), []);
    await page.click("打印号码条");
    await until("one slip", async () => (await cups.printed("slips")).length > 0);
    await page.until("it is printed", () => !document.querySelector('[aria-busy="true"]'));
    assert.equal((await cups.printed("slips")).length, 1);

    // The same card gets the same number again.
    await page.click("完成");
    await toTheReader(page);
    await page.click("刷身份证签到、取号");
    await page.press(`//main//button[contains(., "${HOUSEHOLD}")]`);
    await page.heading("我的号码");
    assert.equal(await page.until("the number", () => document.querySelector(".ticket-number")?.innerText), number);
  }, { devices: (cups) => ({ slips: cups.printer("slips") }) });

  journey("a card reader that fails says what to do, and one goes on without it", async (page, { stand }) => {
    await toTheReader(page);
    const faults = {
      busy: ["读卡器正忙，请稍等再试。", { state: "busy" }],
      removed: ["身份证拿开得太早，没有读完。", { ...card(ZHANG_MIN), fault: "removed" }],
      unreadable: ["读不出这张身份证。", { ...card(ZHANG_MIN), fault: "unreadable" }],
      broken: ["读卡器出了故障。可以输入预约码，或不刷卡取号。", { state: "broken" }],
    };
    for (const [fault, [said, device]] of Object.entries(faults)) {
      await stand.says({ id_card: device });
      await page.click("刷身份证签到、取号");
      await page.reads(said);
      await page.until("the button again", () => !document.querySelector(".device-waits"));
      await pictured(page, `card-${fault}`);
    }
    // Its plug is pulled in the middle.
    await stand.says({ id_card: { ...card(ZHANG_MIN), after_ms: 600_000 } });
    await page.click("刷身份证签到、取号");
    await page.element('//*[contains(@class, "device-waits")]');
    await stand.says({ id_card: { state: "missing" } });
    await page.reads("这台终端的身份证读卡器现在不能用。可以输入预约码，或不刷卡取号。");
    // Who has changed their mind is told nothing.
    await stand.says({});
    await page.click("刷身份证签到、取号");
    await page.click("不刷了");
    await page.until("nothing waits or is wrong", () => !document.querySelector(".device-waits, #card .notice"));
    await page.press('//a[contains(., "首页")]');
    assert.match(await drawNumber(page), /^A\d{3}$/);
  });

  journey("a printer that fails says what to do, and the number stays", async (page, { stand }) => {
    const number = await drawNumber(page);
    const faults = {
      busy: ["打印机正忙，请稍等再试。", { state: "busy" }],
      jammed: ["打印机卡纸，没有打印完整", { state: "jammed" }],
      out_of_paper: ["打印机缺纸，没有打印", { state: "out_of_paper" }],
      missing: ["这台终端现在不能打印。", { state: "missing" }],
    };
    for (const [fault, [said, device]] of Object.entries(faults)) {
      await stand.says({ slips: device });
      await page.click("打印号码条");
      await page.reads(said);
      await pictured(page, `printer-${fault}`);
    }
    await stand.says({ slips: { after_ms: 600_000 } });
    await page.click("打印号码条");
    await page.element('//button[@aria-busy="true"]');
    await stand.says({ slips: { state: "missing" } });
    await page.until("it says so once it is unplugged", () => !document.querySelector('[aria-busy="true"]'));
    await page.reads("请用手机扫码保存，或到服务台打印。");
    await stand.says({});
    await page.click("打印号码条");
    await page.reads("已打印，请取走纸条。");
    assert.equal(await page.evaluate(() => document.querySelector(".ticket-number").innerText), number);
  });

  journey("a card and the code of its owner's phone log in, and no page learns what stands on the card", async (page, { stand }) => {
    const { name, phone, citizen_id } = hall.people.citizen(ZHANG_MIN);
    await page.press('//header//a[contains(., "登录")]');
    await page.heading("登录");
    await page.click("刷身份证登录");
    await page.heading("刷身份证登录");
    await page.element('//*[contains(@class, "device-waits")]');
    await pictured(page, "login-card-waits");
    await accessible(page, "login-card-waits");

    // Whoever has no account here is told the same as whoever has one.
    const sent = "这张身份证若已在大厅开通账号，验证码已发到账号的手机";
    await stand.says({ id_card: { card: { citizen_id: STRANGER } } });
    await page.reads(sent);
    await page.type("code", "000000");
    await page.click("登录", "//form");
    await page.reads("验证码不正确或已过期。");
    const ofStranger = await page.evaluate(() => document.querySelector("main").innerText);

    const messages = async () => (await hall.api("GET", "/api/v1/dev/messages")).filter(({ to }) => to.endsWith(phone)).length;
    const before = await messages();
    await stand.says({ id_card: card(ZHANG_MIN) });
    await page.click("重新刷身份证");
    await page.until("the new card's page", () => document.querySelector("#code")?.value === "");
    await until("the message", async () => (await messages()) > before);
    const code = await hall.codeFor(phone);
    await page.type("code", code === "000000" ? "000001" : "000000");
    await page.click("登录", "//form");
    await page.reads("验证码不正确或已过期。");
    assert.equal(await page.evaluate(() => document.querySelector("main").innerText), ofStranger);
    await pictured(page, "login-card-code");
    await accessible(page, "login-card-code");
    const ofPages = async (word) => (await stand.traces([word])).filter((where) => where.includes("WebKit"));
    assert.ok((await ofPages(sent)).length > 0, "what a page says is found in its memory");
    assert.deepEqual(await ofPages(citizen_id), [], "what stands on the card is not");

    await page.type("code", code);
    await page.click("登录", "//form");
    await page.heading("您要办什么事？");
    await page.reads(name);
  });

  journey("a card reader that fails at the login leads to the other ways", async (page, { stand }) => {
    await page.press('//header//a[contains(., "登录")]');
    await page.click("刷身份证登录");
    await page.element('//*[contains(@class, "device-waits")]');
    await stand.says({ id_card: { state: "missing" } });
    await page.reads("请用手机号登录，或用手机扫码登录。");
    await pictured(page, "login-card-missing");
    await accessible(page, "login-card-missing");
    await page.click("用手机号登录");
    await page.heading("登录");
    await page.element('//*[@id="phone"]');
  });

  journey("a paper on the scanner becomes a file of a form, and nothing of it stays", async (page, { stand, window }) => {
    const paper = Buffer.concat([jpeg("").buffer, Buffer.from("kanarienvogel-2c61")]);
    await writeFile(join(stand.folder, "paper.jpg"), paper);
    const { name, phone } = atWork.people.citizen(ZHANG_MIN);
    const draft = await completeDraft(atWork, ZHANG_MIN, "residence-permit");
    await window.logIn(atWork, phone);
    await page.goto(`tauri://localhost/drafts/${draft.id}/materials`);
    await page.heading("上传材料");
    await page.press('(//button[@aria-label="删除文件 材料.jpg" or normalize-space(.)="删除文件 材料.jpg"])[1]');
    await page.element('//button[normalize-space(.)="扫描纸质材料"]');
    await pictured(page, "scan");

    const faults = {
      busy: ["扫描仪正忙，请稍等再试。", { state: "busy" }],
      jammed: ["扫描仪卡纸。", { state: "jammed" }],
      unreadable: ["没有扫描清楚。", { picture: "paper.jpg", fault: "unreadable" }],
      missing: ["扫描仪现在不能用。请用手机登录", { state: "missing" }],
    };
    for (const [fault, [said, device]] of Object.entries(faults)) {
      await stand.says({ scanner: device });
      await page.press('(//button[normalize-space(.)="扫描纸质材料"])[1]');
      await page.reads(said);
      await pictured(page, `scan-${fault}`);
    }
    await stand.says({ scanner: { picture: "paper.jpg", after_ms: 600_000 } });
    await page.press('(//button[normalize-space(.)="扫描纸质材料"])[1]');
    await page.element('//*[contains(@class, "device-waits")]');
    await pictured(page, "scan-waits");
    await accessible(page, "scan-waits");
    await stand.says({ scanner: { state: "missing" } });
    await page.until("it ends once it is unplugged", () => !document.querySelector(".device-waits"));
    await page.reads("扫描仪现在不能用。请用手机登录");

    await stand.says({ scanner: { picture: "paper.jpg" } });
    await page.press('(//button[normalize-space(.)="扫描纸质材料"])[1]');
    await page.reads("已扫描，请取走原件。");
    const sha256 = createHash("sha256").update(paper).digest("hex");
    const [file] = await until("the hall has it", async () => {
      const { answers } = await atWork.api("GET", `/api/v1/drafts/${draft.id}`, undefined, { cookie: draft.cookie });
      const found = Object.values(answers).flat().filter((file) => file?.sha256 === sha256);
      return found.length > 0 && found;
    });
    assert.match(file.name, /^扫描件\d+\.jpeg$/);
    assert.equal(file.media_type, "image/jpeg");
    await pictured(page, "scan-done");

    const [mine] = await stand.visits();
    const traces = () => stand.traces(["kanarienvogel-2c61", name]);
    assert.ok((await traces()).length > 0, "while the visit lasts there is something to find");
    await page.press('//button[contains(., "结束办理")]');
    await page.reads("请带好您的身份证、材料和打印件。");
    await pictured(page, "visit-over");
    await stand.after(mine);
    assert.deepEqual(await traces(), []);
  }, { devices: () => ({ scanner: { kind: "simulator" } }), where: () => atWork.url });

  journey("a result comes out of the printer of documents, or nothing does", async (page, { window }) => {
    const application = await submittedCase(atWork, ZHANG_MIN, "identity-card-renewal");
    await take(atWork, application, ["ps-window", "pass-pre-review"], ["ps-window", "accept"]);
    await take(atWork, application, ["ps-approver", "approve", { reason: "符合换领条件。" }]);
    const { id: file } = await bringResult(atWork, application, "ps-issuer", "结果.pdf", RESULT);
    await take(atWork, application, ["ps-issuer", "issue", { document_number: "兰公换字〔2026〕0001号", file }]);
    await window.logIn(atWork, atWork.people.citizen(ZHANG_MIN).phone);
    await page.goto(`tauri://localhost/matters/${application.id}`);
    await page.reads("兰公换字〔2026〕0001号");

    await cups.takePaperOut("a4");
    await page.click("打印：结果.pdf");
    await page.reads("打印机缺纸，没有打印，也不会在之后打出。");
    await pictured(page, "result-no-paper");
    await cups.putPaperIn("a4");
    assert.deepEqual(await cups.kept(), []);
    await page.click("打印：结果.pdf");
    await page.reads("结果.pdf 已打印，请从出纸口取走。");
    await pictured(page, "result-printed");
    assert.deepEqual(await cups.printed("a4"), [RESULT]);
    assert.deepEqual(await cups.kept(), []);
  }, { devices: (cups) => ({ documents: cups.printer("a4") }), where: () => atWork.url });

  journey("a stranger sees which kiosk it is, and begins in their language", async (page) => {
    await page.reads("触摸这里开始");
    await page.reads("一楼 3 号自助终端");
    await page.reads("兰川市政务服务中心");
    await page.element('//*[contains(@class, "page") and @inert]');
    await pictured(page, "attract-zh");
    await page.click("English", COVER);
    await page.reads("Touch here to begin");
    await page.reads("Kiosk 3");
    await pictured(page, "attract-en");
    await page.click("Large view", COVER);
    await page.until("the large view", () => document.documentElement.dataset.elder === "on");
    await pictured(page, "attract-en-large");
    await accessible(page, "attract-en-large");
    // Anywhere but on what changes how it is said.
    await page.press('//h1[contains(@class, "cover-title")]');
    await page.until("the pages below", () => !document.querySelector(".cover"));
    await page.heading("What do you need to do?");
    await pictured(page, "home-en-large");
    await accessible(page, "home-en-large");
    await page.click("Standard view");
    await pictured(page, "home-en");
  }, { touched: false });

  journey("a kiosk that is cut off says what still works", async (page) => {
    await page.reads("网络暂时不通：可以看已有的办事指南，不能登录、取号和提交。取号请到服务台。");
    await pictured(page, "attract-offline");
  }, { touched: false, where: () => "http://127.0.0.1:1" });

  journey("the hall is told how its kiosk is, and what became of the visits", async (page, { stand }) => {
    const told = async (of) => {
      const as = { cookie: await deskCookie(hall, "admin"), terminal: "console" };
      const { kiosks } = await hall.api("GET", "/api/v1/staff/halls/central", undefined, as);
      const kiosk = kiosks.find(({ number }) => number === 3);
      return kiosk.sign && of(kiosk.sign) && !kiosk.silent && kiosk.sign;
    };
    const ready = { id_card: "ready", codes: "ready", slips: "ready", documents: "ready" };
    await until("the first sign", () => told(({ visits, devices }) => visits === 0 && isDeepStrictEqual(devices, ready)));
    const [mine] = await stand.visits();
    await stand.says({ slips: { state: "out_of_paper" } });
    await page.evaluate(() => void window.onehallKiosk.over()).catch(() => {});
    await stand.after(mine);
    const next = await until("the sign of the next visit", () => told(({ visits }) => visits === 1));
    assert.equal(next.unclean, 0);
    assert.equal(next.devices.slips, "out_of_paper");
  });

  journey("what was counted in a visit is with the hall when its process has ended", async (page, { stand }) => {
    const asked = '//*[contains(@class, "consent")]//button[contains(., "同意统计")]';
    const guide = "identity-card-renewal";
    await page.press(asked);
    await page.goto(`tauri://localhost/services/${guide}`);
    await page.heading("居民身份证换领");
    const [mine] = await stand.visits();
    await page.press('//button[contains(., "结束办理")]');
    await stand.after(mine);
    // A batch would not have left by itself yet: it was sent because the visit ended.
    const as = { cookie: await deskCookie(hall, "admin"), terminal: "console" };
    const today = new Date();
    const day = (ago) => new Date(today - ago * 86_400_000).toISOString().slice(0, 10);
    const { rows } = await hall.api("GET", `/api/v1/staff/insight?by=terminal&from=${day(1)}&to=${day(-1)}`, undefined, as);
    assert.deepEqual(rows.filter(({ event }) => event === "item_viewed").map(({ key }) => key), ["kiosk"]);
  });

  journey("whoever walks away is asked, and then the visit ends", async (page, { stand, window }) => {
    await pictured(page, "home-zh");
    await window.logIn(hall, hall.people.citizen(ZHANG_MIN).phone);
    await page.reads("张敏");
    const [mine] = await stand.visits();
    await page.reads("您还在办理吗？");
    await pictured(page, "idle-asks");
    await accessible(page, "idle-asks");
    // Whatever key somebody presses who does not look: it goes on.
    for (const key of [ENTER, " "]) {
      await page.reads("您还在办理吗？");
      const said = await page.until("the focus on what goes on", () => {
        const { activeElement: focused } = document;
        const described = focused?.id === "kiosk-stay" && focused.closest("dialog").getAttribute("aria-describedby");
        return described && document.getElementById(described).innerText;
      });
      assert.match(said, /\d+ 秒后将自动退出/);
      await page.key(key);
      await page.until("the question is gone", () => !document.querySelector("dialog[open]"));
      assert.deepEqual(await stand.visits(), [mine]);
      await page.reads("张敏");
    }
    await page.reads("您还在办理吗？");
    await stand.after(mine);
  }, { settings: { idle_seconds: 40 } });
});
