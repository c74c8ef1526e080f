// One list of promises for every engine, tried in Chromium; and what only an engine in JavaScript can get wrong.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { basename, join } from "node:path";
import { after, before, describe, test } from "node:test";

import { setting } from "../browser/harness/hall.mjs";
import { openBrowser } from "../browser/harness/terminal.mjs";
import { engines } from "./engines.mjs";

describe("what every store promises", () => {
  let server;
  let browser;
  let context;
  let page;

  before(async () => {
    const [folder, hosts] = [setting("ONEHALL_TEST_STORE"), setting("ONEHALL_TEST_HOSTS")];
    const files = {
      "/conformance.js": join(folder, "conformance.js"),
      "/conformance.wasm": join(folder, "conformance.wasm"),
      "/host.js": join(hosts, "host.js"),
      "/storage.js": join(hosts, "storage.js"),
    };
    for (const [, file] of engines) files[`/engines/${basename(file)}`] = file;
    server = createServer(async ({ url }, response) => {
      const path = url.split("?")[0];
      const type = path.endsWith(".wasm") ? "application/wasm" : path.endsWith(".js") ? "text/javascript" : "text/html";
      const body = files[path] ? await readFile(files[path]) : "<!doctype html><title>Stores</title>";
      response.writeHead(200, { "Content-Type": type }).end(body);
    }).listen(0, "127.0.0.1");
    await new Promise((ready) => server.once("listening", ready));
    browser = await openBrowser();
    context = await browser.newContext();
    page = await openPage();
  });
  after(async () => {
    await browser?.close();
    server?.close();
  });

  async function openPage() {
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    return page;
  }

  /** Runs a function in the page, with a host of its own. */
  const inBrowser = (work, on = page) =>
    on.evaluate(
      async (work) => {
        const { browserHost } = await import(`/host.js?${Math.random()}`);
        const bytes = (text) => new TextEncoder().encode(text);
        const text = (value) => value && new TextDecoder().decode(value);
        return new Function("host", "bytes", "text", `return (${work})()`)(browserHost(), bytes, text);
      },
      work.toString(),
    );

  for (const [name, file, tooMuch] of engines) {
    test(name, { timeout: 120_000 }, async (context) => {
      const lines = await page.evaluate(
        async ([module, tooMuch]) => {
          const { default: init, conformance } = await import("/conformance.js");
          await init({ module_or_path: "/conformance.wasm" });
          const { open } = await import(module);
          return conformance(open, tooMuch);
        },
        [`/engines/${basename(file)}`, tooMuch],
      );
      assert.ok(lines.length >= 12, `${lines.length} promises`);
      for (const line of lines) context.diagnostic(line);
      assert.deepEqual(lines.filter((line) => !line.startsWith("well: ")), []);
    });
  }

  test("in a browser's database nothing can be read of what is kept, nor how it is called", async () => {
    await inBrowser(() => host.batch([
      ["cases/canary-name", bytes("canary-440301199001011234")],
      ["terminal-canary/name", bytes("canary-of-the-terminal")],
    ]));
    const all = await page.evaluate(() => new Promise((done) => {
      const opening = indexedDB.open("onehall");
      opening.onsuccess = () => {
        const store = opening.result.transaction("values").objectStore("values");
        const [names, values] = [store.getAllKeys(), store.getAll()];
        store.transaction.oncomplete = () => {
          opening.result.close();
          const text = (value) => (value instanceof Uint8Array ? String.fromCharCode(...value.subarray(0, 5000)) : "");
          done([...names.result, ...values.result.map(text)]);
        };
      };
    }));
    assert.ok(all.length >= 4 && all.some((text) => text.startsWith("sealed/person/")), `${all.length} entries`);
    for (const plain of ["canary", "440301", "cases"]) assert.ok(!all.join("\n").includes(plain), plain);
  });

  test("what one tab keeps under keys that another tab destroyed meanwhile is refused, not lost", async () => {
    const other = await openPage();
    await inBrowser(() => host.batch([["cases/1", bytes("of the first")]]));
    await inBrowser(() => {
      const channel = new BroadcastChannel("erase");
      channel.onmessage = async ({ data }) => {
        if (data !== "sealed") return;
        await host.erase();
        channel.postMessage("erased");
      };
    }, other);
    const outcome = await inBrowser(async () => {
      // Between sealing and keeping, somebody leaves in the other tab.
      const encrypt = crypto.subtle.encrypt.bind(crypto.subtle);
      crypto.subtle.encrypt = async (...given) => {
        const sealed = await encrypt(...given);
        await new Promise((done) => {
          const channel = new BroadcastChannel("erase");
          channel.onmessage = ({ data }) => data === "erased" && done();
          channel.postMessage("sealed");
        });
        return sealed;
      };
      return host.batch([["cases/2", bytes("of the first, too")]]).then(() => "kept", ({ code }) => code);
    });
    assert.equal(outcome, "broken");
    assert.deepEqual(await inBrowser(() => host.scan("cases/"), other), []);
    await page.reload();
  });

  test("damage is told once and is no value; what a newer version wrote is left alone", async () => {
    const change = (how) => page.evaluate((how) => new Promise((done) => {
      const opening = indexedDB.open("onehall");
      opening.onsuccess = () => {
        const store = opening.result.transaction("values", "readwrite").objectStore("values");
        store.openCursor(IDBKeyRange.bound("sealed/person/", "sealed/person/\uffff")).onsuccess = ({ target }) => {
          if (!target.result) return;
          const record = target.result.value;
          if (how === "damage") record[record.length - 1] ^= 1;
          if (how === "newer") record[0] = 9;
          target.result.update(record);
          target.result.continue();
        };
        store.transaction.oncomplete = () => done(opening.result.close());
      };
    }), how);
    const code = (work) => inBrowser(`() => (${work})().then(() => "none", ({ code }) => code)`);
    await inBrowser(() => host.batch([["cases/1", bytes("one")]]));
    await change("damage");
    assert.equal(await code(() => host.get("cases/1")), "broken");
    assert.equal(await code(() => host.scan("cases/")), "broken");
    assert.equal(await code(() => host.scan("cases/")), "none");
    await inBrowser(() => host.batch([["cases/1", bytes("one")]]));
    await change("newer");
    assert.equal(await code(() => host.scan("cases/")), "newer");
    assert.equal(await code(() => host.scan("cases/")), "newer");
    await inBrowser(() => host.erase());
  });

  test("a database that the browser closes under a page is opened again, whether or not that is said", async () => {
    const outcome = await inBrowser(async () => {
      const connections = [];
      const open = indexedDB.open.bind(indexedDB);
      indexedDB.open = (...given) => {
        const request = open(...given);
        request.addEventListener("success", () => connections.push(request.result));
        return request;
      };
      const found = [];
      const keep = async (id) => found.push(await host.keepUnsent(`person/outbox/${id}`, bytes(id)));
      await keep("closed-1");
      connections.at(-1).close();
      await keep("closed-2");
      connections.at(-1).close();
      connections.at(-1).dispatchEvent(new Event("close"));
      await keep("closed-3");
      found.push((await host.unsent()).map(([, value]) => text(value)).sort().join());
      // Whoever wants to change the database is not kept waiting by a page that is open.
      connections.at(-1).dispatchEvent(new Event("versionchange"));
      found.push((await host.unsent()).length, connections.length);
      await host.eraseUnsent();
      delete indexedDB.open;
      return found;
    });
    assert.deepEqual(outcome, [true, true, true, "closed-1,closed-2,closed-3", 3, 4]);
  });

  test("a database that cannot be opened for a moment is neither empty nor forbidden", async () => {
    await inBrowser(() => host.keepUnsent("person/outbox/left", bytes("left")));
    await page.reload();
    const outcome = await inBrowser(async () => {
      const open = indexedDB.open;
      const fails = (name) => {
        indexedDB.open = () => {
          const request = { error: new DOMException("", name) };
          queueMicrotask(() => request.onerror());
          return request;
        };
      };
      const code = (promise) => promise.then(() => "well", ({ code }) => code);
      fails("UnknownError");
      const found = [await code(host.unsent()), await code(host.get("cases/1")), await code(host.erase())];
      fails("QuotaExceededError");
      found.push(await code(host.batch([["cases/1", bytes("one")]])), await host.keepUnsent("person/outbox/more", bytes("more")));
      indexedDB.open = open;
      found.push(...(await host.unsent()).map(([, value]) => text(value)));
      await host.eraseUnsent();
      return found;
    });
    assert.deepEqual(outcome, ["broken", "broken", "broken", "full", false, "left"]);
  });

  test("a database that a page may not have is forbidden, in whatever words the browser says so", async () => {
    const outcome = (name, storage) => inBrowser(`async () => {
      indexedDB.open = () => {
        const request = { error: new DOMException("", "${name}") };
        queueMicrotask(() => request.onerror());
        return request;
      };
      if (${storage}) {
        Object.defineProperty(globalThis, "localStorage", { get() { throw new DOMException("", "SecurityError"); } });
      }
      return host.unsent().then(() => "well", ({ code }) => code);
    }`);
    assert.equal(await outcome("SecurityError", false), "forbidden");
    assert.equal(await outcome("UnknownError", true), "forbidden");
    await page.reload();
  });

  test("what a page has to send is counted in another one while it is open, and the other one's once it is closed", async () => {
    const [first, second] = [await openPage(), await openPage()];
    await inBrowser(() => void (window.host = host), second);
    const keys = () => second.evaluate(async () => (await host.unsent()).map(([key]) => key).sort());
    const hears = () => second.evaluate(() => new Promise((fulfil) => host.others(fulfil)));
    let told = hears();
    assert.deepEqual(await keys(), []);
    await inBrowser(async () => {
      host.others(() => {});
      await host.keepUnsent("person/draft/id/writer", bytes("typed"));
      await host.keepUnsent("person/upload/key/writer", bytes("chosen"));
    }, first);
    await told;
    const theirs = ["person/theirs/draft/id/writer", "person/theirs/upload/key/writer"];
    assert.deepEqual(await keys(), theirs);
    told = hears();
    // It was asked before the first one is gone.
    assert.deepEqual(await keys(), theirs);
    await first.close();
    await told;
    assert.deepEqual(await keys(), ["person/draft/id/writer", "person/upload/key/writer"]);
    await second.evaluate(() => host.eraseUnsent());
    await second.close();
  });

  test("what a page that is loaded anew had to send is its own again, and no other one's", async () => {
    const [first, second] = [await openPage(), await openPage()];
    const keys = (on) => on.evaluate(async () => (await host.unsent()).map(([key]) => key));
    await inBrowser(() => void (window.host = host), second);
    await inBrowser(() => host.keepUnsent("person/draft/id/another", bytes("typed")), first);
    assert.deepEqual(await keys(second), ["person/theirs/draft/id/another"]);
    await first.reload();
    assert.deepEqual(await keys(second), ["person/theirs/draft/id/another"]);
    await inBrowser(() => void (window.host = host), first);
    assert.deepEqual(await keys(first), ["person/draft/id/another"]);
    await second.evaluate(() => host.eraseUnsent());
    await Promise.all([first.close(), second.close()]);
  });

  test("what an earlier version kept in the clear is taken over", async () => {
    await page.evaluate(() => new Promise((done) => {
      const opening = indexedDB.open("onehall");
      opening.onsuccess = () => {
        const store = opening.result.transaction("values", "readwrite").objectStore("values");
        store.put(new TextEncoder().encode("what waits"), "analytics");
        store.transaction.oncomplete = () => done(opening.result.close());
      };
    }));
    assert.equal(await inBrowser(async () => text(await host.get("terminal/analytics"))), "what waits");
    const left = await page.evaluate(() => new Promise((done) => {
      const opening = indexedDB.open("onehall");
      opening.onsuccess = () => {
        const request = opening.result.transaction("values").objectStore("values").get("analytics");
        request.onsuccess = () => done(opening.result.close() ?? request.result ?? null);
      };
    }));
    assert.equal(left, null);
  });

  test("where nothing is encrypted a mini-program keeps the terminal's own, and nothing of a person", async () => {
    const outcome = await page.evaluate(async () => {
      const [{ storedIn }, { storage }] = [await import("/storage.js"), await import("/engines/mini-program.js")];
      const host = storedIn({ ...storage, encrypts: false });
      const code = (promise) => promise.then(() => "kept", ({ code }) => code);
      return [
        await code(host.batch([["terminal/a", new Uint8Array([1])]])),
        await code(host.batch([["terminal/b", new Uint8Array([1])], ["cases/1", new Uint8Array([1])]])),
        (await host.scan("terminal/")).length,
        typeof host.keepUnsent,
      ];
    });
    assert.deepEqual(outcome, ["kept", "forbidden", 1, "undefined"]);
  });

  test("a mini-program's storage that cannot be read for a moment is neither empty nor forbidden", async () => {
    const outcome = await page.evaluate(async () => {
      const [{ storedIn }, { storage }] = [await import("/storage.js"), await import("/engines/mini-program.js")];
      await storedIn(storage).batch([["terminal/read-again", new Uint8Array([7])]]);
      let fails = 2;
      const host = storedIn({
        ...storage,
        get: (name) => ((fails -= 1) < 0 ? storage.get(name) : Promise.reject(new Error("getStorage:fail"))),
      });
      const code = (promise) => promise.then(() => "read", ({ code }) => code);
      const codes = [await code(host.get("terminal/read-again")), await code(host.unsent())];
      const value = await host.get("terminal/read-again");
      await host.batch([["terminal/read-again"]]);
      return [...codes, ...value];
    });
    assert.deepEqual(outcome, ["broken", "broken", 7]);
  });

  test("a mini-program that is closed in the middle of a change finds all of it or nothing", async () => {
    const found = await page.evaluate(async () => {
      const [{ storedIn }, { storage }] = [await import("/storage.js"), await import("/engines/mini-program.js")];
      const bytes = (length, byte) => new Uint8Array(length).fill(byte);
      const found = [];
      for (let step = 0; ; step += 1) {
        const whole = storedIn(storage);
        await whole.erase();
        await whole.batch([["a/1", bytes(900_000, 1)], ["a/2", bytes(10, 1)]]);
        // After so many calls the program is gone: nothing that it asks for is done any more.
        let left = step;
        let die;
        const dies = new Promise((fulfil) => (die = () => fulfil(false)));
        const asked = [];
        const dying = {};
        for (const name of ["get", "set", "remove", "names"]) {
          dying[name] = (...given) => {
            if ((left -= 1) < 0) return die(), new Promise(() => {});
            asked.push(storage[name](...given));
            return asked.at(-1);
          };
        }
        const change = storedIn({ ...storage, ...dying }).batch([["a/1", bytes(900_000, 2)], ["a/2", bytes(10, 2)], ["a/3", bytes(5, 2)]]);
        const done = await Promise.race([change.then(() => true), dies]);
        await Promise.allSettled(asked);
        const after = await storedIn(storage).scan("a/");
        const seen = after.map(([, value]) => [value.length, ...new Set(value)].join(" of "));
        found.push(seen.join(", "));
        const names = (await storage.names()).length;
        // The index, what the test before this one kept, and the first value in two pieces.
        if (names !== after.length + 3) return `${names} entries after step ${step}`;
        if (done) return [...new Set(found)];
      }
    });
    assert.deepEqual(found, ["900000 of 1, 10 of 1", "900000 of 2, 10 of 2, 5 of 2"]);
  });
});
