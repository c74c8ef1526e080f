// The guide of a service says all that the catalog knows of it: in both languages, and the same on every terminal.
import assert from "node:assert/strict";

import { assertAccessible, assertFitsWidth, journeys, LANGUAGES, PROFILES } from "../harness.mjs";

/** Together they have everything that a guide can have, and each part at least once not. */
const ITEMS = ["identity-card-renewal", "small-business-start", "property-registration", "birth-certificate-issue"];

const count = (one, more) => (number) => (number === 1 ? one : more).replace("{}", number);

const WORDS = {
  zh: {
    list: "、",
    free: "不收费",
    fees: "见收费标准",
    money: (amount) => `${amount} 元`,
    done: "当场办结",
    promised: count("{} 个工作日办结", "{} 个工作日办结"),
    time: (promised, legal) => `${promised}（${legal}）`,
    legal: count("法定 {} 个工作日", "法定 {} 个工作日"),
    within: count("{} 个工作日内", "{} 个工作日内"),
    visits: count("{} 次", "{} 次"),
    noVisit: "零跑动，全程网办",
    needed: { always: "必需", sometimes: "视情况", optional: "选交" },
    sources: { upload: "自行上传", e_certificate: "电子证照，免提交", derived: "系统自动生成", case: "从您的其他办件获取" },
    original: count("原件 {} 份", "原件 {} 份"),
    copy: count("复印件 {} 份", "复印件 {} 份"),
    electronic: "电子件",
    basis: (basis) => `依据：${basis}`,
    audience: { citizen: "个人", legal_person: "企业、社会组织等法人" },
    channels: { window: "大厅窗口", desktop: "网上办理", mobile: "手机办理", courier: "邮寄", kiosk: "自助终端" },
    online: { true: "可在线申请", false: "需到大厅办理" },
    valid: (months) => (months % 12 ? `${months} 个月` : `${months / 12} 年`),
    date: (year, month, day) => `${year}年${month}月${day}日`,
    glance: ["办理对象", "办结时限", "收费", "到现场次数", "办理方式"],
    columns: ["材料", "是否必需", "来源", "形式", "可信等级"],
  },
  en: {
    list: ", ",
    free: "Free of charge",
    fees: "See fees",
    money: (amount) => `CNY ${amount}`,
    done: "Done at once",
    promised: count("Within {} working day", "Within {} working days"),
    time: (promised, legal) => `${promised} (${legal})`,
    legal: count("{} working day by law", "{} working days by law"),
    within: count("Within {} working day", "Within {} working days"),
    visits: count("{} time", "{} times"),
    noVisit: "None: all of it is online",
    needed: { always: "Always", sometimes: "Depends", optional: "If you have it" },
    sources: {
      upload: "You upload it",
      e_certificate: "E-certificate: nothing to hand in",
      derived: "Made from your answers",
      case: "From another matter of yours",
    },
    original: count("{} original", "{} originals"),
    copy: count("{} copy", "{} copies"),
    electronic: "Electronic",
    basis: (basis) => `Basis: ${basis}`,
    audience: { citizen: "People", legal_person: "Companies and other legal persons" },
    channels: { window: "At a window", desktop: "Online", mobile: "On the phone", courier: "By courier", kiosk: "At a kiosk" },
    online: { true: "Online", false: "At a hall" },
    valid: (months) => (months % 12 ? `${months} months` : months === 12 ? "1 year" : `${months / 12} years`),
    date: (year, month, day) => `${day} ${new Date(year, month - 1).toLocaleString("en", { month: "long" })} ${year}`,
    glance: ["Who can apply", "Time", "Cost", "Visits in person", "How"],
    columns: ["Material", "Needed", "Where it comes from", "Form", "Trust grade"],
  },
};

