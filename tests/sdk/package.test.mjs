// The built package as an embedder installs it, in Node.js: no browser, no hall.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliDecompressSync } from "node:zlib";

import { sdk } from "./stranger.mjs";

const run = promisify(execFile);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const gone = { baseUrl: "http://127.0.0.1:9", language: "en" };

/** A host whose network is `answer`; what was asked for is in `asked`, what was ended before its answer in `ended`. */
function fakeHost(answer) {
  const asked = [];
  const kept = new Map();
  const ended = [];
  return {
    asked,
    ended,
    fetch(request) {
      asked.push(request);
      let open = true;
      let refuse;
      const aborted = new Promise((_, refused) => (refuse = refused));
      const abort = () => {
        if (open) ended.push(request.url);
        refuse(new Error("aborted"));
      };
      return { answer: Promise.race([aborted, answer(request)]).finally(() => (open = false)), abort };
    },
    listen: () => () => {},
    get: async (key) => kept.get(key),
    scan: async (prefix) => [...kept].filter(([key]) => key.startsWith(prefix)),
    batch: async (writes) => writes.forEach(([key, value]) => (value ? kept.set(key, value) : kept.delete(key))),
    erase: async () => kept.forEach((_, key) => key.startsWith("terminal") || kept.delete(key)),
    sleep: (ms) => new Promise((done) => setTimeout(done, ms).unref()),
    random: (bytes) => crypto.getRandomValues(bytes),
  };
}

const json = (status, value) => ({ status, headers: [["content-type", "application/json"]], body: new TextEncoder().encode(JSON.stringify(value)) });

