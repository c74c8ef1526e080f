// A terminal with updates: its settings, its program, and what it writes down.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { Screen, setting, ShellWindow, startShell } from "./window.mjs";

/** Longer than any page takes, on any machine: a page that is waited for so long is there, or the test fails. */
export const LONG = 120;

/** Waits until something holds. */
export async function until(what, holds) {
  const deadline = Date.now() + LONG * 1000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`${what}: it is not so`);
    await sleep(100);
  }
}

/** A terminal with its settings and what it keeps. */
export class Terminal {
  static async place(shell, hall, office, folder) {
    const terminal = new Terminal();
    Object.assign(terminal, { shell, hall, office, folder, settings: join(folder, "updates.json"), updates: join(folder, "updates") });
    await mkdir(folder, { recursive: true });
    terminal.screen = await Screen.open(shell);
    return terminal;
  }

  /** Gives it the number that it would else draw for itself, before its first start. */
  async draw(number) {
    await mkdir(this.updates, { recursive: true });
    await writeFile(join(this.updates, "install"), number);
  }

  async #args(words) {
    const settings = { root: this.office.root, folder: "updates", ready_seconds: LONG, idle_seconds: 600, ...words };
    await writeFile(this.settings, JSON.stringify(settings));
    return ["--updates", this.settings];
  }

  /** Starts the shell, driven by nobody. */
  async start(words = {}, hall = this.hall.url) {
    const args = ["--hall", hall, "--ui", setting("ONEHALL_TEST_SHELL_UI"), "--data", join(this.folder, "data")];
    this.program = startShell(this.shell, [...args, ...(await this.#args(words))], this);
    return this.program;
  }

  /** Opens its window to be driven. */
  async open(words = {}, hall = this.hall.url) {
    return ShellWindow.open(this.shell, hall, { folder: this.folder, args: await this.#args(words) });
  }

  async end() {
    await this.program?.end();
    this.program = undefined;
  }

  async close() {
    await this.end();
    await this.screen.close();
  }

  /** What it has written down of updates. */
  async kept() {
    return JSON.parse(await readFile(join(this.updates, "state.json"), "utf8"));
  }

  /** Waits until it has written down what is waited for. */
  async until(what, holds) {
    const deadline = Date.now() + LONG * 1000;
    for (;;) {
      const kept = await this.kept().catch(() => undefined);
      if (kept && holds(kept)) return kept;
      if (Date.now() > deadline) {
        throw new Error(`${this.shell}: ${what}: did not come; ${JSON.stringify(kept)}\n${this.program?.printed ?? ""}`);
      }
      await sleep(50);
    }
  }
}
