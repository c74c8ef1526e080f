// The desktop's package for Debian: what is in it, and that what it installs starts and takes links.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import { Hall } from "../browser/harness/hall.mjs";
import { endAll } from "./processes.mjs";
import { Surroundings, until } from "./surroundings.mjs";
import { environment, Program, Screen, setting } from "./window.mjs";

const run = async (...words) => (await promisify(execFile)(words[0], words.slice(1))).stdout;

test("the package installs a program that starts, and that links of ours open", { timeout: 240_000 }, async () => {
  const deb = setting("ONEHALL_TEST_PACKAGE");
  assert.equal((await run("dpkg-deb", "--field", deb, "Package")).trim(), "onehall-desktop");
  const depends = await run("dpkg-deb", "--field", deb, "Depends");
  for (const needed of ["libwebkit2gtk-4.1-0", "libayatana-appindicator3-1"]) assert.match(depends, new RegExp(needed));

  const folder = await mkdtemp(join(tmpdir(), "onehall-package-"));
  const root = join(folder, "root");
  const hall = await Hall.open({ ui: false });
  const around = await Surroundings.open();
  const screen = await Screen.open("desktop");
  try {
    await mkdir(join(root, "var/lib/dpkg/updates"), { recursive: true });
    await mkdir(join(root, "var/lib/dpkg/info"));
    await writeFile(join(root, "var/lib/dpkg/status"), "");
    // What it depends on is on this machine, not in that folder.
    await run("dpkg", `--root=${root}`, "--force-depends", "--install", deb);

    const entry = await readFile(join(root, "usr/share/applications/onehall-desktop.desktop"), "utf8");
    assert.match(entry, /^MimeType=x-scheme-handler\/onehall;$/m);
    const [, program] = /^Exec=(\S+) %u$/m.exec(entry);
    const [, icon] = /^Icon=(\S+)$/m.exec(entry);
    assert.ok((await readFile(join(root, `usr/share/icons/hicolor/256x256/apps/${icon}.png`))).length > 1000);

    await around.begin(screen);
    // A package that is released has its pages inside; a debug build looks for them beside its folder.
    await mkdir(join(root, "usr/bundle-shell"));
    await symlink(setting("ONEHALL_TEST_SHELL_UI"), join(root, "usr/bundle-shell/shell"));
    const { TAURI_WEBVIEW_AUTOMATION: _, ...env } = environment({ display: screen.display, home: folder });
    Object.assign(env, around.environment, { ONEHALL_HALL: hall.url });
    const start = (...words) => new Program(join(root, "usr/bin", program), words, { env });
    const first = start("onehall://apply/identity-card-renewal");
    await until("the window", () => around.seen("政务服务大厅"), () => first.printed);
    const second = start("onehall://nowhere");
    await second.ended;
    assert.equal(second.process.exitCode, 0, second.printed);
    assert.match(second.printed, /The window is open already/);
    await around.hands("wmctrl", "-c", "政务服务大厅");
    await first.ended;
    assert.equal(first.process.exitCode, 0, first.printed);
  } finally {
    await endAll(folder);
    await around.close();
    await screen.close();
    await hall.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
});
