// The types that are written for embedders, beside what the hall says of itself: a field that one of them does not know is found.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";

import { sdk } from "./stranger.mjs";

/** What has another name in the API. */
const NAMES = { Case: "CaseView", CaseStep: "CaseEvent", Draft: "DraftView", Person: "PersonView" };

/** The API's `Hall` is a place with a door, and a question is typed by what every kind has. */
const OTHERS = ["Hall", "Question"];

/** The interfaces of a file of types: their fields, each with whether it may be absent. */
function interfaces(types) {
  const found = new Map();
  for (const [, name, base, body] of types.matchAll(/^export interface (\w+)(?: extends (\w+))? \{\n([^]*?)^\}/gm)) {
    const fields = [...body.matchAll(/^  (\w+)(\?)?:/gm)].map(([, field, optional]) => [field, optional === "?"]);
    found.set(name, new Map([...(found.get(base) ?? []), ...fields]));
  }
  return found;
}

/** The fields of a schema. */
function fieldsOf(schemas, name) {
  const schema = schemas[name];
  const parts = schema.allOf?.map((part) => (part.$ref ? fieldsOf(schemas, part.$ref.split("/").at(-1)) : Object.keys(part.properties ?? {})));
  return parts ? parts.flat() : Object.keys(schema.properties ?? {});
}

describe("the types", () => {
  test("name every field of the hall's API, and no other", async () => {
    const types = interfaces(await readFile(join(sdk(), "hall.d.ts"), "utf8"));
    const { stdout } = await promisify(execFile)(process.env.ONEHALL_TEST_BACKEND, ["openapi"], { maxBuffer: 64 << 20 });
    const { schemas } = JSON.parse(stdout).components;
    let compared = 0;
    for (const [name, fields] of types) {
      const schema = NAMES[name] ?? name;
      if (OTHERS.includes(name) || !schemas[schema]) continue;
      compared += 1;
      assert.deepEqual([...fields.keys()].sort(), fieldsOf(schemas, schema).sort(), name);
    }
    assert.ok(compared >= 20, `only ${compared} compared`);
  });
});
