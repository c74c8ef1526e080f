// An office of updates, as whoever publishes has it: `onehall update`, with one key for what is signed offline.
import { execFile } from "node:child_process";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { setting } from "./window.mjs";

const run = promisify(execFile);

const PASSPHRASE = "correct horse battery";

/** The kinds of terminals with windows, and the layouts that they show. */
const TERMINALS = { "ui-desktop": "desktop", "ui-kiosk": "kiosk" };

/** Those whose pages a test reads and nobody draws: one page is a bundle of theirs. */
export const PHONES = { "ui-mobile": "mobile" };

export class Office {
  #staged = 0;

  /** Founds an office in a folder, and publishes that there is nothing yet. */
  static async found(folder, more = {}) {
    const office = new Office();
    office.folder = join(folder, "office");
    office.pages = join(folder, "pages");
    office.terminals = { ...TERMINALS, ...more };
    const names = Object.keys(office.terminals);
    await office.do("init", ...names.flatMap((name) => ["--terminal", name]));
    const keys = { root: "offline", targets: "offline", snapshot: "online", timestamp: "online", halts: "halt" };
    for (const name of names) keys[name] = "offline";
    for (const [role, key] of Object.entries(keys)) await office.do("add-key", role, key, "--threshold", "1");
    await office.do("sign", "--key", office.key("halt"));
    await office.publish();
    return office;
  }

  /** Types `onehall update …`. */
  async do(...words) {
    const env = { ...process.env, ONEHALL_UPDATE_OFFICE: this.folder, ONEHALL_KEY_PASSPHRASE: PASSPHRASE };
    const { stdout } = await run(setting("ONEHALL_TEST_BACKEND"), ["update", ...words], { env });
    return stdout;
  }

  key(name) {
    return join(this.folder, "keys", `${name}.json`);
  }

  /** What a hall is told on whose machine the office lies: it serves, signs, and stops what one terminal goes back from. */
  get environment() {
    return {
      ONEHALL_UPDATES_OFFICE: this.folder,
      ONEHALL_UPDATES_KEYS: [this.key("online"), this.key("halt")].join(","),
      ONEHALL_UPDATES_PASSPHRASE: PASSPHRASE,
      ONEHALL_UPDATES_HALT_AFTER: "1",
      // All terminals of a test are on this machine.
      ONEHALL_UPDATES_HALT_NETWORKS: "1",
    };
  }

  /** The root of trust that is built into applications. */
  get root() {
    return join(this.folder, "repository/metadata/1.root.json");
  }

  /** The releases of a kind of terminal that are stopped, by their manifests. */
  async halted(terminal) {
    const file = join(this.folder, `targets/halts/${terminal}.halts.json`);
    const { blocks } = await readFile(file, "utf8").then(JSON.parse, () => ({ blocks: [] }));
    return blocks.map((block) => block.manifest);
  }

  /** Signs every draft and publishes. */
  async publish() {
    await this.do("sign", "--key", this.key("offline"));
    await this.do("publish", "--yes", "--key", this.key("online"));
  }

