// The log of a hall is structured and names nobody. Every hall of every journey is looked through when it closes; here is
// shown that this sees what it should.
import assert from "node:assert/strict";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";

import { Hall } from "../harness.mjs";
import { setting } from "../harness/hall.mjs";
import { assertLogIsClean, secretsOf } from "../harness/log.mjs";

/** A line as the backend writes it. */
const line = (fields = {}) => {
  const entry = {
    timestamp: "2026-11-27T09:13:45.123456Z",
    level: "INFO",
    message: "request",
    target: "onehall::access",
    request_id: "019abe5b-7d60-7000-8000-138000000012",
    microseconds: 13800000001,
  };
  return `${JSON.stringify({ ...entry, ...fields })}\n`;
};

describe("the log", () => {
  test("of a hall is lines of JSON, one for each request", async () => {
    const hall = await Hall.open({ ui: false });
    try {
      const { phone } = hall.people.citizen("zhang-min");
      await hall.citizenCookie(phone);
      const log = (await hall.log()).split("\n").filter((one) => one.startsWith("{")).map((one) => JSON.parse(one));
      const routes = log.filter(({ target }) => target === "onehall::access").map(({ route }) => route);
      assert.ok(routes.includes("/api/v1/identity/session"), `${routes}`);
    } finally {
      await hall.close();
    }
  });

  test("of a hall that names somebody is found out when the hall closes", async () => {
    for (const [leak, what] of [
      [async (hall) => line({ phone: hall.people.citizen("zhang-min").phone }), /holds a phone number/],
      // A code that only a page knew, and never this harness.
      [
        async (hall) => {
          await hall.api("POST", "/api/v1/identity/codes", { phone: "13800000091" });
          const [{ text }] = await hall.api("GET", "/api/v1/dev/messages");
          return line({ message: `sent ${text.match(/\d{6}/)[0]}` });
        },
        /holds a one-time code/,
      ],
    ]) {
      const hall = await Hall.open({ ui: false });
      await appendFile(join(hall.data, "..", "backend.log"), await leak(hall));
      await assert.rejects(hall.close(), what);
    }
  });

  test("with a person in it is found out", async () => {
    const secrets = await secretsOf(setting("ONEHALL_TEST_CITY"));
    secrets.set("904215", "a one-time code");
    assertLogIsClean(line() + line({ code: "identity/wrong_code", route: "/api/v1/drafts/{id}" }), secrets);
    for (const [fields, what] of [
      [{ phone: "13800000001" }, /holds a phone number/],
      [{ phone: 13800000001 }, /holds a phone number/],
      [{ error: "no code was sent to +8613912340099" }, /holds a mobile number/],
      [{ phone: 13912340099 }, /holds a mobile number/],
      [{ error: "620102198805143827 is taken" }, /holds an identity number/],
      [{ error: "11010519491231002X" }, /holds an identity number/],
      [{ principal: "91990401MA72K1P537" }, /holds the code of an organisation/],
      [{ error: { of: ["张敏"] } }, /holds a name/],
      [{ error: "a draft of \u674e\u56db" }, /holds words of people/],
      [{ to: "民安街道滨河东路18号3单元502室" }, /holds an address/],
      [{ to: "zhang.min@example.com" }, /holds an e-mail address/],
      [{ body: "password=maple-river-stone-41" }, /holds a password/],
      [{ body: "code=904215" }, /holds a one-time code/],
      [{ cookie: "session=9wJ3kq0Zt5sV1nXbY7cR2eLhGfD4aMuPoTiW8yB6QxE" }, /holds a token/],
    ]) {
      assert.throws(() => assertLogIsClean(line() + line(fields), secrets), what, JSON.stringify(fields));
    }
    // Six digits of something longer are no code.
    assertLogIsClean(line({ size: 1904215, release: "a904215b" }), secrets);
  });

  test("that is not structured is found out", () => {
    assert.throws(() => assertLogIsClean(`${line()}listening\n`, new Map()), /no JSON/);
    assert.throws(() => assertLogIsClean(line({ target: undefined }), new Map()), /without target/);
  });
});
