// A real backend for a test: its own port, its own empty data folder, the demo city in development mode.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { assertLogIsClean, secretsOf } from "./log.mjs";
import { DemoPeople } from "./people.mjs";

const READY_WITHIN = 60_000;
const STOPS_WITHIN = 30_000;

export class Hall {
  #process;
  #folder;
  #exit;
  #secrets;
  /** The last log-in by code of each phone. */
  #codes = new Map();

  /**
   * Opens a hall and waits until it is ready. `ui: false` serves no pages; `limits: "default"` keeps the limits on
   * one-time codes that a city has, which a journey on two terminals would run into. `city` is a folder other than the
   * demo city's; `hall.city` can be set to another one before a restart.
   */
  static async open({ ui = true, limits = "wide", host = "127.0.0.1", city = setting("ONEHALL_TEST_CITY"), args = [], env = {} } = {}) {
    const hall = new Hall();
    hall.#folder = await mkdtemp(join(tmpdir(), "onehall-journey-"));
    hall.data = join(hall.#folder, "data");
    hall.city = city;
    hall.people = await DemoPeople.read(city);
    hall.#secrets = await secretsOf(city);
    hall.options = { ui, limits, host, args, env };
    await hall.start();
    return hall;
  }

  /** Starts the backend on the data that is there. */
  async start() {
    const { ui, args, env } = this.options;
    // Any port that is free, of which the backend tells; the same one when it is started again.
    const words = ["serve", "--mode", "development", "--port", `${this.port ?? 0}`];
    words.push("--data", this.data, "--city", this.city);
    if (ui) words.push("--ui", setting("ONEHALL_TEST_UI"));
    if (this.options.limits === "wide") words.push("--config", await this.#wideLimits());
    const [said, log] = ["said", "log"].map((name) => openSync(this.#file(name), "a"));
    this.#process = spawn(setting("ONEHALL_TEST_BACKEND"), [...words, ...args], {
      env: { ...inherited(), ...env },
      stdio: ["ignore", said, log],
    });
    closeSync(said);
    closeSync(log);
    this.#exit = once(this.#process, "exit");
    running.add(this.#process);
    await this.#untilReady();
  }

  /** Notes where the backend listens, once it has said so. */
  async #findOut() {
    const told = (await this.log()).match(/^\s*citizens\s+http:\/\/127\.0\.0\.1:(\d+)\//m);
    if (!told) return;
    this.port = Number(told[1]);
    this.url = `http://${this.options.host}:${this.port}`;
  }

  async #wideLimits() {
    const file = join(this.#folder, "onehall.toml");
    const limits = ["per_phone_hour", "per_phone_day", "per_client_hour", "per_client_day"];
    const lines = ["[codes]", "resend_after = 0", ...limits.map((limit) => `${limit} = 100000`)];
    await writeFile(file, `${lines.join("\n")}\n`);
    return file;
  }

  async #untilReady() {
    const deadline = Date.now() + READY_WITHIN;
    while (Date.now() < deadline) {
      if (this.#ended()) throw new Error(`the backend ended before it was ready:\n${await this.log()}`);
      if (!this.port) await this.#findOut();
      const ready = this.port && await fetch(`${this.url}/ready`).then((answer) => answer.ok, () => false);
      if (ready) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`the backend was not ready within ${READY_WITHIN / 1000} s:\n${await this.log()}`);
  }

  #ended() {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /** Where the backend writes what it says on standard output (`said`) and its log (`log`). */
  #file(name) {
    return join(this.#folder, `backend.${name}`);
  }

  #read(name) {
    return readFile(this.#file(name), "utf8").catch(() => "");
  }

  /** What the backend has printed: what it says where it is, then its log. */
  async log() {
    return (await this.#read("said")) + (await this.#read("log"));
  }

  /** Notes what a test got to know that no log may hold. */
  #keepSecret(what, value) {
    this.#secrets.set(value, what);
    return value;
  }

  /** Notes every one-time code that the backend still knows to have sent. */
  async #keepCodesSecret() {
    const messages = await this.api("GET", "/api/v1/dev/messages").catch(() => []);
    const codes = messages.flatMap(({ text }) => text.match(CODE) ?? []);
    codes.forEach((code) => this.#keepSecret("a one-time code", code));
  }

  /** Kills the backend: no handler of a signal runs. What it had written the system still has, unlike after a power cut. */
  async kill() {
    this.#process.kill("SIGKILL");
    await this.#exit;
    running.delete(this.#process);
  }

  /** Kills the backend, and starts it on what is left. */
  async killAndRestart() {
    await this.kill();
    await this.start();
  }

  /** Ends the backend in order, looks whether it ended well and its log names nobody, and takes its data away. */
  async close() {
    if (!this.#ended()) {
      await this.#keepCodesSecret();
      this.#process.kill("SIGTERM");
      const timer = setTimeout(() => this.#process.kill("SIGKILL"), STOPS_WITHIN);
      await this.#exit;
      clearTimeout(timer);
    }
    running.delete(this.#process);
    const log = await this.#read("log");
    const code = this.#process.exitCode;
    await rm(this.#folder, { recursive: true, force: true });
    if (/panicked at|"a panic"/.test(log)) throw new Error(`the backend panicked:\n${log}`);
    if (code !== 0 && this.#process.signalCode !== "SIGKILL") throw new Error(`the backend ended with ${code}:\n${log}`);
    assertLogIsClean(log, this.#secrets);
  }

  /** A request to the API, as a terminal sends it. The answer's JSON, or an error that names status and code. */
  async api(method, path, body, { cookie, terminal = "browser", headers = {} } = {}) {
    const answer = await this.request(method, path, body, { cookie, terminal, headers });
    const text = await answer.text();
    const json = text ? JSON.parse(text) : undefined;
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${json?.code ?? text}`);
    return json;
  }

  /** A request to the API; the answer as it is. */
  async request(method, path, body, { cookie, terminal = "browser", headers = {} } = {}) {
    return fetch(`${this.url}${path}`, {
      method,
      headers: {
        "OneHall-Terminal": terminal,
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(cookie ? { Cookie: cookie } : {}),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  }

  /** The newest one-time code that was sent to a phone. */
  async codeFor(phone) {
    const messages = await this.api("GET", "/api/v1/dev/messages");
    const mine = messages.filter((message) => message.to.endsWith(phone));
    mine.sort((one, other) => (one.at < other.at ? 1 : -1));
    const [code] = mine[0]?.text.match(CODE) ?? [];
    if (!code) throw new Error(`no code was sent to ${phone}`);
    return this.#keepSecret("a one-time code", code);
  }

  /** Logs a citizen in by the API; the cookie of the session. One after the other: a newer code takes the place of an older one. */
  citizenCookie(phone, terminal = "browser") {
    const before = this.#codes.get(phone) ?? Promise.resolve();
    const cookie = before.then(() => this.#logIn(phone, terminal));
    this.#codes.set(phone, cookie.catch(() => {}));
    return cookie;
  }

  async #logIn(phone, terminal) {
    await this.api("POST", "/api/v1/identity/codes", { phone }, { terminal });
    const code = await this.codeFor(phone);
    return this.#cookieOf(await this.request("POST", "/api/v1/identity/session", { phone, code }, { terminal }));
  }

  /** The demo account of staff, with its password and the code of its authenticator app at this moment. */
  async staffAccount(account) {
    const accounts = await this.api("GET", "/api/v1/dev/staff-codes");
    const found = accounts.find((one) => one.account === account);
    if (!found) throw new Error(`there is no demo account ${account}: ${accounts.map((one) => one.account).join(", ")}`);
    this.#keepSecret("the code of a second factor", found.code);
    return found;
  }

  /** Logs a member of staff in by the API; the cookie of the session. */
  async staffCookie(account) {
    const terminal = "console";
    const deadline = Date.now() + 40_000;
    let used;
    for (;;) {
      const { password, code } = await this.staffAccount(account);
      if (code !== used) {
        const { ticket } = await this.api("POST", "/api/v1/staff/session", { account, password }, { terminal });
        const answer = await this.request("POST", "/api/v1/staff/session/second-factor", { ticket, code }, { terminal });
        if (answer.ok) return this.#cookieOf(answer);
        used = code;
        if (Date.now() > deadline) return this.#cookieOf(answer);
      }
      // Each code is good once: who logs in twice within half a minute waits for the next one.
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  /** The cookies that an answer sets. */
  async #cookieOf(answer) {
    if (!answer.ok) throw new Error(`no session: ${answer.status} ${await answer.text()}`);
    const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(";")[0]);
    if (cookies.length === 0) throw new Error("the answer sets no cookie");
    cookies.forEach((cookie) => this.#keepSecret("the token of a session", cookie.slice(cookie.indexOf("=") + 1)));
    return cookies.join("; ");
  }
}

/** A one-time code in a message. */
const CODE = /(?<!\d)\d{6}(?!\d)/g;

/** Backends that a test which fails in its set-up would leave behind. */
const running = new Set();
process.on("exit", () => {
  for (const backend of running) backend.kill("SIGKILL");
});

/** The environment without settings of whoever runs the tests. */
function inherited() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("ONEHALL_")));
}

/** A setting that `cargo xtask test` gives. */
export function setting(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start the journeys with \`cargo xtask test --only browser\``);
  return value;
}
