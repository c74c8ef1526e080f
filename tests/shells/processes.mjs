// The processes of a shell: its own, those of its web view, and of a kiosk whoever keeps it.
import { readdir, readFile, readlink } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** The processes that have this folder in their environment; `{ pid, command, program, group }`. */
export async function processesOf(home) {
  const found = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const [environment, stat] = await Promise.all(["environ", "stat"].map((part) => readFile(`/proc/${pid}/${part}`, "latin1").catch(() => "")));
    if (!environment.includes(home)) continue;
    const [, command, rest] = /^\d+ \((.*)\) (.*)$/s.exec(stat) ?? [];
    if (command === undefined || rest.startsWith("Z")) continue;
    const program = await readlink(`/proc/${pid}/exe`).catch(() => "");
    found.push({ pid: Number(pid), command, program, group: Number(rest.split(" ")[2]) });
  }
  return found;
}

/** Ends them all, whoever keeps the others first: it would start another. What stays would hold our ends of its pipes open. */
export async function endAll(home) {
  for (const deadline = Date.now() + 10_000; ; await sleep(20)) {
    const left = await processesOf(home);
    if (left.length === 0) return;
    if (Date.now() > deadline) throw new Error(`they stay: ${left.map(({ pid, command }) => `${command} (${pid})`).join(", ")}`);
    for (const { pid } of left.sort((one, other) => one.pid - other.pid)) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has just ended.
      }
    }
  }
}
