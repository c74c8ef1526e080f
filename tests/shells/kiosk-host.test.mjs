// What `shells/kiosk/host/install.sh` writes is what the system of a kiosk reads.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const HOST = fileURLToPath(new URL("../../shells/kiosk/host", import.meta.url));
const install = (...words) => run("sh", [join(HOST, "install.sh"), ...words]);

describe("the machine under a kiosk", { timeout: 60_000 }, () => {
  let root;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), "onehall-host-"));
  });
  after(() => rm(root, { recursive: true, force: true }));

  test("its files are written where the system looks for them", async () => {
    await install("--root", root, "https://hall.example");
    const files = await readdir(root, { recursive: true, withFileTypes: true });
    const written = files.filter((file) => file.isFile()).map((file) => join(file.parentPath ?? file.path, file.name).slice(root.length)).sort();
    assert.deepEqual(written, [
      "/etc/cups/cupsd.conf",
      "/etc/onehall/kiosk.env",
      "/etc/sysctl.d/90-onehall-kiosk.conf",
      "/etc/systemd/coredump.conf.d/onehall-kiosk.conf",
      "/etc/systemd/journald.conf.d/onehall-kiosk.conf",
      "/etc/systemd/logind.conf.d/onehall-kiosk.conf",
      "/etc/systemd/system/onehall-kiosk.service",
    ]);
    assert.equal(await readFile(join(root, "etc/onehall/kiosk.env"), "utf8"), "ONEHALL_HALL=https://hall.example\n");
  });

  test("a hall without TLS, or an address that is more than one, is refused", async () => {
    for (const words of [[], ["http://hall.example"], ["https://"], ["https://hall.example; reboot"], ["https://a\nB=c"], ["https://a", "b"]]) {
      await assert.rejects(install("--root", root, ...words), { code: 2 }, words.join(" "));
    }
  });

  test("its print server understands its settings, and keeps nothing", async () => {
    const files = join(root, "cups-files.conf");
    await writeFile(files, ["ServerRoot", "RequestRoot", "CacheDir", "StateDir", "TempDir"].map((name) => `${name} ${root}\n`).join(""));
    const { stderr } = await run("/usr/sbin/cupsd", ["-t", "-c", join(HOST, "cupsd.conf"), "-s", files]);
    assert.doesNotMatch(stderr, /unknown|missing|bad|error/i);
    const told = await readFile(join(HOST, "cupsd.conf"), "utf8");
    for (const line of ["PreserveJobFiles No", "PreserveJobHistory No"]) assert.ok(told.includes(`\n${line}\n`), line);
    assert.deepEqual(told.match(/^(Listen|Port).*$/gm), ["Listen /run/cups/cups.sock"]);
  });
});