/** What a guide has to say, part by part, as the API has it. */
function expected(item, catalog, language) {
  const words = WORDS[language];
  const say = (text) => text[LANGUAGES[language]];
  const all = (texts) => texts.filter(Boolean).map(say);
  const list = (texts) => texts.join(words.list);
  const promised = item.promptness === "1" ? words.done : words.promised(item.promised_days);
  const [only, ...others] = item.fees;
  const cost = !only ? words.free : others.length > 0 ? words.fees : words.money(only.amount);
  const needed = ({ required, when }) => {
    if (required) return [words.needed.always];
    return when ? [words.needed.sometimes, say(when)] : [words.needed.optional];
  };
  const form = ({ originals, copies }) => {
    const parts = [originals > 0 && words.original(originals), copies > 0 && words.copy(copies)].filter(Boolean);
    return list(parts.length > 0 ? parts : [words.electronic]);
  };
  const halls = item.halls.map((code) => catalog.halls.find((hall) => hall.code === code));
  const authority = catalog.authorities.find(({ code }) => code === item.authority);
  return {
    head: { name: say(item.name), authority: say(authority.name), summary: say(item.summary), online: words.online[item.online] },
    glance: [
      list(item.audience.map((one) => words.audience[one])),
      item.legal_days === 0 ? promised : words.time(promised, words.legal(item.legal_days)),
      cost,
      item.onsite_visits === 0 ? words.noVisit : words.visits(item.onsite_visits),
      list(item.channels.map((one) => words.channels[one])),
    ],
    conditions: all(item.conditions),
    materials: item.materials.map((one) => [
      all([one.name, one.note]),
      needed(one),
      [list(one.sources.map((source) => words.sources[source]))],
      [form(one)],
      [one.trust_grade],
    ]),
    fees: item.fees.map((fee) => [
      all([fee.name]),
      [words.money(fee.amount)],
      [...all([fee.note]), ...(fee.basis ? [words.basis(say(fee.basis))] : [])],
    ]),
    steps: item.steps.map((step) => [...all([step.name, step.what]), ...(step.days ? [words.within(step.days)] : [])]),
    result: [...all([item.output.name, item.output.delivery]), ...(item.output.valid_months ? [words.valid(item.output.valid_months)] : [])],
    halls: halls.map((hall) => [say(hall.name), say(hall.address), say(hall.hours), hall.phone]),
    law: item.legal_basis.map((basis) => all([basis.title, basis.article])),
    questions: (item.questions ?? []).map((one) => all([one.question, one.answer])),
    codes: [say(item.area), item.catalog_code, item.task_code],
    updated: words.date(...item.updated.split("-").map(Number)),
  };
}

/** What a guide says, part by part, as it is on the page. */
function shown(page) {
  return page.evaluate(() => {
    /** The texts of an element, one after the other. */
    const texts = (element) => {
      const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      const found = [];
      while (walk.nextNode()) if (walk.currentNode.data.trim()) found.push(walk.currentNode.data.trim());
      return found;
    };
    const text = (selector) => texts(document.querySelector(selector)).join(" ");
    const each = (selector) => [...document.querySelectorAll(selector)];
    const rows = (id) => each(`#${id} tbody tr`).map((row) => [...row.children].map(texts));
    const values = (element) => [...element.querySelectorAll(".fact-value")].map((value) => texts(value).join(" "));
    return {
      head: {
        name: text("h1"),
        above: text(".guide-head"),
        summary: text(".guide-head .lead"),
        online: text(".guide-head .tags"),
      },
      glance: values(document.querySelector(".glance")),
      glanceNames: each(".glance .fact-name").map((name) => texts(name).join(" ")),
      conditions: each("#conditions li").map((row) => texts(row).join(" ")),
      materials: rows("materials"),
      columns: each("#materials thead th").map((name) => texts(name).join(" ")),
      fees: rows("fees"),
      noFees: document.querySelector("#fees table") ? undefined : text("#fees p"),
      steps: each("#steps .timeline-step").map(texts),
      result: values(document.querySelector("#result")),
      halls: each("#halls .card").map((card) => [texts(card.querySelector("h3")).join(" "), ...values(card)]),
      law: each("#law li").map(texts),
      questions: each("#questions details").map(texts),
      codes: values(document.querySelector("#codes")),
      updated: text("#codes > p:last-child"),
      whole: texts(document.querySelector("main")),
    };
  });
}

