// A person's desktop around a window: a window manager, a session bus, and on it notifications and perhaps a tray.
import { execFile } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { Program } from "./window.mjs";

const WITHIN = 60_000;

/** Debian's own: only that one has what speaks to the bus. */
const PYTHON = "/usr/bin/python3";

export class Surroundings {
  #heard = [];

  static async open({ tray = false } = {}) {
    const around = new Surroundings();
    around.programs = [];
    around.bus = around.#start("dbus-daemon", ["--session", "--nofork", "--nopidfile", "--print-address=1"]);
    around.address = await until("the session bus", () => /^(unix:.*)\n/m.exec(around.bus.printed)?.[1]);
    const env = { ...process.env, DBUS_SESSION_BUS_ADDRESS: around.address };
    const words = [new URL("environment.py", import.meta.url).pathname, ...(tray ? ["--tray"] : [])];
    around.desk = around.#start(PYTHON, words, { env, stdio: ["pipe", "pipe", "pipe"] });
    createInterface({ input: around.desk.process.stdout }).on("line", (line) => around.#heard.push(JSON.parse(line)));
    await around.heard("the desktop", ({ ready }) => ready);
    return around;
  }

  #start(...words) {
    const program = new Program(...words);
    this.programs.push(program);
    return program;
  }

  /** Begins on a screen; what programs there need of the environment. */
  async begin({ display }) {
    this.display = display;
    this.#start("openbox", ["--sm-disable"], { env: { ...process.env, ...this.environment } });
    await until("the window manager", () => this.hands("xdotool", "get_num_desktops"));
    return this.environment;
  }

  get environment() {
    return { DBUS_SESSION_BUS_ADDRESS: this.address, DISPLAY: this.display };
  }

  /** What a program of the screen prints; nothing where it fails. */
  async hands(program, ...words) {
    const ran = promisify(execFile)(program, words, { env: { ...process.env, ...this.environment, LC_ALL: "C.UTF-8" } });
    return ran.then(({ stdout }) => stdout.trim(), () => undefined);
  }

  /** Waits until the desktop was told something like this. */
  heard(what, fits) {
    return until(what, () => this.#heard.find(fits), () => `${JSON.stringify(this.#heard)}\n${this.desk.printed}`);
  }

  /** Everything of a kind that the desktop was told. */
  all(kind) {
    return this.#heard.filter((told) => kind in told);
  }

  /** Does something on the desktop. */
  does(what) {
    this.desk.process.stdin.write(`${JSON.stringify(what)}\n`);
  }

  /** Waits until the window manager has the window in front. */
  front(title) {
    return until(`${title} in front`, async () => (await this.hands("xdotool", "getactivewindow", "getwindowname"))?.includes(title));
  }

  /** The number of the window that is seen; nothing where none is. */
  seen(title) {
    return this.hands("xdotool", "search", "--onlyvisible", "--name", title).then((found) => found?.split("\n")[0] || undefined);
  }

  async close() {
    for (const program of this.programs.reverse()) await program.end();
  }
}

/** Waits until something gives what is not false; says what there was instead. */
export async function until(what, look, instead = () => "") {
  const deadline = Date.now() + WITHIN;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`${what}: did not come; ${await instead()}`);
    await sleep(50);
  }
}
