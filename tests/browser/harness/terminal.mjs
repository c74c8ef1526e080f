// A terminal: a browser context of its own with the screen and the input of a profile, and guards that fail a test
// for what nobody would look for: uncaught errors, refused content, requests to other hosts.
import assert from "node:assert/strict";

import { chromium } from "playwright-core";

import { setting } from "./hall.mjs";

/** The screens and inputs of the terminal profiles. */
export const PROFILES = {
  desktop: { viewport: { width: 1280, height: 900 } },
  mobile: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  kiosk: { viewport: { width: 1080, height: 1920 }, hasTouch: true },
  "mini-app": { viewport: { width: 390, height: 700 }, hasTouch: true, isMobile: true },
};

/** Both languages, and how a browser asks for them. */
export const LANGUAGES = { zh: "zh-CN", en: "en" };

/** Chromium, which asks nothing of any other host. */
export async function openBrowser() {
  return chromium.launch({
    executablePath: setting("ONEHALL_TEST_CHROMIUM"),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

export class Terminal {
  /** A new terminal with a page that nobody has opened yet. */
  static async open(browser, hall, { profile = "desktop", language = "zh", dark = false, ...context } = {}) {
    const terminal = new Terminal();
    terminal.hall = hall;
    terminal.profile = profile;
    terminal.language = language;
    terminal.problems = [];
    terminal.expected = [];
    terminal.context = await browser.newContext({
      ...PROFILES[profile],
      locale: LANGUAGES[language],
      timezoneId: "Asia/Shanghai",
      colorScheme: dark ? "dark" : "light",
      // Movement is for people; a test would see pages half way.
      reducedMotion: "reduce",
      // What a service worker answers no test can intercept; the journeys without a network let it in.
      serviceWorkers: "block",
      ...context,
    });
    terminal.context.setDefaultTimeout(15_000);
    terminal.#guard();
    terminal.page = await terminal.context.newPage();
    return terminal;
  }

  #guard() {
    const own = new URL(this.hall.url).origin;
    const blame = (problem) => this.problems.push(problem);
    this.context.on("request", (request) => {
      const url = new URL(request.url());
      if (["http:", "https:", "ws:", "wss:"].includes(url.protocol) && url.origin !== own) {
        blame(`a request to another host: ${request.url()}`);
      }
    });
    this.context.on("weberror", (error) => blame(`an uncaught error: ${error.error().stack ?? error.error()}`));
    this.context.on("response", (response) => {
      const path = new URL(response.url()).pathname;
      const broken = response.status() >= 500 || (response.status() >= 400 && !path.startsWith("/api/"));
      if (broken) blame(`${response.status()} for ${path}`);
    });
    this.context.on("console", (message) => {
      // What the API refuses is for the page to show; Chromium writes it to the console too.
      const refused = /^Failed to load resource: the server responded/.test(message.text());
      const serious = message.type() === "error" || /panicked at|Content Security Policy/i.test(message.text());
      if (serious && !refused) blame(`on the console: ${message.text()}`);
    });
  }

  /** Lets the guards pass what a test brings about on purpose. */
  expect(pattern) {
    this.expected.push(pattern);
  }

  /** Opens a page of the hall and waits until the UI is there. */
  async goto(path = "/") {
    const url = new URL(path, this.hall.url);
    // Desktop and phone are told apart by their width, as for anybody; the others are told what they are.
    if (["kiosk", "mini-app"].includes(this.profile)) url.searchParams.set("profile", this.profile);
    await this.page.goto(url.href);
    await this.ready();
    return this.page;
  }

  /** Follows a link of the page that is shown, to another one of the same program: the document stays. */
  async follow(path) {
    await this.page.evaluate((href) => {
      const link = document.createElement("a");
      link.href = href;
      document.body.append(link);
      link.focus({ preventScroll: true });
      link.click();
      // The focus was on it: whoever does not get it now has lost their place.
      link.remove();
    }, new URL(path, this.hall.url).href);
  }

  /** Keeps preferences on this terminal before a page is opened: `{ elder: true, theme: "dark" }`. */
  async prefer(preferences) {
    const script = (kept) => window.localStorage.setItem("onehall.preferences", kept);
    await this.context.addInitScript(script, JSON.stringify(preferences));
  }

  /** Waits until nothing is being fetched and no placeholder is shown: the page is as a person would read it. */
  async settled() {
    await this.page.waitForFunction(() => {
      const waiting = [...document.querySelectorAll("main .skeleton, main [aria-busy='true']")];
      return waiting.every((element) => element.getClientRects().length === 0);
    });
    await this.page.evaluate(() => document.fonts.ready.then(() => undefined));
    await this.page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  }

  /** Waits until the UI has taken the page over. */
  async ready() {
    const state = await this.page.waitForFunction(() => {
      const failed = document.getElementById("boot-failed");
      if (failed && !failed.hidden) return "the page says that it did not open";
      return document.getElementById("boot") ? undefined : "open";
    });
    assert.equal(await state.jsonValue(), "open", this.problems.join("\n"));
  }

  /** Logs a citizen in by the API, as if they had done so on this terminal before. */
  async loginAs(key) {
    const kinds = { kiosk: "kiosk", "mini-app": "mini_app" };
    await this.resume(await this.hall.citizenCookie(this.hall.people.citizen(key).phone, kinds[this.profile]));
  }

  /** Logs a member of staff in by the API. */
  async loginAsStaff(account) {
    await this.resume(await this.hall.staffCookie(account));
  }

  /** Goes on with a session that was begun elsewhere: the cookies of `Hall.citizenCookie` or `Hall.staffCookie`. */
  async resume(cookies) {
    for (const cookie of cookies.split("; ")) {
      const at = cookie.indexOf("=");
      const [name, value] = [cookie.slice(0, at), cookie.slice(at + 1)];
      await this.context.addCookies([{ name, value, url: this.hall.url, httpOnly: true, sameSite: "Strict" }]);
    }
  }

  /** What the guards have seen since they were last asked. */
  blamed() {
    return this.problems.splice(0).filter((problem) => !this.expected.some((pattern) => pattern.test(problem)));
  }

  /** Closes the terminal; fails for what the guards saw. */
  async close() {
    await this.context.close();
    assert.deepEqual(this.blamed(), [], "the page must do none of this");
  }
}
