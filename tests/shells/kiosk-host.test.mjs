// What `shells/kiosk/host/install.sh` writes is what the system of a kiosk reads.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
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

  // A file of sections, as GLib and systemd read it; a name that comes twice in one of them is a mistake here.
  const sections = (text) => {
    const read = {};
    let section;
    for (const line of text.split("\n").map((line) => line.trim())) {
      if (line === "" || line.startsWith("#")) continue;
      const head = line.match(/^\[([^\[\]]+)\]$/);
      if (head) {
        assert.ok(!(head[1] in read), head[1]);
        section = read[head[1]] = {};
        continue;
      }
      const [, name, value] = line.match(/^([A-Za-z-]+)=(.*)$/) ?? assert.fail(`what is \`${line}\`?`);
      assert.ok(section && !(name in section), line);
      section[name] = value;
    }
    return read;
  };
  const sample = (name) => readFile(join(HOST, "rauc", name), "utf8");

  test("its system has two slots, and a bundle is for such a machine alone and checked as it is read", async () => {
    const system = sections(await sample("system.conf"));
    const manifest = sections(await sample("manifest.raucm"));
    assert.equal(manifest.update.compatible, system.system.compatible);
    assert.match(manifest.update.version, /^\d+\.\d+\.\d+$/);
    assert.equal(manifest.bundle.format, "verity");
    assert.equal(system.system["bundle-formats"], "-plain");
    assert.match(system.keyring.path, /^\/etc\/rauc\//);
    const slots = Object.entries(system).filter(([name]) => name.startsWith("slot."));
    assert.deepEqual(slots.map(([name]) => name), ["slot.rootfs.0", "slot.rootfs.1"]);
    for (const [, slot] of slots) assert.match(slot.device, /^\/dev\/disk\/by-partlabel\/onehall-[ab]$/);
    for (const name of ["device", "bootname"]) assert.equal(new Set(slots.map(([, slot]) => slot[name])).size, 2, name);
    // What is in a bundle goes into the slots that there are.
    const images = Object.keys(manifest).filter((name) => name.startsWith("image."));
    assert.deepEqual(images, ["image.rootfs"]);
    assert.equal(manifest["image.rootfs"].filename, "rootfs.ext4");
    for (const turnedOff of ["allow-partial-chain", "check-purpose", "ignore-compatible"]) assert.ok(!(await sample("system.conf")).includes(turnedOff));
  });

  test("what outlives its system lies on a third partition, from which nothing is run", async () => {
    const mounts = (await sample("fstab")).split("\n").filter((line) => line && !line.startsWith("#")).map((line) => line.split(/\s+/));
    const at = Object.fromEntries(mounts.map(([what, where, , options]) => [where, { what, options }]));
    const service = sections((await readFile(join(HOST, "onehall-kiosk.service"), "utf8")).replace(/^(Environment|Conflicts)=.*$/gm, ""));
    const [, data] = service.Service.ExecStart.match(/--data (\S+)/);
    const [, file] = service.Service.ExecStart.match(/--kiosk (\S+)\/kiosk\.json/);
    const { system } = sections(await sample("system.conf"));
    for (const folder of [data, file, system["data-directory"]]) assert.ok(at[folder]?.what.startsWith("/data/"), folder);
    assert.match(at["/data"].what, /^PARTLABEL=/);
    assert.doesNotMatch((await sample("system.conf")), new RegExp(at["/data"].what.slice("PARTLABEL=".length)));
    for (const { options } of Object.values(at)) for (const option of ["nodev", "nosuid", "noexec"]) assert.ok(options.split(",").includes(option));
  });

  test("a system is kept once its kiosk has run, and left where it fell or its window hung", async () => {
    const service = sections(await sample("onehall-kiosk-good.service"));
    const timer = sections(await sample("onehall-kiosk-good.timer"));
    assert.equal(service.Service.ExecStart, "/bin/sh /usr/lib/onehall/kiosk-good.sh");
    assert.equal(service.Unit.Requisite, "onehall-kiosk.service");
    assert.equal(timer.Timer.OnBootSec, "10min");
    const bin = join(root, "bin");
    await mkdir(bin);
    const program = async (name, lines) => {
      await writeFile(join(bin, name), `#!/bin/sh\n${lines}\n`);
      await chmod(join(bin, name), 0o755);
    };
    const kept = join(root, "kept");
    await program("rauc", `echo "$@" >> ${kept}`);
    await program("systemctl", 'case "$2" in *ActiveState) echo "$ACTIVE" ;; *NRestarts) echo "$RESTARTS" ;; esac');
    await program("journalctl", 'echo "$SAID"');
    const look = async (environment) => {
      await rm(kept, { force: true });
      const env = { PATH: `${bin}:${process.env.PATH}`, ACTIVE: "active", RESTARTS: "0", SAID: "onehall-kiosk: release 7 is good", ...environment };
      const code = await run("sh", [join(HOST, "rauc/kiosk-good.sh")], { env }).then(() => 0, (error) => error.code);
      return [code, await readFile(kept, "utf8").catch(() => "")];
    };
    assert.deepEqual(await look({}), [0, "status mark-good\n"]);
    // These lines are those of the keeper.
    const keeper = await readFile(join(HOST, "../src/keeper.rs"), "utf8");
    for (const end of ["the window hung: it is started anew", "the window ended by {code}: it is started anew"]) {
      assert.ok(keeper.includes(end), end);
      assert.deepEqual(await look({ SAID: `onehall-kiosk: ${end}` }), [1, ""], end);
    }
    for (const environment of [{ ACTIVE: "activating" }, { ACTIVE: "failed" }, { RESTARTS: "1" }, { RESTARTS: "" }]) {
      assert.deepEqual(await look(environment), [1, ""], JSON.stringify(environment));
    }
  });
});
