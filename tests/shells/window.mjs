// A real window of a shell: on a screen of its own, driven by WebKitWebDriver.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { endAll } from "./processes.mjs";
import { Session } from "./webdriver.mjs";

/** The screens that the shells are made for. */
const SCREENS = { desktop: "1400x900x24", kiosk: "1080x1920x24" };

/** A program that a test started, and what it printed. Ends with the test, whatever happens. */
export class Program {
  static #running = new Set();

  static {
    process.on("exit", () => Program.#running.forEach((program) => program.process.kill("SIGKILL")));
  }

  constructor(command, args, options = {}) {
    this.printed = "";
    this.process = spawn(command, args, { stdio: ["ignore", "pipe", "pipe", "pipe"], ...options });
    for (const stream of this.process.stdio.slice(1)) stream?.on("data", (text) => (this.printed += text));
    this.ended = once(this.process, "exit").finally(() => Program.#running.delete(this));
    Program.#running.add(this);
  }

  async end() {
    this.process.kill("SIGTERM");
    await Promise.race([this.ended, sleep(5_000)]);
    this.process.kill("SIGKILL");
  }
}

/** An X screen that nobody looks at. */
export class Screen {
  static async open(shell) {
    const screen = new Screen();
    // A server that begins anew whenever its last window closes is away for a moment, for the next one.
    const args = ["-displayfd", "3", "-screen", "0", SCREENS[shell], "-nolisten", "tcp", "-noreset"];
    screen.program = new Program("Xvfb", args);
    let number = "";
    while (!number.endsWith("\n")) number += String((await once(screen.program.process.stdio[3], "data"))[0]);
    screen.display = `:${number.trim()}`;
    return screen;
  }

  close() {
    return this.program.end();
  }
}

/** The environment of a shell: no setting of whoever runs the tests, a clean place for what GTK and WebKit keep. */
export function environment({ display, home, language }) {
  const kept = ["PATH", "LD_LIBRARY_PATH", "FONTCONFIG_PATH"].filter((name) => process.env[name]);
  return {
    ...Object.fromEntries(kept.map((name) => [name, process.env[name]])),
    DISPLAY: display,
    GDK_BACKEND: "x11",
    HOME: home,
    TMPDIR: home,
    // Whatever is not English is Chinese; this one every machine has.
    LANG: language === "en" ? "en_US.UTF-8" : "C.UTF-8",
    LIBGL_ALWAYS_SOFTWARE: "1",
    TAURI_WEBVIEW_AUTOMATION: "true",
  };
}

/** The program of a shell, as `cargo xtask test` built it. */
export const programOf = (shell) => join(setting("ONEHALL_TEST_SHELLS"), `onehall-${shell}`);

export class ShellWindow {
  /**
   * Opens a shell's window on a hall and waits until the page is there. `folder` continues what another kept; `around` is what a
   * person's desktop has around it.
   */
  static async open(shell, hall, { language = "zh", folder, args = [], around } = {}) {
    const window = new ShellWindow();
    window.own = folder === undefined;
    window.folder = folder ?? (await mkdtemp(join(tmpdir(), "onehall-shell-")));
    window.screen = await Screen.open(shell);
    window.env = environment({ display: window.screen.display, home: window.folder, language });
    Object.assign(window.env, await around?.begin(window.screen));
    const port = await freePort();
    window.driver = new Program("WebKitWebDriver", [`--port=${port}`, "--host=127.0.0.1"], { env: window.env });
    try {
      await listening(port);
      const words = ["--hall", hall, "--ui", setting("ONEHALL_TEST_SHELL_UI"), "--data", join(window.folder, "data"), ...args];
      window.page = await Session.open(`http://127.0.0.1:${port}`, { binary: programOf(shell), args: words });
    } catch (error) {
      await window.close();
      throw new Error(`the window did not open: ${error.message}\n${window.driver.printed}`, { cause: error });
    }
    return window;
  }

  /** Waits until the pages are up and idle: the catalog is there. */
  async ready() {
    await this.page.until("the home page", () => document.querySelectorAll("main a").length > 5);
    return this.page;
  }

  /** Sends an envelope over the bridge of the page; the reply. Both are JSON. */
  call(envelope) {
    return this.page.evaluateAsync((envelope) => window.onehallBridge.call(envelope), envelope);
  }

  /** Asks the core over the bridge of the page; the reply's content, or an error that has the code. */
  async ask(command) {
    this.asked = (this.asked ?? 2 ** 52) + 1;
    const reply = JSON.parse(await this.call(JSON.stringify({ protocol: 1, id: this.asked, call: { ask: command } })));
    const { ok, error } = reply.outcome;
    if (error) throw Object.assign(new Error(`${Object.keys(command)[0]}: ${error.code}`), error);
    return ok.ask[Object.keys(command)[0]];
  }

  /** Logs in over the bridge: the pages follow. */
  async logIn(hall, phone) {
    await this.ask({ request_code: { phone } });
    return this.ask({ log_in: { phone, code: await hall.codeFor(phone) } });
  }

  async close() {
    await this.page?.close();
    await this.driver.end();
    // A driver whose window ended by itself leaves whoever keeps it.
    await endAll(this.folder);
    await this.screen.close();
    // The web view's own processes end a little later, and may still write.
    if (this.own) await rm(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

/** Starts a shell that nobody drives, on a screen; `besides` is more of its environment. */
export function startShell(shell, args, { screen, folder, besides }) {
  const { TAURI_WEBVIEW_AUTOMATION: _, ...env } = environment({ display: screen?.display ?? "", home: folder });
  return new ShellProgram(programOf(shell), args, { env: { ...env, ...besides } });
}

/** A shell, which has processes of its own. */
class ShellProgram extends Program {
  constructor(command, args, options) {
    super(command, args, options);
    this.home = options.env.HOME;
  }

  async end() {
    await super.end();
    await endAll(this.home);
  }
}

/** Starts a shell that nobody drives; what it said when it ended, and its code. */
export async function runShell(shell, args, { screen, folder, besides, within = 20_000 }) {
  const program = startShell(shell, args, { screen, folder, besides });
  const ended = await Promise.race([program.ended, sleep(within)]);
  if (!ended) await program.end();
  return { code: ended?.[0], printed: program.printed };
}

async function listening(port) {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    if (await fetch(`http://127.0.0.1:${port}/status`).then(() => true, () => false)) return;
    await sleep(25);
  }
  throw new Error("WebKitWebDriver does not answer");
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

/** A setting that `cargo xtask test` gives. */
export function setting(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start this with \`cargo xtask test --only shells\``);
  return value;
}
