// A key on every form of the benchmark, in every engine that runs in Node.js: `node keystrokes.mjs`. Prints a line of JSON
// for each engine and form.
//
// Each is measured in a process of its own, so that none warms up or litters for another. Before anything is measured, what
// the engine says after each key is held against OneHall's word on the same form: engines that decide differently cannot be
// compared.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import * as onehall from "./peers/onehall.mjs";

const PEERS = ["onehall", "survey", "rjsf", "ajv", "json-logic"];

/** Milliseconds of keys before anything is measured, and of those that are. */
const WARM_UP = 500;
const MEASURED = 1_500;
/** How many figures the middle is taken of. */
const SAMPLES = 50;
/** Milliseconds of the clock after which nobody waits any longer for an engine to load a form and be measured. */
const PATIENCE = 600_000;

const [, , peer, shape, size] = process.argv;
await (peer === undefined ? all() : one(peer, shape, Number(size)));

async function all() {
  const engine = await onehall.open();
  for (const form of JSON.parse(engine.typing_forms())) {
    for (const peer of PEERS) {
      console.error(`  ${peer}: ${form.shape}, ${form.size} questions`);
      const args = ["--max-old-space-size=6144", fileURLToPath(import.meta.url), peer, form.shape, `${form.size}`];
      const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: PATIENCE }).catch((error) => {
        // Only to be too slow is an answer.
        if (!error.killed) throw error;
        return { stdout: JSON.stringify({ gave_up_after_s: PATIENCE / 1_000 }) };
      });
      console.log(JSON.stringify({ peer, ...form, ...JSON.parse(stdout) }));
    }
  }
}

async function one(name, shape, size) {
  const engine = await onehall.open();
  const { load } = await import(`./peers/${name}.mjs`);
  const form = JSON.parse(engine.typing_form(shape, size));
  const began = computed();
  const subject = load(form);
  const load_ms = computed() - began;
  const warm = agree(subject, form);
  console.log(JSON.stringify({ load_ms, ...measure(subject, warm) }));
}

/** Makes sure that the subject says what OneHall says, wherever it says something. Gives the milliseconds of its keys. */
function agree(subject, form) {
  const expected = onehall.load(form);
  const began = computed();
  for (const value of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 3, 9]) {
    const [found, right] = [subject.key(value), expected.key(value)];
    for (const [path, states] of Object.entries(found)) {
      for (const [name, state] of Object.entries(states)) {
        // What is hidden is neither required nor wrong, whatever an engine keeps of it.
        if (state === undefined || (name !== "shown" && !right[path].shown)) continue;
        assert.deepEqual(state, right[path][name], `${name} of ${path} after ${value} in ${form.typed}`);
      }
    }
  }
  return computed() - began;
}

/** Milliseconds that this process has computed. Not the clock's: what else runs on the machine is nobody's keystroke. */
function computed() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** The middle of what a key takes. */
function measure(subject, agreed) {
  let value = 0;
  const keys = (count) => {
    const began = computed();
    for (let at = 0; at < count; at += 1) {
      value = (value + 1) % 10;
      subject.key(value);
    }
    return computed() - began;
  };
  let [warm, spent] = agreed < WARM_UP ? [0, 0] : [12, agreed];
  while (spent < WARM_UP) {
    spent += keys(10);
    warm += 10;
  }
  // Whole rounds of ten keys, so that each sample has the cheap and the dear ones alike.
  const count = 10 * Math.max(1, Math.round((MEASURED / SAMPLES) * (warm / spent) * 0.1));
  const figures = [];
  let measured = 0;
  do {
    const took = keys(count);
    figures.push((took / count) * 1e6);
    measured += took;
  } while (measured < MEASURED && figures.length < SAMPLES);
  figures.sort((a, b) => a - b);
  return { keystroke_ns: figures[Math.floor(figures.length / 2)], keys: count * figures.length };
}
