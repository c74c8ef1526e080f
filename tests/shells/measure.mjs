// Measures the windows: time to the first usable view, memory of all their processes, size of the program. Prints tables
// for docs/benchmarks.md. `cargo xtask bench --only shells`
import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { Hall } from "../browser/harness/hall.mjs";
import { environment, programOf, Screen, setting } from "./window.mjs";

const RUNS = 7;
const SETTLED = 5_000;

/** The roof of the hall's sign, which only the drawn page has: with it stands the field for the search. (blue, green, red) */
const SIGN = Buffer.from([0x3b, 0xa1, 0xe9]);

const hall = await Hall.open({ ui: false });
try {
  const rows = [];
  for (const shell of ["desktop", "kiosk"]) {
    const screen = await Screen.open(shell);
    try {
      const runs = [];
      for (let run = 0; run < RUNS; run += 1) runs.push(await measure(shell, screen));
      const column = (name) => runs.map((run) => run[name]).sort((one, other) => one - other);
      const times = column("time");
      const { size } = await stat(programOf(shell));
      rows.push(
        `| ${shell} | ${middle(times)} ms (${times[0]} to ${times.at(-1)}) | ${megabytes(middle(column("own")))} | ` +
          `${megabytes(middle(column("all")))} in ${middle(column("processes"))} | ${megabytes(size)} |`,
      );
    } finally {
      await screen.close();
    }
  }
  console.log("\n| shell | first usable view | memory of the shell's own process | of all its processes | program |");
  console.log(`|---|---:|---:|---:|---:|\n${rows.join("\n")}\n`);
} finally {
  await hall.close();
}

async function measure(shell, screen) {
  const folder = await mkdtemp(join(tmpdir(), "onehall-measure-"));
  const { TAURI_WEBVIEW_AUTOMATION: _, ...env } = environment({ display: screen.display, home: folder });
  const args = ["--hall", hall.url, "--ui", setting("ONEHALL_TEST_SHELL_UI"), "--data", join(folder, "data")];
  const began = performance.now();
  const program = spawn(programOf(shell), args, { env, stdio: "ignore" });
  try {
    while (!drawn(screen.display)) {
      if (performance.now() - began > 60_000 || program.exitCode !== null) throw new Error(`${shell} shows nothing`);
      await sleep(10);
    }
    const time = Math.round(performance.now() - began);
    await sleep(SETTLED);
    const tree = await descendants(program.pid);
    const sizes = await Promise.all(tree.map(proportional));
    return { time, own: sizes[0], all: sizes.reduce((one, other) => one + other), processes: tree.length };
  } finally {
    program.kill("SIGKILL");
    await sleep(500);
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

function drawn(display) {
  const picture = spawnSync("xwd", ["-root", "-silent", "-display", display], { maxBuffer: 64 << 20 }).stdout;
  for (let at = picture?.indexOf(SIGN) ?? -1, found = 0; at >= 0; at = picture.indexOf(SIGN, at + 3)) {
    found += 1;
    if (found > 20) return true;
  }
  return false;
}

/** A process and all that it started. */
async function descendants(pid) {
  const parents = new Map();
  for (const entry of await readdir("/proc")) {
    const line = /^\d+$/.test(entry) && (await readFile(`/proc/${entry}/stat`, "utf8").catch(() => ""));
    if (line) parents.set(Number(entry), Number(line.slice(line.lastIndexOf(")") + 2).split(" ")[1]));
  }
  const tree = [pid];
  for (const parent of tree) for (const [child, its] of parents) if (its === parent) tree.push(child);
  return tree;
}

/** Resident memory, what is shared counted by its share: sums are true. */
async function proportional(pid) {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "");
  return Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0) * 1024;
}

function middle(sorted) {
  return sorted[Math.floor(sorted.length / 2)];
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
