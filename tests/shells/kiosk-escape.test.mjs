// What somebody may try at a kiosk to get out of its pages: keys, the mouse, links, dialogs, files, other origins. After each
// the same page stands there, alone, and nobody was reached.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";

import { Hall } from "../browser/harness/hall.mjs";
import { Stand, until } from "./stand.mjs";

const run = promisify(execFile);

/** What a keyboard that somebody brings along could be used for. */
const KEYS = [
  "ctrl+n", "ctrl+t", "ctrl+w", "ctrl+q", "ctrl+o", "ctrl+s", "ctrl+p", "ctrl+l", "ctrl+u", "ctrl+h", "ctrl+j", "ctrl+f", "ctrl+r",
  "ctrl+shift+i", "ctrl+shift+j", "ctrl+shift+c", "ctrl+shift+n", "ctrl+plus", "ctrl+minus", "F1", "F5", "F6", "F7", "F10", "F11",
  "F12", "alt+Left", "alt+Right", "alt+Home", "alt+F4", "alt+Tab", "alt+space", "super+r", "super+l", "Menu", "shift+F10",
  "Escape", "ctrl+Escape", "ctrl+alt+t", "Print", "BackSpace", "XF86Back", "XF86HomePage", "XF86WWW",
];

describe("getting out of the kiosk", { timeout: 900_000 }, () => {
  let hall;
  let elsewhere;
  const reached = [];
  before(async () => {
    hall = await Hall.open({ ui: false });
    elsewhere = createServer((request, answer) => {
      reached.push(request.url);
      answer.end("<!doctype html><title>elsewhere</title>");
    }).listen(0, "127.0.0.1");
    await once(elsewhere, "listening");
    elsewhere.origin = `http://127.0.0.1:${elsewhere.address().port}`;
  });
  after(async () => {
    elsewhere?.close();
    await hall?.close();
  });

  const journey = (name, walk) =>
    test(name, async (context) => {
      const stand = await Stand.place();
      let window;
      try {
        window = await stand.open(hall.url);
        await window.page.heading("您要办什么事？");
        await window.page.evaluate(() => (window.sameAsBefore = true));
        await walk(window.page, { stand, screen: new Mouse(window.screen.display) });
      } catch (error) {
        context.diagnostic(await window?.page.text().catch(() => "the page is gone"));
        throw error;
      } finally {
        await window?.close();
        await stand.close();
      }
    });

  /** That nothing came of what was tried: the same page, as large as before, in the only window, and nobody was reached. */
  async function stands(page, screen, tried) {
    const now = await page.evaluate(() => ({
      origin: location.origin, same: window.sameAsBefore === true, profile: document.documentElement.dataset.profile,
      size: [innerWidth, innerHeight], scale: visualViewport.scale, ratio: devicePixelRatio, end: Boolean(document.querySelector(".kiosk-bar")),
    }));
    const expected = { origin: "tauri://localhost", same: true, profile: "kiosk", size: [1080, 1920], scale: 1, ratio: 1, end: true };
    assert.deepEqual(now, expected, tried);
    await alone(screen, tried);
    assert.deepEqual(reached, [], tried);
  }

  /** That there is no other window, or soon none: while ours is drawn anew the screen may tell of it twice. */
  const alone = (screen, tried) =>
    until(`no other window after ${tried}`, async () => JSON.stringify(await screen.windows()) === '["政务服务大厅"]', 10_000);

  journey("no key leads out", async (page, { screen }) => {
    await screen.focus();
    await stands(page, screen, "nothing yet");
    for (const key of KEYS) {
      await screen.press(key);
      await stands(page, screen, key);
    }
  });

  journey("no button of a mouse, no wheel and no drag leads out", async (page, { screen }) => {
    await screen.focus();
    for (const [what, words] of [
      ["right button", ["mousemove", "540", "300", "click", "3"]],
      ["middle button", ["mousemove", "540", "300", "click", "2"]],
      ["back button", ["click", "8"]],
      ["forward button", ["click", "9"]],
      ["control and wheel", ["keydown", "ctrl", "click", "4", "click", "4", "click", "5", "keyup", "ctrl"]],
      ["a link that is dragged", ["mousemove", "300", "700", "mousedown", "1", "mousemove", "600", "1200", "mouseup", "1"]],
    ]) {
      await screen.do(...words);
      await page.evaluateAsync(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
      // A drag may end in a page of ours: that is no way out.
      if (what !== "a link that is dragged") await stands(page, screen, what);
    }
    await alone(screen, "a drag");
    assert.deepEqual(reached, []);
  });

  journey("no page, however it is written, leads out", async (page, { screen }) => {
    const origin = elsewhere.origin;
    const tries = {
      "window.open": (origin) => window.open(`${origin}/open`),
      "window.open of a file": () => window.open("file:///etc/passwd"),
      "a link": (origin) => Object.assign(document.body.appendChild(document.createElement("a")), { href: `${origin}/link` }).click(),
      "a link to a new window": (origin) =>
        Object.assign(document.body.appendChild(document.createElement("a")), { href: `${origin}/blank`, target: "_blank" }).click(),
      "a link to a file": () => Object.assign(document.body.appendChild(document.createElement("a")), { href: "file:///etc/passwd" }).click(),
      "a link to another program": () => Object.assign(document.body.appendChild(document.createElement("a")), { href: "mailto:a@b" }).click(),
      "a telephone": () => Object.assign(document.body.appendChild(document.createElement("a")), { href: "tel:12345" }).click(),
      "a download": () =>
        Object.assign(document.body.appendChild(document.createElement("a")), { href: URL.createObjectURL(new Blob(["x"])), download: "x.txt" }).click(),
      "a download from elsewhere": (origin) =>
        Object.assign(document.body.appendChild(document.createElement("a")), { href: `${origin}/download`, download: "x" }).click(),
      "another address": (origin) => void (location.href = `${origin}/location`),
      "an address of data": () => void (location.href = "data:text/html,hello"),
      "a script as an address": () => void (location.href = "javascript:document.write('out')"),
      "the page before": () => history.back(),
      "a frame": (origin) => document.body.append(Object.assign(document.createElement("iframe"), { src: `${origin}/frame` })),
      "an object": (origin) => document.body.append(Object.assign(document.createElement("object"), { data: `${origin}/object` })),
      "a picture": (origin) => document.body.append(Object.assign(document.createElement("img"), { src: `${origin}/picture` })),
      "a style": (origin) => document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: `${origin}/style` })),
      "a script": (origin) => document.head.append(Object.assign(document.createElement("script"), { src: `${origin}/script` })),
      "a script in the text": () => {
        document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.sameAsBefore = false'>");
        document.head.append(Object.assign(document.createElement("script"), { textContent: "window.sameAsBefore = false" }));
      },
      "a base": (origin) => document.head.append(Object.assign(document.createElement("base"), { href: origin })),
      "a meta": (origin) =>
        document.head.append(Object.assign(document.createElement("meta"), { httpEquiv: "refresh", content: `0;url=${origin}/meta` })),
      "a form": (origin) => {
        const form = Object.assign(document.createElement("form"), { action: `${origin}/form`, method: "post" });
        document.body.append(form);
        form.submit();
      },
      "a request": (origin) => void fetch(`${origin}/fetch`).catch(() => {}),
      "a beacon": (origin) => void navigator.sendBeacon(`${origin}/beacon`, "x"),
      "a socket": (origin) => void new WebSocket(origin.replace("http", "ws")),
      "a worker": (origin) => void new Worker(URL.createObjectURL(new Blob([`fetch("${origin}/worker")`]))),
      "a choice of files": () => {
        const field = Object.assign(document.createElement("input"), { type: "file" });
        document.body.append(field);
        field.click();
      },
      "a print": () => window.print(),
      "a full screen": () => void document.documentElement.requestFullscreen?.()?.catch(() => {}),
      "a camera": () => void navigator.mediaDevices?.getUserMedia({ video: true, audio: true }).catch(() => {}),
      "a place": () => void navigator.geolocation?.getCurrentPosition(() => {}),
      "a notification": () => void (window.Notification && Notification.requestPermission()),
      "a clipboard": () => void navigator.clipboard?.readText().catch(() => {}),
    };
    for (const [what, attempt] of Object.entries(tries)) {
      await page.evaluate(new Function(`return (...words) => { try { (${attempt})(...words); } catch { /* refused at once */ } }`)(), origin);
      // Whatever comes of it comes before the next but one picture, or with what is waited for at the end.
      await page.evaluateAsync(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
      await page.evaluate(() => document.querySelectorAll("base").forEach((base) => base.remove()));
      await stands(page, screen, what);
    }
    // What was asked last was asked by then: the next answer comes through the same process.
    const known = await page.evaluateAsync(() => fetch("/index.html").then((answer) => answer.ok));
    assert.equal(known, true);
    await stands(page, screen, "all of it");
  });

  journey("no command of the program does more than the pages need", async (page, { screen }) => {
    const invoke = (command, words = {}) =>
      page.evaluateAsync((command, words) => window.__TAURI_INTERNALS__.invoke(command, words), command, words);
    for (const command of [
      "plugin:window|close", "plugin:window|destroy", "plugin:window|set_fullscreen", "plugin:window|set_size", "plugin:window|minimize",
      "plugin:webview|create_webview_window", "plugin:webview|internal_toggle_devtools", "plugin:webview|set_webview_zoom",
      "plugin:event|emit", "plugin:app|version", "plugin:path|resolve_directory", "plugin:shell|open", "plugin:fs|read_file",
      "plugin:onehall-kiosk|simulate", "plugin:onehall-kiosk|configure",
    ]) {
      await assert.rejects(invoke(command, { label: "main", value: false, path: "/etc/passwd" }), /not allowed|not found|denied/i, command);
    }
    const device = (ask) => invoke("plugin:onehall-kiosk|device", { ask }).then(JSON.parse);
    for (const ask of ["", "null", "{}", '{"run":{}}', '{"print_document":{"pdf":"IyEvYmluL3No"}}', '{"print_slip":{"slip":{"raw":"\\u001b@"}}}']) {
      assert.deepEqual(await device(ask), { invalid: {} }, ask);
    }
    await stands(page, screen, "commands");
  });
});

/** Somebody's hands at a screen. */
class Mouse {
  constructor(display) {
    this.env = { ...process.env, DISPLAY: display };
  }

  async do(...words) {
    return (await run("xdotool", words, { env: this.env })).stdout;
  }

  press(key) {
    return this.do("key", "--clearmodifiers", key);
  }

  /** The names of the windows that can be seen. */
  async windows() {
    const found = await this.do("search", "--onlyvisible", "--name", ".+").catch(() => "");
    const names = await Promise.all(found.split("\n").filter(Boolean).map((id) => this.do("getwindowname", id)));
    return names.map((name) => name.trim()).filter(Boolean);
  }

  async focus() {
    const [id] = (await this.do("search", "--onlyvisible", "--name", "政务服务大厅")).split("\n");
    await this.do("windowfocus", "--sync", id);
  }
}
