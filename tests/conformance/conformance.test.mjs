// One rule core: what the engine decides natively it decides in Node.js and in a browser, letter by letter.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";

import { setting } from "../browser/harness/hall.mjs";
import { openBrowser } from "../browser/harness/terminal.mjs";

/** How many generated pairs of a form and answers. */
const PAIRS = 10_000;
/** Asked for in pieces, so that a difference is found without reading all of it. */
const PIECE = 1_000;

const native = (args, input) =>
  execFileSync(setting("ONEHALL_TEST_CONFORMANCE"), args, { input, encoding: "utf8", maxBuffer: 2 ** 28 });

describe("the form engine on every target", () => {
  let node;
  let server;
  let browser;
  let page;

  before(async () => {
    const folder = setting("ONEHALL_TEST_CONFORMANCE_WASM");
    const module = await readFile(join(folder, "conformance.js"));
    const wasm = await readFile(join(folder, "conformance.wasm"));
    node = await import(`data:text/javascript;base64,${module.toString("base64")}`);
    await node.default({ module_or_path: wasm });

    const files = {
      "/": ["text/html", "<!doctype html><title>Conformance</title>"],
      "/conformance.js": ["text/javascript", module],
      "/conformance.wasm": ["application/wasm", wasm],
    };
    server = createServer(({ url }, response) => {
      const [type, body] = files[url] ?? [];
      response.writeHead(body ? 200 : 404, type ? { "Content-Type": type } : {}).end(body);
    }).listen(0, "127.0.0.1");
    await new Promise((ready) => server.once("listening", ready));
    browser = await openBrowser();
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.evaluate(async () => {
      window.engine = await import("/conformance.js");
      await window.engine.default({ module_or_path: "/conformance.wasm" });
    });
  });
  after(async () => {
    await browser?.close();
    server?.close();
  });

  /** The same call in each place must give the same lines. */
  async function same(name, args, expected) {
    const places = {
      "Node.js": node[name](...args),
      Chromium: await page.evaluate(([name, args]) => window.engine[name](...args), [name, args]),
    };
    for (const [place, text] of Object.entries(places)) {
      const lines = text.split("\n");
      expected.split("\n").forEach((line, at) => assert.equal(lines[at], line, `${place}, line ${at}`));
      assert.equal(text, expected, place);
    }
  }

  test(`${PAIRS} generated forms with answers`, { timeout: 600_000 }, async () => {
    const hashes = new Set();
    for (let from = 0; from < PAIRS; from += PIECE) {
      const expected = native(["generated", `${from}`, `${PIECE}`]);
      for (const line of expected.trim().split("\n")) {
        assert.match(line, /^\d+ [0-9a-f]{64} \d+ \d+$/);
        hashes.add(line.split(" ")[1]);
      }
      await same("generated", [from, PIECE], expected);
    }
    assert.ok(hashes.size > PAIRS * 0.97, `${hashes.size} of them differ`);
  });

  test("the demo city's forms with the answers of its people", async () => {
    const city = setting("ONEHALL_TEST_CITY");
    const folder = join(dirname(city), "tests", "demo-answers");
    let count = 0;
    for (const file of await readdir(folder)) {
      const { form, version, complete } = JSON.parse(await readFile(join(folder, file), "utf8"));
      const definition = JSON.parse(await readFile(join(city, "forms", `${form}.v${version}.json`), "utf8"));
      for (const { answers } of complete) {
        // As they stand, days that are written from today on among them: whatever it is, it is decided alike.
        const request = JSON.stringify({ definition, answers, as_of: "2026-11-23" });
        const expected = native(["evaluate"], `${request}\n`).trim();
        anew(expected);
        await same("evaluate", [request], expected);
        count += 1;
      }
    }
    assert.ok(count >= 30, `${count} answers`);
  });

  const data = process.env.ONEHALL_TEST_DATA;
  test("forms of others, imported, with answers to all that they ask", { skip: data ? false : "ONEHALL_TEST_DATA is not set" }, async () => {
    let count = 0;
    for (const system of ["xgov", "govuk"]) {
      const folder = join(data, "forms", system);
      for (const file of await readdir(folder)) {
        const { stdout, status } = spawnSync(setting("ONEHALL_TEST_BACKEND"), ["form", "import", join(folder, file)], { encoding: "utf8" });
        assert.equal(status, 0, file);
        const definition = JSON.parse(stdout);
        const asked = definition.pages.flatMap((page) => answers(definition, page.questions));
        // None, each second one, all: conditions come out one way and the other.
        for (const step of [0, 2, 1]) {
          const given = Object.fromEntries(asked.filter((_, at) => step > 0 && at % step === 0));
          const request = JSON.stringify({ definition, answers: given, as_of: "2026-11-23" });
          const expected = native(["evaluate"], `${request}\n`).trim();
          anew(expected);
          await same("evaluate", [request], expected);
          count += 1;
        }
      }
    }
    assert.ok(count >= 30, `${count} answers`);
  });

  test("the rules of the JsonLogic suite", { skip: data ? false : "ONEHALL_TEST_DATA is not set" }, async () => {
    const suite = JSON.parse(await readFile(join(data, "jsonlogic", "compatible.json"), "utf8"));
    const cases = suite.filter((one) => typeof one === "object").map((one) => [one.rule, one.data ?? null]);
    assert.ok(cases.length > 200, `${cases.length} cases`);
    const text = JSON.stringify(cases);
    await same("rules", [text], native(["rules"], `${text}\n`));
  });
});

/** Makes the transcript anew, by docs/transcript.md and nothing of the engine's. */
function anew(reply) {
  const { canonical, transcript } = JSON.parse(reply);
  const sorted = (value) => {
    if (Array.isArray(value)) return value.map(sorted);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.keys(value).sort().map((name) => [name, sorted(value[name])]));
  };
  const written = JSON.stringify(sorted(JSON.parse(canonical)));
  assert.equal(written, canonical);
  assert.equal(createHash("sha256").update(written).digest("hex"), transcript);
}

/** An answer to each question, by its path; of a group one row. */
function answers(definition, questions, before = "") {
  const simple = {
    number: "3",
    money: "12.50",
    date: "2026-11-20",
    time: "09:30",
    phone: "13800000001",
    email: "someone@example.org",
    citizen_id: "620102198805143827",
    yes_no: true,
    declaration: true,
    date_range: { from: "2026-11-01", to: "2026-11-20" },
  };
  return questions.flatMap((question) => {
    const path = `${before}${question.id}`;
    const options = question.options ?? definition.code_tables?.[question.code_table];
    switch (question.kind) {
      case "section":
        return answers(definition, question.questions, before);
      case "group":
        return [[path, ["r1"]], ...answers(definition, question.questions, `${path}/r1/`)];
      case "choice":
        return [[path, options.at(-1).value]];
      case "choices":
        return [[path, [options[0].value]]];
      case "note":
      case "computed":
      case "material":
        return [];
      default:
        return [[path, simple[question.kind] ?? "some words"]];
    }
  });
}
