// A stranger's site for the tests of the SDK: the demo's server on an origin of its own, a hall that lets it in, and
// pages that are watched for what nobody would look for.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { serve } from "../../mini-app-sdk/demo/serve.mjs";
import { Hall, openBrowser } from "../browser/harness.mjs";

/** The built package. */
export const sdk = () => process.env.ONEHALL_TEST_SDK ?? missing("ONEHALL_TEST_SDK");

function missing(name) {
  throw new Error(`${name} is not set: start the tests with \`cargo xtask test --only sdk\``);
}

/** A page that holds nothing but `body`, under the demo's content policy. */
export const page = (body, { lang = "zh-CN" } = {}) => `<!doctype html><html lang="${lang}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>A page</title><link rel="icon" href="bank.svg"><script type="module" src="/sdk/element.js"></script></head>
<body><main><h1>A stranger's page</h1>${body}</main></body></html>`;

/** Journeys on a stranger's pages; `visit` opens one. `city` is a folder other than the demo city's. */
export function strangers(name, pages, define, { city } = {}) {
  describe(name, () => {
    let site;
    let hall;
    let browser;
    before(async () => {
      site = await serve({ sdk: sdk(), hall: () => hall?.url ?? "", pages });
      hall = await Hall.open({ ui: false, city, env: { ONEHALL_EMBED_ORIGINS: site.url } });
      browser = await openBrowser();
    });
    after(async () => {
      await browser?.close();
      await hall?.close();
      await site?.close();
    });

    const journey = (title, walk) => {
      test(title, { timeout: 180_000 }, async (context) => {
        const open = [];
        const visit = async (path = "/", options = {}) => {
          const visit = await Visit.open(browser, hall, site, path, options);
          open.push(visit);
          return visit;
        };
        let well = false;
        try {
          await walk({ visit, hall, site });
          well = true;
        } finally {
          for (const one of open) {
            if (!well) await one.tell(context);
            await (well ? one.close() : one.close().catch(() => {}));
          }
        }
      });
    };
    define({ journey });
  });
}

class Visit {
  static async open(browser, hall, site, path, { language = "zh-CN", viewport = { width: 1280, height: 900 }, ...options } = {}) {
    const visit = new Visit();
    visit.problems = [];
    visit.hall = hall;
    visit.context = await browser.newContext({ locale: language, timezoneId: "Asia/Shanghai", viewport, reducedMotion: "reduce", ...options });
    visit.context.setDefaultTimeout(15_000);
    visit.#guard([site.url, hall.url]);
    visit.page = await visit.context.newPage();
    // Listened for before the page is there: the element may speak before anybody could ask it to be heard.
    await visit.page.addInitScript(() => {
      globalThis.told = [];
      for (const name of ["ready", "step", "draft-saved", "submitted", "error", "resize"]) {
        addEventListener(`onehall-${name}`, ({ detail }) => globalThis.told.push([name, detail]));
      }
    });
    await visit.page.goto(`${site.url}${path}`);
    return visit;
  }

  #guard(origins) {
    const blame = (problem) => this.problems.push(problem);
    this.context.on("request", (request) => {
      const url = new URL(request.url());
      if (url.protocol.startsWith("http") && !origins.includes(url.origin)) blame(`a request to another host: ${url}`);
    });
    this.context.on("weberror", (error) => blame(`an uncaught error: ${error.error().stack ?? error.error()}`));
    this.context.on("console", (message) => {
      const refused = /^Failed to load resource/.test(message.text());
      const serious = message.type() === "error" || /panicked at|Content Security Policy|TrustedHTML/i.test(message.text());
      if (serious && !refused) blame(`on the console: ${message.text()}`);
    });
  }

  /** Logs a citizen in on the screen that asks for it. */
  async logIn(key, { words = ZH, root = this.page } = {}) {
    const { phone } = this.hall.people.citizen(key);
    await root.getByLabel(words.phone, { exact: true }).fill(phone);
    await root.getByRole("button", { name: words.send }).click();
    await root.getByLabel(words.code, { exact: true }).waitFor();
    await root.getByLabel(words.code, { exact: true }).fill(await this.hall.codeFor(phone));
    await root.getByRole("button", { name: words.logIn, exact: true }).click();
  }

  /** What the element told its page so far, of this name. */
  told(name) {
    return this.page.evaluate((name) => globalThis.told.filter(([one]) => one === name).map(([, detail]) => detail), name);
  }

  async tell(context) {
    for (const problem of this.problems) context.diagnostic(problem);
    const text = await this.page.locator("body").innerText({ timeout: 1000 }).catch(() => "");
    context.diagnostic(text.split("\n").filter(Boolean).slice(0, 40).join(" | "));
    if (process.env.ONEHALL_TEST_SHOTS) await this.page.screenshot({ path: `${process.env.ONEHALL_TEST_SHOTS}/failed.png`, fullPage: true }).catch(() => {});
  }

  async close() {
    await this.context.close();
    assert.deepEqual(this.problems, [], "the page must do none of this");
  }
}

export const ZH = { phone: "手机号", send: "获取验证码", code: "验证码", logIn: "登录", go: "继续" };
export const EN = { phone: "Mobile phone number", send: "Send me a code", code: "Code", logIn: "Log in", go: "Continue" };
