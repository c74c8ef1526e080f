// A kiosk as it stands in a hall: its file, its simulators, and the processes and folders of its visits.
import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { endAll, processesOf } from "./processes.mjs";
import { ShellWindow } from "./window.mjs";

/** What proves to the demo city's central hall that it is its kiosk. */
const KEY = "lanchuan-central-kiosk-3";

/** Keeps a picture of a page for whoever looks at it, where a folder for that is named. */
export async function pictured(page, name) {
  const folder = process.env.ONEHALL_TEST_PICTURES;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.png`), await page.picture());
}

/** Waits until something gives what is not false. */
export async function until(what, look, within = 60_000) {
  const deadline = Date.now() + within;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`${what}: did not come`);
    await sleep(50);
  }
}

export class Stand {
  /** A kiosk with these devices; simulators of what is not named. */
  static async place({ devices = {}, ...settings } = {}) {
    const stand = new Stand();
    stand.folder = await mkdtemp(join(tmpdir(), "onehall-stand-"));
    // What is a test's own lies beside what is the kiosk's.
    stand.home = join(stand.folder, "home");
    stand.file = join(stand.folder, "kiosk.json");
    await mkdir(stand.home);
    const simulator = { kind: "simulator" };
    const all = { id_card: simulator, codes: simulator, slips: simulator, documents: simulator, ...devices };
    const kiosk = { hall: "central", number: 3, place: "一楼 3 号自助终端", key: KEY, devices: all, simulators: "simulators.json" };
    await writeFile(stand.file, JSON.stringify({ ...kiosk, ...settings }));
    await stand.says({});
    return stand;
  }

  /** What the simulators do from now on. */
  async says(parts) {
    const [file, fresh] = [join(this.folder, "simulators.json"), join(this.folder, "simulators.new")];
    await writeFile(fresh, JSON.stringify(parts));
    await rename(fresh, file);
  }

  get args() {
    return ["--kiosk", this.file];
  }

  /** Its window, driven; somebody has touched it. It ends with the visit. */
  async open(hall, { touched = true, language } = {}) {
    const window = await ShellWindow.open("kiosk", hall, { folder: this.home, args: this.args, language });
    if (touched) {
      await window.page.press('//*[@id="begin"]');
      await window.page.until("the pages below", () => !document.querySelector(".cover"));
    }
    return window;
  }

  /** The folders of visits that there are now. */
  async visits() {
    const names = await readdir(this.home).catch(() => []);
    const root = names.find((name) => name.startsWith("onehall-kiosk-"));
    if (!root) return [];
    return (await readdir(join(this.home, root)).catch(() => [])).filter((name) => name.startsWith("visit-"));
  }

  /** Waits until a visit later than this one is under way, and no other folder is there. */
  async after(visit) {
    const number = (name) => Number(name.slice(6));
    const [next] = await until("the next visit", async () => {
      const visits = await this.visits();
      return visits.length === 1 && number(visits[0]) > number(visit) && visits;
    }, 120_000);
    return next;
  }

  /** The processes of the kiosk. */
  processes() {
    return processesOf(this.home);
  }

  /** Where one of these words stands: in a file of the kiosk's home or of these folders, or in the memory of its processes. */
  async traces(words, { folders = [], memory = true } = {}) {
    const needles = words.flatMap((word) => [Buffer.from(word, "utf8"), Buffer.from(word, "utf16le")]);
    const has = (bytes) => needles.some((needle) => bytes.includes(needle));
    const found = [];
    for (const folder of [this.home, ...folders]) {
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath ?? entry.path, entry.name);
        if (has(Buffer.from(entry.name))) found.push(path);
        // What is gone meanwhile has none.
        if (entry.isFile() && has(await readFile(path).catch(() => Buffer.alloc(0)))) found.push(path);
      }
    }
    if (memory) {
      for (const { pid, command } of await this.processes()) {
        // What drives the window for the test is no part of the kiosk.
        if (command !== "WebKitWebDriver" && await remembers(pid, has)) found.push(`the memory of ${command} (${pid})`);
      }
    }
    return found;
  }

  async close() {
    await endAll(this.home);
    await rm(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  }
}

/** Whether a process has something in what it may write. */
async function remembers(pid, has) {
  const maps = await readFile(`/proc/${pid}/smaps`, "utf8").catch(() => "");
  const memory = await open(`/proc/${pid}/mem`).catch(() => undefined);
  if (!memory) return false;
  try {
    // Most of what a web view reserves was never written; reading it would take it up.
    for (const [, from, to] of maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw.*\n(?:[A-Z]\w+: .*\n)*?Rss: +[1-9]/gm)) {
      const [begin, end, piece] = [parseInt(from, 16), parseInt(to, 16), 16 * 2 ** 20];
      for (let at = begin; at < end; at += piece) {
        const length = Math.min(end - at, piece);
        const bytes = Buffer.alloc(length);
        const { bytesRead } = await memory.read(bytes, 0, length, at).catch(() => ({ bytesRead: 0 }));
        if (has(bytes.subarray(0, bytesRead))) return true;
      }
    }
  } finally {
    await memory.close();
  }
  return false;
}
