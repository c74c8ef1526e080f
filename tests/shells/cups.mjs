// A print server for a test: CUPS itself with the settings of a kiosk's machine, in a folder of its own, with queues whose
// printer is a folder. It can be without paper.
import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { Program } from "./window.mjs";

const run = promisify(execFile);

/** What is CUPS' own, and where Debian puts it. */
const PROGRAMS = "/usr/lib/cups";

// A backend is asked without words which devices it has; else for a job: its number is the first word, the last one names its file.
const BACKEND = `#!/bin/sh
test $# -eq 0 && echo 'direct folder "Folder" "Folder"' && exit 0
folder="\${DEVICE_URI#folder:}"
while test -e "$folder/empty"; do
  echo 'STATE: +media-empty-error' >&2
  sleep 0.1
done
echo 'STATE: -media-empty-error' >&2
cat "\${6:--}" > "$folder/.$1" && mv "$folder/.$1" "$folder/printed-$1"
`;

/** The settings of a kiosk's own server, at another socket. */
async function settings(socket) {
  const file = new URL("../../shells/kiosk/host/cupsd.conf", import.meta.url);
  const text = await readFile(file, "utf8");
  const told = text.replace(/^Listen .*$/m, `Listen ${socket}`);
  if (told === text) throw new Error("the kiosk's cupsd.conf names no socket");
  return told;
}

export class Cups {
  /** Starts a server with a queue of each of these names. */
  static async open(...queues) {
    const cups = new Cups();
    cups.folder = await mkdtemp(join(tmpdir(), "onehall-cups-"));
    const at = (name) => join(cups.folder, name);
    for (const folder of ["etc", "etc/ppd", "etc/ssl", "spool", "spool/tmp", "cache", "state", "log", "bin", "bin/backend"]) await mkdir(at(folder));
    for (const folder of ["daemon", "filter", "notifier", "monitor", "driver", "cgi-bin"]) await symlink(join(PROGRAMS, folder), at(`bin/${folder}`));
    await writeFile(at("bin/backend/folder"), BACKEND);
    // Run as whoever the server is: one that others may run is run as a user who may not write here.
    await chmod(at("bin/backend/folder"), 0o700);
    cups.socket = at("cups.sock");
    await writeFile(at("cupsd.conf"), await settings(cups.socket));
    const places = { ServerRoot: "etc", ServerBin: "bin", RequestRoot: "spool", TempDir: "spool/tmp", CacheDir: "cache", StateDir: "state" };
    const logs = { AccessLog: "log/access", ErrorLog: "log/error", PageLog: "log/page" };
    const lines = Object.entries({ ...places, ...logs }).map(([name, place]) => `${name} ${at(place)}`);
    await writeFile(at("cups-files.conf"), `${lines.join("\n")}\n`);
    cups.server = new Program("/usr/sbin/cupsd", ["-f", "-c", at("cupsd.conf"), "-s", at("cups-files.conf")]);
    await cups.#ready();
    for (const queue of queues) {
      await mkdir(at(queue));
      await cups.#ask("lpadmin", "-p", queue, "-E", "-v", `folder:${at(queue)}`, "-m", "raw");
    }
    return cups;
  }

  async #ready() {
    const deadline = Date.now() + 30_000;
    for (;;) {
      const answer = await this.#ask("lpstat", "-r").catch((error) => error);
      if (answer === "scheduler is running\n") return;
      if (this.server.process.exitCode !== null || Date.now() > deadline) {
        throw new Error(`the print server did not start: ${this.server.printed}\n${await readFile(join(this.folder, "log/error"), "utf8").catch(() => "")}`);
      }
      await sleep(50);
    }
  }

  async #ask(program, ...words) {
    const env = { ...process.env, CUPS_SERVER: this.socket, LC_ALL: "C" };
    return (await run(program, words, { env })).stdout;
  }

  /** How a kiosk's file names a queue. */
  printer(queue) {
    return { kind: "cups", queue, server: this.socket };
  }

  /** What came out of a printer, sheet by sheet. */
  async printed(queue) {
    const sheets = (await readdir(join(this.folder, queue))).filter((name) => name.startsWith("printed-"));
    sheets.sort((one, other) => Number(one.slice(8)) - Number(other.slice(8)));
    return Promise.all(sheets.map((name) => readFile(join(this.folder, queue, name))));
  }

  async takePaperOut(queue) {
    await writeFile(join(this.folder, queue, "empty"), "");
  }

  async putPaperIn(queue) {
    await rm(join(this.folder, queue, "empty"), { force: true });
  }

  /** Takes what was printed out of the tray. */
  async emptyTray(queue) {
    for (const name of await readdir(join(this.folder, queue))) {
      if (name.startsWith("printed-")) await rm(join(this.folder, queue, name));
    }
  }

  /** The jobs that the server still knows, and the files of its spool. */
  async kept() {
    const jobs = await this.#ask("lpstat", "-W", "all", "-o");
    const files = await readdir(join(this.folder, "spool"), { recursive: true, withFileTypes: true });
    return [...jobs.split("\n").filter(Boolean), ...files.filter((file) => file.isFile()).map((file) => file.name)];
  }

  async close() {
    await this.server.end();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}
