// The promise of every page: axe-core finds nothing, nobody scrolls sideways, and who comes from another page is led to its
// heading, on every terminal, in both languages, light and dark, with large text and in elder mode; a kiosk's fingers hit what is there,
// and none of its links is a call.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";

import { assertAccessible, assertCallsNobody, assertFitsWidth, assertTouchable, openBrowser } from "../harness.mjs";
import { UsedHall } from "../harness/used-hall.mjs";

/** Each page meets each language, light and dark: what a citizen sees on four terminals, what is seen at a desk alone in two ways. */
const LOOKS = [
  { profile: "desktop", language: "zh", dark: true },
  { profile: "mobile", language: "en", preferences: { text_percent: 200 } },
  { profile: "kiosk", language: "en", dark: true, preferences: { elder: true } },
  { profile: "mini-app", language: "zh" },
  { profile: "desktop", language: "en", desks: true },
];

/** What a finger hits at a kiosk, in CSS pixels. */
const FINGER = 72;

/** How long a page may take to lead the focus to itself, in milliseconds. */
const LED_WITHIN = 10_000;

/** The program that shows an address; none where the backend does. A link does not leave its program. */
function programOf(path) {
  if (/^(https?:|\/(api|oauth)\/|\/dev$)/.test(path)) return undefined;
  return path.startsWith("/console") ? "console" : "citizen";
}

/** Fails when the focus is anywhere but on the page that has come up: on its heading, or on the whole. */
async function assertLed(page) {
  const led = () => ["page-heading", "main"].includes(document.activeElement.id);
  await page.waitForFunction(led, undefined, { timeout: LED_WITHIN }).catch(async () => {
    assert.fail(`the focus is not led to the page, it is on ${await page.evaluate(() => document.activeElement.outerHTML.slice(0, 160))}`);
  });
}

/** Goes over pages, one after the other; what is wrong is told to `wrong`. */
class Visit {
  #shown;

  constructor(terminal, wrong) {
    this.terminal = terminal;
    this.wrong = wrong;
    this.seen = new Set();
  }

  /** Opens a page, where it can be by a link of the one that is shown. */
  async open({ path, shows = "h1", leads }) {
    const address = typeof path === "function" ? await path() : path;
    const program = programOf(address);
    const { terminal } = this;
    if (program !== undefined && program === this.#shown) {
      await terminal.follow(address);
      if (leads) await terminal.page.waitForURL(`**${leads}**`);
      await this.#try(() => assertLed(terminal.page));
    } else {
      this.#shown = undefined;
      await terminal.goto(address);
    }
    await terminal.page.locator(shows).first().waitFor({ state: "attached" });
    await terminal.settled();
    this.#shown = program;
    const { pathname } = new URL(terminal.page.url());
    if (program) assert.ok(pathname.startsWith(leads ?? address.split("?")[0]), `asked for ${address}, it shows ${pathname}`);
    this.seen.add(pathname);
  }

  /** Looks at a page. */
  async look(place) {
    const { page, profile } = this.terminal;
    this.name = place.name;
    await this.#try(async () => {
      await this.open(place);
      await this.#try(() => assertAccessible(page));
      await this.#try(() => assertFitsWidth(page));
      if (profile === "kiosk") {
        await this.#try(() => assertTouchable(page, FINGER));
        await this.#try(() => assertCallsNobody(page));
      }
    });
    for (const problem of this.terminal.blamed()) this.wrong(place.name, problem);
  }

  /** Goes back to the first page, which nothing led to yet. */
  async goBackTo(first) {
    this.name = first.name;
    if (programOf(first.path) === this.#shown) await this.#try(() => this.open(first));
  }

  async #try(step) {
    try {
      await step();
    } catch (error) {
      this.wrong(this.name, error.message);
    }
  }
}

/** The addresses of the programs' tables that none of these paths is. */
async function unseen(paths) {
  const missing = [];
  for (const program of ["citizen", "console"]) {
    const source = await readFile(new URL(`../../../ui/src/${program}/app.rs`, import.meta.url), "utf8");
    // What a shell alone has no browser shows.
    const own = source.replaceAll(/#\[cfg\(feature = "shell"\)\]\s*\("[^"]*"/g, "");
    const table = [...own.matchAll(/^\s*\("(\/[^"]*)", \|\|/gm)].map(([, pattern]) => pattern);
    assert.ok(table.length > 5, `the table of ${program} is not where it was`);
    for (const pattern of table) {
      const fits = new RegExp(`^${pattern.replaceAll(/\/:\w+\?/g, "(/[^/]+)?").replaceAll(/:\w+/g, "[^/]+")}/?$`);
      if (!paths.some((path) => fits.test(path))) missing.push(pattern);
    }
  }
  return missing;
}

describe("every page", { concurrency: true }, () => {
  let used;
  let browser;
  before(async () => {
    used = await UsedHall.open();
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await used?.close();
  });

  for (const { desks, ...look } of LOOKS) {
    const { profile, language, dark, preferences } = look;
    const name = [profile, language, dark ? "dark" : "light", ...Object.keys(preferences ?? {})].join(" ");
    test(`is whole on ${name}${desks ? ", at a desk" : ""}`, { timeout: 600_000 }, async (context) => {
      const found = [];
      const paths = [];
      let count = 0;
      const began = Date.now();
      const wanted = used.pages.filter((page) => !desks || page.desk);
      for (const group of used.groups(profile, wanted)) {
        const terminal = await used.terminal(browser, look, group);
        const visit = new Visit(terminal, (page, message) => found.push(`${page} on ${name}: ${message}`));
        for (const place of group) await visit.look(place);
        if (group.length > 1) await visit.goBackTo(group[0]);
        count += group.length;
        paths.push(...visit.seen);
        await terminal.close();
      }
      context.diagnostic(`${name}: ${count} pages in ${Math.round((Date.now() - began) / 1000)} s`);
      assert.equal(found.length, 0, `${found.length} things are wrong:\n${found.join("\n")}`);
      if (profile === "desktop" && !desks) assert.deepEqual(await unseen(paths), [], "pages that nothing goes over");
    });
  }
});
