// Measures the windows: time to the first usable view, memory of all their processes, size of the program. Prints tables
// for docs/benchmarks.md. `cargo xtask bench --only shells`
import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { Hall } from "../browser/harness/hall.mjs";
import { endAll, processesOf } from "./processes.mjs";
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
        `| ${shell} | ${middle(times)} ms (${times[0]} to ${times.at(-1)}) | ${megabytes(middle(column("own")))} in ${middle(column("ownProcesses"))} | ` +
          `${megabytes(middle(column("all")))} in ${middle(column("processes"))} | ${megabytes(size)} |`,
      );
    } finally {
      await screen.close();
    }
  }
  console.log("\n| shell | first usable view | memory of the shell's own processes | of all its processes | program |");
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
    const all = await processesOf(folder);
    // A kiosk's are two: the visit's, and the one that keeps it.
    const own = all.filter(({ program }) => program === programOf(shell));
    return { time, own: await memory(own), ownProcesses: own.length, all: await memory(all), processes: all.length };
  } finally {
    await endAll(folder);
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
