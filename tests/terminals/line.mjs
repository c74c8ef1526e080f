// A terminal that is a program on a line: envelopes go in, replies and events come out (shells/mobile/kotlin Terminal.kt).
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const HEARD_WITHIN = 30_000;

export class LineTerminal {
  #process;
  #last = 0;
  #waiting = new Map();
  #events = [];
  #wake = () => {};

  /** Starts `command` (a list of words) on a hall. */
  constructor(command, hall) {
    const [program, ...args] = command;
    this.#process = spawn(program, args, { env: { ...process.env, ONEHALL_HALL: hall }, stdio: ["pipe", "pipe", "inherit"] });
    process.on("exit", () => this.#process.kill("SIGKILL"));
    createInterface({ input: this.#process.stdout }).on("line", (line) => this.#read(JSON.parse(line)));
    this.#process.on("exit", () => {
      for (const { reject } of this.#waiting.values()) reject(new Error("the terminal ended"));
    });
  }

  #read(message) {
    if (message.event) {
      this.#events.push(message.event);
      this.#wake();
      return;
    }
    this.#waiting.get(message.id)?.resolve(message.outcome);
    this.#waiting.delete(message.id);
  }

  /** Asks a command; the reply's content. */
  async ask(command) {
    const id = ++this.#last;
    const outcome = await new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#process.stdin.write(`${JSON.stringify({ protocol: 1, id, call: { ask: command } })}\n`);
    });
    const [name] = Object.keys(command);
    if (outcome.error) throw new Error(`${name}: ${JSON.stringify(outcome.error)}`);
    return outcome.ok.ask[name];
  }

  /** Waits for an event of this kind about this draft or case; those before it are passed over. */
  async heard(kind, about) {
    const deadline = Date.now() + HEARD_WITHIN;
    for (;;) {
      const found = this.#events.findIndex((event) => event.kind === kind && event.id === about);
      if (found >= 0) return this.#events.splice(0, found + 1).at(-1);
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`no event ${kind} came; heard: ${this.#events.map((event) => event.kind).join(", ")}`);
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  async close() {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.stdin.end();
    await ended;
  }
}

/** The pages of a phone, as an application keeps them up to date (shells/mobile/kotlin Pages.kt): a word goes in, what came of it comes out. */
export class Pages {
  #process;
  #lines;

  /** Starts `command` (a list of words) with these settings. */
  constructor(command, settings) {
    const [program, ...args] = command;
    this.#process = spawn(program, args, { env: { ...process.env, ...settings }, stdio: ["pipe", "pipe", "inherit"] });
    process.on("exit", () => this.#process.kill("SIGKILL"));
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** Says a word; what came of it. */
  async say(word) {
    this.#process.stdin.write(`${word}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`the pages of the phone ended at: ${word}`);
    return JSON.parse(value);
  }

  async close() {
    if (this.#process.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.stdin.end();
    await ended;
  }
}
