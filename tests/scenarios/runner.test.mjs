import assert from "node:assert/strict";
import { test } from "node:test";

import { run } from "./runner.mjs";

/** A host that answers from a list and tells events when it is asked. */
function host(answers, events = []) {
  const sent = [];
  let listener;
  return {
    sent,
    call: async (envelope) => {
      const { id, call } = JSON.parse(envelope);
      sent.push(call);
      for (const event of events.splice(0)) listener(JSON.stringify({ protocol: 1, event }));
      return JSON.stringify({ protocol: 1, id, outcome: answers.shift() });
    },
    events: (to) => {
      listener = to;
    },
    outside: async (what) => ({ did: what }),
  };
}
const ok = (command, content) => ({ ok: { ask: { [command]: content } } });

test("values are kept, filled in as they are or as text, and shown with sorted keys", async () => {
  const steps = [
    { ask: { get_case: { id: "1" } }, keep: { number: "/n", all: "" }, show: ["/o"] },
    { outside: { whole: "{number}", part: "no. {number}" }, show: ["/did"] },
  ];
  const lines = await run({ name: "t", steps }, host([ok("get_case", { n: 7, o: { b: 1, a: [2], 9: 0, 10: 0 } })]));
  assert.deepEqual(lines, ['[0,"/o",{"10":0,"9":0,"a":[2],"b":1}]', '[1,"/did",{"part":"no. 7","whole":7}]']);
});

test("a step that should fail must fail, with that code", async () => {
  const error = { code: "request/not_found", retryable: false };
  const steps = [{ ask: { get_case: {} }, fail: "request/not_found", show: ["/code"] }];
  assert.deepEqual(await run({ name: "t", steps }, host([{ error }])), ['[0,"/code","request/not_found"]']);
  await assert.rejects(run({ name: "t", steps }, host([ok("get_case", {})])), /step 0 of t: .*went well/);
  await assert.rejects(run({ name: "t", steps: [{ ask: { get_case: {} } }] }, host([{ error }])), /not_found/);
});

test("an event is waited for, found by what it must match, and takes those before it along", async () => {
  const events = [{ kind: "case_changed", id: "a" }, { kind: "connection", online: true }, { kind: "case_changed", id: "b" }];
  const steps = [{ ask: { list_cases: {} } }, { event: "case_changed", match: { "/id": "b" }, show: ["/id"] }];
  assert.deepEqual(await run({ name: "t", steps }, host([ok("list_cases", [])], events)), ['[1,"/id","b"]']);
});

test("what was never kept and what is not there are faults of the scenario", async () => {
  await assert.rejects(run({ name: "t", steps: [{ outside: { a: "{b}" } }] }, host([])), /nothing was kept as \{b\}/);
  await assert.rejects(run({ name: "t", steps: [{ outside: {}, show: ["/no"] }] }, host([])), /nothing at \/no/);
});
