// Measures the windows: time to the first usable view, memory of all their processes, size of the program; beside them a
// browser without its frame (Chromium in app mode), which is what a shell of Electron brings, on the hall's pages for browsers.
// Prints tables for docs/benchmarks.md. `cargo xtask bench --only shells`
import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, readlink, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { Hall } from "../browser/harness/hall.mjs";
import { endAll } from "./processes.mjs";
import { environment, programOf, Screen, setting } from "./window.mjs";

const RUNS = 7;
const SETTLED = 5_000;

/** The roof of the hall's sign, which only the drawn page has: with it stands the field for the search. (blue, green, red) */
const SIGN = Buffer.from([0x3b, 0xa1, 0xe9]);

const hall = await Hall.open();
try {
  const rows = [];
  for (const shell of ["desktop", "kiosk"]) {
    const screen = await Screen.open(shell);
    try {
      // Each after the other, so that whatever slows this machine down slows down both.
      const [own, browsers] = [[], []];
      for (let run = 0; run < RUNS; run += 1) {
        own.push(await measure(shell, screen, window));
        browsers.push(await measure(shell, screen, browser));
      }
      const { size } = await stat(programOf(shell));
      rows.push(row(shell, own, size), row(`Chromium in app mode, as ${shell}`, browsers, browsers[0].size));
    } finally {
      await screen.close();
    }
  }
  console.log("\n| shell | first usable view | memory of the shell's own processes | of all its processes | program |");
  console.log(`|---|---:|---:|---:|---:|\n${rows.join("\n")}\n`);
} finally {
  await hall.close();
}

function row(name, runs, size) {
  const column = (name) => runs.map((run) => run[name]).sort((one, other) => one - other);
  const times = column("time");
  return (
    `| ${name} | ${middle(times)} ms (${times[0]} to ${times.at(-1)}) | ${megabytes(middle(column("own")))} in ${middle(column("ownProcesses"))} | ` +
    `${megabytes(middle(column("all")))} in ${middle(column("processes"))} | ${megabytes(size)} |`
  );
}

/** How a shell is started. A kiosk's own processes are two: the visit's, and the one that keeps it. */
function window(shell, folder) {
  const args = ["--hall", hall.url, "--ui", setting("ONEHALL_TEST_SHELL_UI"), "--data", join(folder, "data")];
  return [programOf(shell), args];
}

/** How a browser without its frame is started, on the same screen. */
function browser(shell, folder) {
  const size = { desktop: "1280,800", kiosk: "1080,1920" }[shell];
  const args = [`--app=${hall.url}/`, `--user-data-dir=${join(folder, "profile")}`, `--window-size=${size}`, "--window-position=0,0"];
  // As root there is no sandbox, and colours are those of the page.
  args.push("--no-sandbox", "--no-first-run", "--no-default-browser-check", "--force-color-profile=srgb", "--lang=zh-CN");
  return [setting("ONEHALL_TEST_CHROMIUM"), args];
}

async function measure(shell, screen, start) {
  const folder = await mkdtemp(join(tmpdir(), "onehall-measure-"));
  const { TAURI_WEBVIEW_AUTOMATION: _, ...env } = environment({ display: screen.display, home: folder });
  const [command, args] = start(shell, folder);
  // What the one before had drawn is not this one's.
  while (drawn(screen.display)) await sleep(10);
  const began = performance.now();
  const program = spawn(command, args, { env, stdio: "ignore" });
  try {
    while (!drawn(screen.display)) {
      if (performance.now() - began > 60_000 || program.exitCode !== null) throw new Error(`${command} shows nothing`);
      await sleep(10);
    }
    const time = Math.round(performance.now() - began);
    await sleep(SETTLED);
    const all = await familyOf(program.pid);
    const first = await readlink(`/proc/${program.pid}/exe`);
    const own = start === browser ? all.filter(({ pid }) => pid === program.pid) : all.filter((each) => each.program === first);
    const size = start === browser ? await bytesIn(dirname(first)) : 0;
    return { time, own: await memory(own), ownProcesses: own.length, all: await memory(all), processes: all.length, size };
  } finally {
    await endAll(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

/** A process and all that it began, and those began: a browser's hide their environment. */
async function familyOf(pid) {
  const parents = new Map();
  for (const name of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const stat = await readFile(`/proc/${name}/stat`, "latin1").catch(() => "");
    parents.set(Number(name), Number(/^\d+ \(.*\) \S (\d+)/s.exec(stat)?.[1]));
  }
  const family = new Set([pid]);
  for (let size = 0; size < family.size; ) {
    size = family.size;
    for (const [child, parent] of parents) if (family.has(parent)) family.add(child);
  }
  return Promise.all([...family].map(async (pid) => ({ pid, program: await readlink(`/proc/${pid}/exe`).catch(() => "") })));
}

/** What the files of a folder weigh, with the folders in it. */
async function bytesIn(folder) {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function drawn(display) {
  const picture = spawnSync("xwd", ["-root", "-silent", "-display", display], { maxBuffer: 64 << 20 }).stdout;
  for (let at = picture?.indexOf(SIGN) ?? -1, found = 0; at >= 0; at = picture.indexOf(SIGN, at + 3)) {
    found += 1;
    if (found > 20) return true;
  }
  return false;
}

/** Resident memory of processes, what is shared counted by its share: sums are true. */
async function memory(processes) {
  const texts = await Promise.all(processes.map(({ pid }) => readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "")));
  return texts.reduce((sum, text) => sum + Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0) * 1024, 0);
}

function middle(sorted) {
  return sorted[Math.floor(sorted.length / 2)];
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