/** Fails where something of the guide is on the page and nobody sees it. */
async function assertAllSeen(page) {
  // The answers open by a press on their question.
  for (const question of await page.locator("#questions summary").all()) await question.click();
  const hidden = await page.evaluate(() => {
    const parts = document.querySelectorAll(".guide-head *, .glance *, section.section *");
    const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    return [...parts].filter((part) => !part.closest("svg, thead, .visually-hidden") && !seen(part)).map((part) => part.outerHTML.slice(0, 120));
  });
  assert.deepEqual(hidden, []);
}

journeys("the guide of a service", ({ journey }) => {
  for (const language of Object.keys(LANGUAGES)) {
    journey(`says what the catalog says, the same on every terminal, in ${language}`, { language }, async ({ open, hall }) => {
      const catalog = await hall.api("GET", "/api/v1/catalog");
      const words = WORDS[language];
      const terminals = [];
      for (const profile of Object.keys(PROFILES)) terminals.push(await open({ profile }));
      for (const code of ITEMS) {
        const item = await hall.api("GET", `/api/v1/catalog/items/${code}`);
        const { head, codes, updated, ...parts } = expected(item, catalog, language);
        let first;
        for (const terminal of terminals) {
          const where = `${code} on ${terminal.profile}`;
          const { page } = terminal;
          await terminal.goto(`/services/${code}`);
          await page.locator("#codes").waitFor();
          await terminal.settled();
          const told = await shown(page);
          assert.equal(told.head.name, head.name, where);
          assert.ok(told.head.above.includes(head.authority), `${where}: ${told.head.above}`);
          assert.equal(told.head.summary, head.summary, where);
          assert.equal(told.head.online, head.online, where);
          for (const [part, texts] of Object.entries(parts)) {
            // What there is of the level of the account stands below what every guide has.
            const these = part === "glance" ? told.glance.slice(0, texts.length) : told[part];
            assert.deepEqual(these, texts, `${where}: ${part}`);
          }
          assert.equal(told.noFees, item.fees.length > 0 ? undefined : words.free, where);
          assert.deepEqual(told.glanceNames.slice(0, words.glance.length), words.glance, where);
          if (item.materials.length > 0) assert.deepEqual(told.columns, words.columns, where);
          for (const part of [head.authority, ...codes]) assert.ok(told.codes.includes(part), `${where}: ${part} in ${told.codes}`);
          assert.ok(told.updated.includes(updated), `${where}: ${told.updated}`);
          first ??= told;
          assert.deepEqual(told.whole, first.whole, `${where} as on ${terminals[0].profile}`);
          await assertAllSeen(page);
          await assertFitsWidth(page, where);
        }
        await assertAccessible(terminals[0].page, code);
      }
    });
  }

  journey("names the columns of its tables where there is no room for a head", { profile: "mobile" }, async ({ terminal, page }) => {
    await terminal.goto("/services/identity-card-renewal");
    await page.locator("#materials td").first().waitFor();
    const named = await page.evaluate(() => {
      const cells = [...document.querySelectorAll("#materials tbody tr:first-child td")];
      return cells.map((cell) => getComputedStyle(cell, "::before").content.replaceAll('"', ""));
    });
    assert.deepEqual(named, WORDS.zh.columns.slice(1));
  });
});

journeys("the guides that are looked at", ({ journey }) => {
  journey("have each part of a guide, with and without", {}, async ({ hall }) => {
    const items = await Promise.all(ITEMS.map((code) => hall.api("GET", `/api/v1/catalog/items/${code}`)));
    const both = (what, has) => assert.deepEqual([...new Set(items.map(has))].sort(), [false, true], what);
    both("conditions", (item) => item.conditions.length > 0);
    both("fees", (item) => item.fees.length > 0);
    both("several fees", (item) => item.fees.length > 1);
    both("questions", (item) => (item.questions ?? []).length > 0);
    both("legal days", (item) => item.legal_days > 0);
    both("at once", (item) => item.promptness === "1");
    both("online", (item) => item.online);
    both("visits", (item) => item.onsite_visits > 0);
    const materials = items.flatMap((item) => item.materials);
    assert.deepEqual([...new Set(materials.map(({ required }) => required))].sort(), [false, true]);
    assert.deepEqual([...new Set(materials.map(({ trust_grade: grade }) => grade))].sort(), ["A", "B", "C", "D"]);
  });
});
