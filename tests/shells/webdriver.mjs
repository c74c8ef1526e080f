// What a test needs of WebDriver (https://www.w3.org/TR/webdriver2/): one session over one window.
import { setTimeout as sleep } from "node:timers/promises";

const FOUND_WITHIN = 30_000;

/** How WebDriver names an element in JSON. */
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

export class Session {
  #base;

  /** Opens a session at a driver; `options` are the driver's own. */
  static async open(driver, options) {
    const capabilities = { alwaysMatch: { "webkitgtk:browserOptions": options } };
    const { sessionId } = await request(driver, "POST", "/session", { capabilities });
    const session = new Session();
    session.#base = `${driver}/session/${sessionId}`;
    await session.#send("POST", "/timeouts", { script: 30_000 });
    return session;
  }

  #send(method, path, body) {
    return request(this.#base, method, path, body);
  }

  /** What a function gives that runs in the page with these arguments. What it names outside of itself is not there. */
  evaluate(page, ...args) {
    return this.#send("POST", "/execute/sync", { script: `return (${page})(...arguments);`, args });
  }

  /** As `evaluate`, for a function that gives a promise. What it rejects with is thrown. */
  async evaluateAsync(page, ...args) {
    const script = `
      const given = [...arguments];
      const done = given.pop();
      Promise.resolve((${page})(...given)).then((value) => done({ value }), (error) => done({ error: String(error?.message ?? error) }));`;
    const { value, error } = await this.#send("POST", "/execute/async", { script, args });
    if (error !== undefined) throw new Error(error);
    return value;
  }

  address() {
    return this.#send("GET", "/url");
  }

  title() {
    return this.#send("GET", "/title");
  }

  /** Follows an address of the page as a person who types it; for places that no link leads to. */
  goto(address) {
    return this.#send("POST", "/url", { url: address });
  }

  /** Waits until the page gives something other than false or nothing; gives that. */
  async until(what, page, ...args) {
    const deadline = Date.now() + FOUND_WITHIN;
    for (;;) {
      const found = await this.evaluate(page, ...args).catch(() => undefined);
      if (found) return found;
      if (Date.now() > deadline) throw new Error(`${what}: did not come; the page says:\n${await this.text()}`);
      await sleep(50);
    }
  }

  /** What a person reads on the page. */
  text() {
    return this.evaluate(() => document.body.innerText.slice(0, 2000));
  }

  /** Waits for the page's heading. */
  heading(text) {
    return this.until(`the heading ${text}`, (text) => document.querySelector("h1")?.innerText.trim() === text, text);
  }

  /** Waits for a text anywhere on the page. */
  reads(text) {
    return this.until(`the text ${text}`, (text) => document.body.innerText.includes(text), text);
  }

  /** Waits for the element at an XPath. */
  async element(xpath) {
    const deadline = Date.now() + FOUND_WITHIN;
    for (;;) {
      const [found] = await this.#send("POST", "/elements", { using: "xpath", value: xpath });
      if (found) return found[ELEMENT];
      if (Date.now() > deadline) throw new Error(`nothing at ${xpath}; the page says:\n${await this.text()}`);
      await sleep(50);
    }
  }

  /** Clicks a link or button by its whole name; `within` is where it stands. */
  async click(name, within = "") {
    const named = `normalize-space(.)="${name}" or @aria-label="${name}"`;
    await this.press(`${within}//*[(self::a or self::button or self::summary) and (${named})]`);
  }

  /**
   * Clicks what stands at an XPath. A page that moves at that moment (an answer makes a question appear) is clicked anew, as
   * a person would; what stays covered fails.
   */
  async press(xpath) {
    const deadline = Date.now() + FOUND_WITHIN;
    for (;;) {
      try {
        return await this.#send("POST", `/element/${await this.element(xpath)}/click`, {});
      } catch (error) {
        const moved = /element click intercepted|stale element reference/.test(error.message);
        if (!moved || Date.now() > deadline) throw error;
        await sleep(50);
      }
    }
  }

  /** Types into the field of this id, in place of what stands there. */
  async type(field, text) {
    const id = await this.element(`//*[@id="${field}"]`);
    await this.#send("POST", `/element/${id}/clear`, {});
    await this.#send("POST", `/element/${id}/value`, { text });
  }

  /** Presses a key where the focus is: a character, or the one that WebDriver has for a key without. */
  async key(value) {
    const presses = ["keyDown", "keyUp"].map((type) => ({ type, value }));
    await this.#send("POST", "/actions", { actions: [{ type: "key", id: "keyboard", actions: presses }] });
  }

  /** A picture of the page, as PNG. */
  async picture() {
    return Buffer.from(await this.#send("GET", "/screenshot"), "base64");
  }

  async close() {
    await this.#send("DELETE", "").catch(() => {});
  }
}

async function request(base, method, path, body) {
  const answer = await fetch(`${base}${path}`, { method, body: body === undefined ? undefined : JSON.stringify(body) });
  const { value } = await answer.json();
  if (!answer.ok) throw new Error(`${method} ${path}: ${value?.error}: ${value?.message}`);
  return value;
}
