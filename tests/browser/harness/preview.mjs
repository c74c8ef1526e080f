// `onehall form preview` on a form of a test, in a folder of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { setting } from "./hall.mjs";

export class Preview {
  #process;
  #folder;
  #exit;
  #log = "";

  /** Starts it on a form; `inputs: true` gives it the calendar and the lists of the demo city. */
  static async open(form, { name = "leave.v1.json", inputs = false } = {}) {
    const preview = new Preview();
    preview.#folder = await mkdtemp(join(tmpdir(), "onehall-preview-"));
    preview.file = join(preview.#folder, name);
    await preview.save(form);
    const words = ["form", "preview", preview.file, "--no-open", "--port", "0", "--ui", setting("ONEHALL_TEST_PREVIEW")];
    if (inputs) words.push("--inputs", setting("ONEHALL_TEST_CITY"));
    preview.#process = spawn(setting("ONEHALL_TEST_BACKEND"), words, { stdio: ["ignore", "pipe", "pipe"] });
    running.add(preview.#process);
    preview.#exit = once(preview.#process, "exit");
    preview.url = await preview.#address();
    return preview;
  }

  /** The address that it prints. */
  async #address() {
    return new Promise((found, failed) => {
      const read = (part) => {
        this.#log += part;
        const address = this.#log.match(/http:\/\/127\.0\.0\.1:\d+\//);
        if (address) found(address[0]);
      };
      this.#process.stdout.on("data", read);
      this.#process.stderr.on("data", read);
      this.#exit.then(() => failed(new Error(`the preview ended: ${this.#log}`)));
    });
  }

  /** What it has printed. */
  get log() {
    return this.#log;
  }

  /** Saves a form, an object or a text, as editors do: a new file under the old name. */
  async save(form) {
    const text = typeof form === "string" ? form : `${JSON.stringify(form, null, 2)}\n`;
    const fresh = `${this.file}.new`;
    await writeFile(fresh, text);
    await rename(fresh, this.file);
  }

  /** Ends it as Ctrl-C does; its exit code. */
  async end() {
    this.#process.kill("SIGINT");
    const [code] = await this.#exit;
    running.delete(this.#process);
    return code;
  }

  /** Ends it, if it runs, and takes its folder away. */
  async close() {
    if (running.has(this.#process)) await this.end();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

const running = new Set();
process.on("exit", () => {
  for (const preview of running) preview.kill("SIGKILL");
});