  /**
   * Stages a bundle, that of the shells, with a number in its page, and what `change` does to its folder. It is for nobody yet.
   * Gives the number of the release, which is also what `document.documentElement.dataset.release` says.
   */
  async stage(change = async () => {}, from = setting("ONEHALL_TEST_SHELL_UI")) {
    const release = (this.#staged += 1);
    const folder = join(this.pages, `${release}`);
    await mkdir(this.pages, { recursive: true });
    await cp(from, folder, { recursive: true });
    const index = join(folder, "index.html");
    await writeFile(index, (await readFile(index, "utf8")).replace("<html ", `<html data-release="${release}" `));
    const page = join(this.pages, `${release}-page`);
    await mkdir(page);
    await cp(index, join(page, "index.html"));
    await change(folder);
    // Pages that were built of a commit say which one themselves.
    const { revision } = await readFile(join(folder, "facts.json"), "utf8").then(JSON.parse, () => ({}));
    for (const [terminal, profile] of Object.entries(this.terminals)) {
      const pages = terminal in TERMINALS ? folder : page;
      const commit = pages === folder && revision ? [] : ["--revision", "0123abc"];
      await this.do("stage", terminal, pages, "--version", `1.${release}.0`, ...commit, "--profile", profile);
    }
    return release;
  }

  /** Offers a release to all terminals, once it is published. */
  async offer(release, ...terms) {
    await this.share(release, 100, ...terms);
  }

  /** Offers a release to a share of terminals of every kind, once it is published. */
  async share(release, percent, ...terms) {
    for (const terminal of Object.keys(this.terminals)) {
      await this.do("rollout", terminal, `${release}`, "--share", `${percent}`, ...terms);
    }
  }

  /** Has the catalog of the tests' city travel with the pages of a kind of terminal, once it is published. */
  async snapshot(terminal) {
    const file = join(this.folder, "catalog.json");
    await run(setting("ONEHALL_TEST_BACKEND"), ["city", "snapshot", setting("ONEHALL_TEST_CITY"), file]);
    await this.do("catalog", terminal, file);
  }

  /** Tells the kiosks of a kind of terminal something, once it is published. */
  async tell(terminal, kiosks) {
    const file = join(this.folder, "kiosks.json");
    await writeFile(file, JSON.stringify(kiosks));
    await this.do("kiosks", terminal, file);
  }

  /** As it would be if whoever signs had another program: nobody here looked at it. */
  async tellAnything(terminal, text) {
    await this.tell(terminal, { format: 1, version: 0, kiosks: [] });
    await writeFile(join(this.folder, `targets/${terminal}/${terminal}.kiosks.json`), text);
    await this.stage();
  }

  /** What the share of a release is drawn by. */
  async salt(terminal, release) {
    const policy = JSON.parse(await readFile(join(this.folder, `targets/${terminal}/${terminal}.rollout.json`), "utf8"));
    return policy.offers.find((offer) => offer.release === release).salt;
  }

  /** A document of the repository as terminals read it last: `halts`, `ui-kiosk`. */
  async published(role) {
    const { versions } = JSON.parse(await readFile(join(this.folder, "plan.json"), "utf8"));
    return readFile(join(this.folder, `repository/metadata/${versions[role]}.${role}.json`), "utf8");
  }
}

/** Ways in which a bundle can be broken so that its page says that it could not open, each as it would come out of a build. */
export const FAILING = {
  "fails in its first line": (folder) => rewrite(folder, MODULE, (code) => `throw new Error("broken");\n${code}`),
  "lacks a file": async (folder) => rm(await found(folder, MODULE)),
  "panics as it starts": async (folder) => writeFile(await found(folder, /^shell\.[^.]*\.wasm$/), PANICS),
};

/** Ways in which nothing is said. */
export const SILENT = {
  "hangs before its first paint": (folder) => rewrite(folder, BOOT, () => "for (;;);"),
  "draws nothing": (folder) => rewrite(folder, BOOT, () => 'document.getElementById("boot").remove();'),
};

const BOOT = /^boot\..*\.js$/;
const MODULE = /^shell\..*\.js$/;

/** A program whose start ends as every panic does: one function, `__wbindgen_start`, which is `unreachable`. */
const PANICS = Buffer.concat([
  Buffer.from("0061736d01000000" + "010401600000" + "03020100" + "07140110", "hex"),
  Buffer.from("__wbindgen_start"),
  Buffer.from("0000" + "0a05010300000b", "hex"),
]);

async function found(folder, name) {
  const assets = join(folder, "assets");
  return join(assets, (await readdir(assets)).find((file) => name.test(file)));
}

async function rewrite(folder, name, change) {
  const path = await found(folder, name);
  await writeFile(path, change(await readFile(path, "utf8")));
}