describe("the package", () => {
  let folder;
  let index;
  let slim;
  before(async () => {
    // Installed under its name, so that its map of entries decides what is found.
    folder = await mkdtemp(join(tmpdir(), "onehall-embedder-"));
    await mkdir(join(folder, "node_modules/@onehall"), { recursive: true });
    await symlink(sdk(), join(folder, "node_modules/@onehall/mini-app"));
    await writeFile(join(folder, "package.json"), '{"type":"module","private":true}');
    index = await import(`${sdk()}/index.js`);
    slim = await import(`${sdk()}/slim.js`);
  });
  after(() => rm(folder, { recursive: true }));

  /** Runs a program of an embedder's; what it prints. */
  const program = async (text) => {
    const file = join(folder, "program.mjs");
    await writeFile(file, text);
    return (await run("node", [file], { cwd: folder })).stdout.trim();
  };

  test("what a mini-program carries is the same WebAssembly, compressed", async () => {
    for (const name of ["sdk.wasm", "sdk-later.wasm"]) {
      const [plain, small] = await Promise.all([name, `${name}.br`].map((file) => readFile(join(sdk(), file))));
      assert.ok(brotliDecompressSync(small).equals(plain), name);
    }
    const others = (await readdir(sdk())).filter((file) => file.endsWith(".br") && !file.endsWith(".wasm.br"));
    assert.deepEqual(others, []);
  });

  test("holds what its map of entries names, and nothing else", async () => {
    const { exports, version } = JSON.parse(await readFile(join(sdk(), "package.json"), "utf8"));
    assert.equal(version, index.VERSION);
    const named = Object.values(exports).flatMap((entry) => (typeof entry === "string" ? [entry] : Object.values(entry)));
    const files = await readdir(sdk());
    for (const file of named) assert.ok(files.includes(file.slice(2)), file);
    const others = files.filter((file) => !named.includes(`./${file}`) && !/^(shared-\w+\.js|hall\.d\.ts|README\.md)$/.test(file));
    assert.deepEqual(others, []);
  });

  test("does nothing when it is imported, also where there is no page", async () => {
    const said = await program(`
      const names = () => JSON.stringify(Object.getOwnPropertyNames(globalThis).sort());
      globalThis.fetch = () => { throw new Error("a request at import"); };
      WebAssembly.compile = WebAssembly.compileStreaming = WebAssembly.instantiate = () => { throw new Error("compiled at import"); };
      const before = names();
      const modules = [];
      for (const entry of ["", "/slim", "/element", "/host"]) modules.push(await import("@onehall/mini-app" + entry));
      console.log(names() === before, modules.map((one) => Object.keys(one).sort().join()).join(" | "));`);
    assert.equal(said, "true OneHallError,VERSION,browserHost,createCore,createHall,init | OneHallError,VERSION,browserHost,createCore,createHall,init | OneHallServiceElement | browserHost");
  });

  test("says so when it is used before it is initialised", async () => {
    const said = await program(`
      import { createCore, createHall, init, OneHallError } from "@onehall/mini-app/slim";
      const code = (error) => error instanceof OneHallError && error.code;
      try { createCore({ baseUrl: "http://127.0.0.1:9" }); } catch (error) { console.log(code(error)); }
      await createHall({ baseUrl: "http://127.0.0.1:9" }).catch((error) => console.log(code(error)));
      await init().catch((error) => console.log(code(error)));
      await init({ wasm: new Uint8Array() }).catch((error) => console.log(code(error), error.details.option));
      const later = () => new URL(import.meta.resolve("@onehall/mini-app/sdk-later.wasm"));
      await init({ wasm: "http://127.0.0.1:9/sdk.wasm", later }).catch((error) => console.log(code(error), error.retryable));
      // A failure is not for ever.
      const { readFile } = await import("node:fs/promises");
      const bytes = await readFile(new URL(import.meta.resolve("@onehall/mini-app/sdk.wasm")));
      await init({ wasm: bytes, later });
      createCore({ baseUrl: "http://127.0.0.1:9" }).free();
      console.log("well");`);
    assert.deepEqual(said.split("\n"), ["sdk/not_initialised", "sdk/not_initialised", "sdk/not_initialised", "sdk/invalid_option later", "sdk/not_loaded true", "well"]);
  });

  test("takes its WebAssembly from an address, an answer, bytes or a module, whatever its media type, once", async () => {
    const bytes = await readFile(join(sdk(), "sdk.wasm"));
    let served = 0;
    const server = createServer((request, response) => {
      served += 1;
      response.writeHead(200, { "Content-Type": request.url.includes("wrong") ? "text/plain" : "application/wasm" }).end(bytes);
    });
    await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
    const at = `http://127.0.0.1:${server.address().port}`;
    for (const source of [`"${at}/right"`, `new URL("${at}/wrong")`, `fetch("${at}/wrong")`, "bytes", "bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)", "await WebAssembly.compile(bytes)"]) {
      served = 0;
      const said = await program(`
        import { readFile } from "node:fs/promises";
        import { createCore, init } from "@onehall/mini-app/slim";
        const bytes = await readFile(${JSON.stringify(join(sdk(), "sdk.wasm"))});
        const [wasm, later] = [${source}, () => { throw new Error("nobody needs it"); }];
        const [one, other] = [init({ wasm, later }), init({ wasm, later })];
        await Promise.all([one, other, init({ wasm, later }), init()]);
        const core = createCore({ baseUrl: "http://127.0.0.1:9" });
        console.log(JSON.parse(await core.call('{"protocol":1,"id":7,"call":{"hello":{"protocols":{"min":1,"max":1},"version":"t"}}}')).outcome.ok.hello.terminal);`);
      assert.equal(said, "mini_app", source);
      assert.equal(served, source.includes(at) ? 1 : 0, source);
    }
    server.close();
  });

  test("starts without its second part, says where that cannot be had, and tries anew", async () => {
    const said = await program(`
      import { readFile } from "node:fs/promises";
      import { createCore, init } from "@onehall/mini-app/slim";
      const file = (name) => readFile(new URL(import.meta.resolve("@onehall/mini-app/" + name)));
      let asked = 0;
      const later = () => {
        asked += 1;
        if (asked === 1) throw new Error("away");
        return asked === 2 ? Promise.reject(new Error("away")) : file("sdk-later.wasm");
      };
      await init({ wasm: file("sdk.wasm"), later });
      const core = createCore({ baseUrl: "http://127.0.0.1:9" });
      const ask = async (call) => {
        const { outcome } = JSON.parse(await core.call(JSON.stringify({ protocol: 1, id: 1, call: { ask: call } })));
        return outcome.error?.code ?? Object.keys(outcome.ok.ask)[0];
      };
      for (const call of ["get_preferences", "new_key", "new_key", "new_key", "new_key", "no_such_command"]) console.log(await ask({ [call]: {} }), asked);`);
    assert.deepEqual(said.split("\n"), [
      "get_preferences 0", "network/offline 1", "network/offline 2", "new_key 3", "new_key 3", "bridge/invalid_envelope 3",
    ]);
  });

  test("refuses options that cannot be meant", async () => {
    for (const options of [undefined, {}, { baseUrl: "" }, { baseUrl: "hall.example" }, { baseUrl: "javascript:alert(1)" }, { ...gone, host: { fetch() {} } }]) {
      await assert.rejects(index.createHall(options), { name: "OneHallError", code: "sdk/invalid_option" });
    }
  });

  test("fails as one error with a stable code, in the language that was asked for", async () => {
    for (const [language, message] of [["en-GB", "There is no connection."], ["zh", "网络连接不可用。"]]) {
      const hall = await index.createHall({ ...gone, host: fakeHost(async () => Promise.reject(new Error())), language });
      await assert.rejects(hall.catalog.get(), { name: "OneHallError", code: "network/offline", retryable: true, message });
      hall.close();
    }
    const problem = { type: "x", title: "Look again.", status: 422, code: "forms/invalid_answers", retryable: false, fields: [{ path: "name", code: "required" }], details: { more: 1 } };
    const hall = await index.createHall({ ...gone, host: fakeHost(async () => json(422, problem)) });
    await assert.rejects(hall.draft.list(), { code: "forms/invalid_answers", message: "Look again.", fields: problem.fields, details: { more: 1 } });
    hall.close();
  });

  test("what a newer hall says besides reaches the page, and what is no answer of a hall does not", async () => {
    const newer = [{ id: "019ab0c0-538c-7278-8303-4021a4a453ee", of: { "the future": [1.5, null] } }];
    let answer = json(200, newer);
    const hall = await index.createHall({ ...gone, host: fakeHost(async () => answer) });
    assert.deepEqual(await hall.progress.list(), newer);
    // A wireless network that wants to be logged in to answers everything with a page of its own.
    answer = { status: 200, headers: [["content-type", "text/html"]], body: new TextEncoder().encode("<h1>Welcome</h1>") };
    await assert.rejects(hall.progress.list(), { code: "network/invalid_reply", retryable: true });
    hall.close();
  });

  test("an aborted call ends at once, its request with it, and the others go on", async () => {
    const host = fakeHost(({ url }) => (url.endsWith("/drafts") ? json(200, []) : new Promise(() => {})));
    const hall = await index.createHall({ ...gone, host });
    const end = new AbortController();
    const call = hall.progress.list({ signal: end.signal });
    const other = hall.draft.list();
    // What they need of the second part is loaded first.
    while (!host.asked.some(({ url }) => url.endsWith("/cases"))) await new Promise((later) => setTimeout(later));
    end.abort(new Error("the page was left"));
    await assert.rejects(call, (error) => error.code === "client/cancelled" && error.cause.message === "the page was left");
    assert.deepEqual(await other, []);
    await new Promise((later) => setTimeout(later));
    assert.deepEqual(host.ended.map((url) => new URL(url).pathname), ["/api/v1/cases"], "its request was ended, and no other");
    const asked = host.asked.length;
    await assert.rejects(hall.progress.list({ signal: AbortSignal.abort() }), { code: "client/cancelled" });
    assert.equal(host.asked.length, asked, "what is aborted before it begins asks nothing");
    hall.close();
  });

  test("a closed hall ends its calls and takes no more", async () => {
    const hall = await index.createHall({ ...gone, host: fakeHost(() => new Promise(() => {})) });
    const call = hall.catalog.get();
    hall.close();
    hall.close();
    await assert.rejects(call, { code: "sdk/closed" });
    await assert.rejects(hall.catalog.get(), { code: "sdk/closed" });
  });

  test("a listener that throws harms no other, and one that was taken off hears nothing", async () => {
    const said = await program(`
      import { createHall } from "@onehall/mini-app";
      process.once("uncaughtException", (error) => console.log(error.message));
      const hall = await createHall(${JSON.stringify(gone)});
      hall.on("connection", () => { throw new Error("a mistake of the page"); });
      const off = hall.on("connection", () => console.log("off"));
      hall.on("*", ({ kind, online }) => console.log(kind, online));
      off();
      await hall.catalog.get().catch((error) => console.log(error.code));
      hall.close();`);
    assert.deepEqual(said.split("\n").sort(), ["a mistake of the page", "connection false", "network/offline"]);
  });

  test("an attempt to submit keeps its key until it was judged", async () => {
    const keys = [];
    const draft = { id: "019ab0c0-538c-7278-8303-4021a4a453ee", revision: 3 };
    let outcome = async () => Promise.reject(new Error());
    const host = fakeHost(async ({ url, headers }) => {
      if (!url.endsWith("/submission")) return json(404, {});
      keys.push(headers.find(([name]) => name === "idempotency-key")[1]);
      return outcome();
    });
    const hall = await index.createHall({ ...gone, host });
    // What is submitted was evaluated before; here it is only about the attempts.
    const ask = hall.ask.bind(hall);
    const submission = { revision: 3, as_of: "2026-11-23", engine: 1, transcript: "0".repeat(64) };
    hall.ask = (name, fields, options) => (name === "prepare_submission" ? Promise.resolve(submission) : ask(name, fields, options));
    await assert.rejects(hall.submit(draft.id), { code: "network/offline", sent: true });
    await assert.rejects(hall.submit(draft.id), { code: "network/offline", sent: true });
    const refused = { type: "x", title: "Moved.", status: 409, code: "drafts/moved", retryable: false };
    outcome = async () => json(409, refused);
    await assert.rejects(hall.submit(draft.id), { code: "drafts/moved" });
    await assert.rejects(hall.submit(draft.id), { code: "drafts/moved" });
    assert.equal(new Set(keys.slice(0, 3)).size, 1, "the same attempt");
    assert.notEqual(keys[3], keys[2], "what is sent after a refusal is another one");
    hall.close();
  });

  test("every word of the element is there in both languages, with the same gaps", async () => {
    const { ALL } = await import("../../mini-app-sdk/js/element/texts.js");
    const gaps = (text) => text.match(/\{\}/g)?.length ?? 0;
    for (const [key, texts] of Object.entries(ALL)) {
      assert.equal(texts.length, 2, key);
      for (const text of texts) assert.ok(text.trim().length > 0, key);
      assert.equal(gaps(texts[0]), gaps(texts[1]), key);
    }
  });

  test("its types hold what the README shows", async () => {
    await cp(here("consumer.ts"), join(folder, "consumer.ts"));
    const options = { strict: true, noEmit: true, target: "es2022", module: "nodenext", lib: ["es2022", "dom", "dom.iterable"], types: [], skipLibCheck: false, preserveSymlinks: true };
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files: ["consumer.ts"] }));
    const tsc = here("../../mini-app-sdk/node_modules/typescript/bin/tsc");
    await run("node", [tsc, "--project", folder]).catch((error) => assert.fail(error.stdout));
  });
});
