// Carries out a scenario over the bridge, whoever carries the JSON: a shell's window, a page with the SDK. It imports
// nothing, so that it runs in Node.js and in a page alike. What the steps mean stands in README.md.

/** How long a step waits for its event. */
const EVENT_WITHIN = 30_000;

/**
 * Runs `scenario` and gives the lines of its transcript; fails at the first step that does not go as it says.
 *
 * @param {{name: string, steps: object[]}} scenario
 * @param {object} host
 * @param {(envelope: string) => Promise<string>} host.call an envelope in, its reply out, both as JSON
 * @param {(listener: (message: string) => void) => void | (() => void)} host.events calls the listener with each event as
 *   JSON from now on; may give a function that ends it
 * @param {(what: object) => Promise<object>} host.outside does what does not happen on the terminal
 * @param {number} [host.firstId] the number of the first call, where others call over the same bridge
 * @returns {Promise<string[]>}
 */
export async function run(scenario, { call, events, outside, firstId = 1 }) {
  const heard = new Heard();
  const end = events((message) => heard.add(JSON.parse(message).event));
  const bridge = new Bridge(call, firstId);
  const kept = new Map();
  const lines = [];
  try {
    for (const [index, written] of scenario.steps.entries()) {
      try {
        const step = fill(written, kept);
        const content = await carryOut(step, { bridge, heard, outside });
        for (const [name, pointer] of Object.entries(step.keep ?? {})) kept.set(name, at(content, pointer));
        for (const pointer of step.show ?? []) lines.push(canonical([index, pointer, at(content, pointer)]));
      } catch (error) {
        throw new Error(`step ${index} of ${scenario.name}: ${error.message}`, { cause: error });
      }
    }
  } finally {
    end?.();
  }
  return lines;
}

/** Does one step; what its pointers go into. */
function carryOut(step, { bridge, heard, outside }) {
  if ("ask" in step) return bridge.ask(step.ask, step.fail);
  if ("hello" in step) return bridge.hello();
  if ("outside" in step) return outside(step.outside);
  if ("event" in step) return heard.next(step.event, step.match ?? {});
  throw new Error(`nobody knows a step of ${Object.keys(step).join(", ")}`);
}

class Bridge {
  #call;
  #next;

  constructor(call, firstId) {
    this.#call = call;
    this.#next = firstId;
  }

  async ask(command, fail) {
    const [name] = Object.keys(command);
    const outcome = await this.#send({ ask: command });
    const code = outcome.error?.code;
    if (fail !== undefined) {
      if (code !== fail) throw new Error(`${name} should fail with ${fail}, but ${code ?? "went well"}`);
      return outcome.error;
    }
    if (code !== undefined) throw new Error(`${name} failed: ${JSON.stringify(outcome.error)}`);
    return outcome.ok.ask[name];
  }

  async hello() {
    const hello = { protocols: { min: 1, max: 1 }, version: "scenario" };
    const outcome = await this.#send({ hello });
    if (outcome.error) throw new Error(`hello failed: ${JSON.stringify(outcome.error)}`);
    return outcome.ok.hello;
  }

  async #send(call) {
    const id = this.#next++;
    const reply = JSON.parse(await this.#call(JSON.stringify({ protocol: 1, id, call })));
    if (reply.id !== id) throw new Error(`the reply to call ${id} has the number ${reply.id}`);
    return reply.outcome;
  }
}

/** The events that came and were not waited for yet, in order. */
class Heard {
  #events = [];
  #wake = () => {};

  add(event) {
    this.#events.push(event);
    this.#wake();
  }

  /** The first such event; with it go those before it. */
  async next(kind, match) {
    const fits = (event) =>
      event.kind === kind &&
      Object.entries(match).every(([pointer, value]) => canonical(at(event, pointer, null)) === canonical(value));
    const deadline = Date.now() + EVENT_WITHIN;
    for (;;) {
      const found = this.#events.findIndex(fits);
      if (found >= 0) return this.#events.splice(0, found + 1).at(-1);
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`no event ${kind} came; heard: ${this.#events.map((event) => event.kind).join(", ") || "none"}`);
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

/** Puts kept values where `{name}` stands: as they are where it is all of a string, as text inside of one. */
function fill(value, kept) {
  if (Array.isArray(value)) return value.map((item) => fill(item, kept));
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, kept)]));
  }
  if (typeof value !== "string") return value;
  const whole = /^\{([\w-]+)\}$/.exec(value);
  if (whole && kept.has(whole[1])) return kept.get(whole[1]);
  return value.replace(/\{([\w-]+)\}/g, (place, name) => {
    if (!kept.has(name)) throw new Error(`nothing was kept as ${place}`);
    const text = kept.get(name);
    return typeof text === "string" ? text : canonical(text);
  });
}

/** What a JSON pointer (RFC 6901) leads to; `otherwise`, where given, when there is nothing. */
function at(value, pointer, otherwise) {
  const steps = pointer.split("/").slice(1).map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  let here = value;
  for (const step of steps) {
    here = here !== null && typeof here === "object" && Object.hasOwn(here, step) ? here[step] : undefined;
  }
  if (here !== undefined) return here;
  if (otherwise !== undefined) return otherwise;
  throw new Error(`there is nothing at ${pointer}`);
}

/** Compact JSON with sorted keys. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  // By hand: an object would put keys that look like numbers first.
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(",")}}`;
}
