// Pokes over a WebSocket, as a mini-program hears them: by itself, and with a real hall at its other end.
import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, describe, test } from "node:test";
import { readFile } from "node:fs/promises";

import { Hall, until } from "../browser/harness.mjs";
import { sdk } from "./stranger.mjs";

describe("listening by sockets", () => {
  let listensBy;
  before(async () => ({ listensBy } = await import(`${sdk()}/socket.js`)));

  /** A platform's sockets: those that were opened, the last one first; what was signalled; and what ends it all. */
  function listening() {
    const [sockets, said] = [[], []];
    const stop = listensBy((url, headers, heard) => {
      const socket = { url, headers, heard, closed: 0 };
      sockets.unshift(socket);
      return () => (socket.closed += 1);
    })("https://hall.example/api/v1/events", [["authorization", "Bearer a"]], (...signal) => said.push(signal.join(" ")));
    return { sockets, said, stop };
  }

  test("says what the hall says, and is open once the hall has said so", () => {
    const { sockets, said, stop } = listening();
    assert.deepEqual([sockets[0].url, sockets[0].headers], ["wss://hall.example/api/v1/events", [["authorization", "Bearer a"]]]);
    sockets[0].heard("open");
    assert.deepEqual(said, []);
    for (const text of ["", '{"kind":"again"}', ""]) sockets[0].heard("text", text);
    assert.deepEqual(said, ["open", 'poke {"kind":"again"}']);
    stop();
    sockets[0].heard("text", "late");
    assert.deepEqual([said.length, sockets[0].closed, sockets.length], [2, 1, 1]);
  });

  test("begins anew, ever later while there is no hall, and at once after one that was", (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    context.mock.method(Math, "random", () => 1);
    const { sockets, said, stop } = listening();
    for (const wait of [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      const count = sockets.length;
      sockets[0].heard("closed");
      sockets[0].heard("closed");
      context.mock.timers.tick(wait - 1);
      assert.equal(sockets.length, count, `${wait}`);
      context.mock.timers.tick(1);
      assert.equal(sockets.length, count + 1, `${wait}`);
    }
    assert.deepEqual(new Set(said), new Set(["broken"]));
    sockets[0].heard("text", "");
    sockets[0].heard("closed");
    context.mock.timers.tick(500);
    assert.equal(sockets.length, 10);
    stop();
    context.mock.timers.tick(100_000);
    assert.equal(sockets.length, 10, "what was ended stays so");
  });

  test("gives up what has been silent, and what cannot even be opened", (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const { sockets, said, stop } = listening();
    sockets[0].heard("text", "");
    context.mock.timers.tick(39_000);
    sockets[0].heard("text", "");
    context.mock.timers.tick(39_000);
    assert.deepEqual(said, ["open"]);
    context.mock.timers.tick(1_000);
    assert.deepEqual([said.at(-1), sockets[0].closed], ["broken", 1]);
    stop();
    const signals = [];
    const end = listensBy(() => { throw new Error("no room"); })("http://hall.example/", [], (signal) => signals.push(signal));
    assert.deepEqual(signals, ["broken"]);
    end();
  });
});

/** A socket as a platform without EventSource has it, as far as a hall makes use of one: it only listens to short texts. */
function connect(url, headers, heard) {
  const asked = request(url.replace(/^ws/, "http"), {
    headers: { ...Object.fromEntries(headers), connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13", "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==" },
  });
  let socket;
  asked.on("upgrade", (_, opened, first) => {
    socket = opened;
    heard("open");
    let rest = Buffer.alloc(0);
    const take = (data) => {
      rest = Buffer.concat([rest, data]);
      while (rest.length >= 2 && rest.length >= 2 + rest[1]) {
        if ((rest[0] & 15) === 1) heard("text", rest.subarray(2, 2 + rest[1]).toString());
        rest = rest.subarray(2 + rest[1]);
      }
    };
    // What the hall says at once may come with its answer.
    take(first);
    socket.on("data", take);
    socket.on("close", () => heard("closed"));
  });
  asked.on("response", () => heard("closed"));
  asked.on("error", () => heard("closed"));
  asked.end();
  return () => (socket ?? asked).destroy();
}

describe("a host that has sockets alone", () => {
  let hall;
  before(async () => (hall = await Hall.open({ ui: false })));
  after(() => hall?.close());

  test("hears of what another terminal did, and of the end of its session", { timeout: 60_000 }, async () => {
    const [{ createHall, init }, { browserHost }, { listensBy }] = await Promise.all(["slim", "host", "socket"].map((name) => import(`${sdk()}/${name}.js`)));
    await init({ wasm: await readFile(`${sdk()}/sdk.wasm`), later: () => readFile(`${sdk()}/sdk-later.wasm`) });
    const kept = new Map();
    let open = false;
    const heardOf = (url, headers, heard) => connect(url, headers, (what, text) => (heard(what, text), (open ||= what === "text")));
    const host = {
      ...browserHost(),
      others: undefined,
      listen: listensBy(heardOf),
      get: async (key) => kept.get(key),
      scan: async (prefix) => [...kept].filter(([key]) => key.startsWith(prefix)),
      batch: async (writes) => writes.forEach(([key, value]) => (value ? kept.set(key, value) : kept.delete(key))),
      erase: async () => kept.clear(),
    };
    const mine = await createHall({ baseUrl: hall.url, host });
    try {
      const { phone } = hall.people.citizen("zhang-min");
      const cookie = await hall.citizenCookie(phone);
      const told = [];
      mine.on("*", (event) => told.push(event));
      await mine.session.requestCode(phone);
      await mine.session.logIn(phone, await hall.codeFor(phone));
      // What happens before the socket is there is not told over it.
      await until(() => open, "the socket is open");
      const draft = await hall.api("POST", "/api/v1/drafts", { item: "residence-permit" }, { cookie });
      await hall.api("DELETE", `/api/v1/drafts/${draft.id}`, undefined, { cookie });
      await until(() => told.some(({ kind, id }) => kind === "draft_changed" && id === draft.id), "a poke came over the socket");
    } finally {
      mine.close();
    }
  });
});
