// The demo city with clients of these tests, whose keys nobody else has, and a citizen who logs in at them.
import assert from "node:assert/strict";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { exportJWK, generateKeyPair } from "jose";

import { Hall, setting } from "../browser/harness/hall.mjs";

const SCOPES = ["profile", "phone", "offline_access"]
  .map((scope) => `[[scopes]]\nscope = "${scope}"\nwhy = { zh-CN = "测试用。", en = "For the tests." }\n`)
  .join("");

/** A hall with clients, a citizen with a browser and a phone, and a place where a client hears that a session has ended. */
export class Login {
  static async open() {
    const login = new Login();
    login.folder = await mkdtemp(join(tmpdir(), "onehall-login-"));
    login.heard = [];
    login.ear = createServer((request, answer) => login.#hear(request, answer)).listen(0, "127.0.0.1");
    await once(login.ear, "listening");
    // A test that fails before it is open must end all the same.
    login.ear.unref();
    login.keys = {
      server: await generateKeyPair("ES256", { extractable: true }),
      old: await generateKeyPair("RS256", { extractable: true }),
    };
    await login.#writeCity();
    login.hall = await Hall.open({ ui: false, city: join(login.folder, "city") });
    login.issuer = login.hall.url;
    login.phone = login.hall.people.citizens.find((citizen) => citizen.phone).phone;
    login.cookie = await login.hall.citizenCookie(login.phone);
    return login;
  }

  async close() {
    this.ear.close();
    this.ear.closeAllConnections();
    await this.hall.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Where the citizen is sent back to: nobody listens there, the address is all that counts. */
  back(client) {
    return `https://${client}.example/back`;
  }

  out(client) {
    return `https://${client}.example/out`;
  }

  async #writeCity() {
    const city = join(this.folder, "city");
    await cp(setting("ONEHALL_TEST_CITY"), city, { recursive: true });
    await mkdir(join(city, "clients"), { recursive: true });
    const { port } = this.ear.address();
    const client = async (id, text) => {
      const named = `name = { zh-CN = "${id}", en = "${id}" }\noperator = { zh-CN = "某", en = "X" }\n`;
      const addresses = `redirect_uris = ["${this.back(id)}"]\npost_logout_redirect_uris = ["${this.out(id)}"]\n`;
      const heard = `backchannel_logout_uri = "http://127.0.0.1:${port}/${id}"\n`;
      await writeFile(join(city, "clients", `${id}.toml`), `${named}${addresses}${heard}${text}${SCOPES}`);
    };
    await client("page", 'kind = "public"\n');
    await client("program", 'kind = "public"\ndevice = true\n');
    await client("server", `kind = "confidential"\ndevice = true\n${await keyOf(this.keys.server, "first")}`);
    await client("old", `kind = "confidential"\ndevice = true\n${await keyOf(this.keys.old, "rsa")}`);
    await client("bound", `kind = "confidential"\npushes = true\nbinds_tokens = true\n${await keyOf(this.keys.server, "first")}`);
  }

  #hear(request, answer) {
    let body = "";
    request.on("data", (piece) => (body += piece));
    request.on("end", () => {
      this.heard.push({ client: request.url.slice(1), token: new URLSearchParams(body).get("logout_token") });
      answer.writeHead(200).end();
    });
  }

  /** What a client hears, once it does. */
  async hears(client, within = 30_000) {
    const deadline = Date.now() + within;
    for (;;) {
      const found = this.heard.find((one) => one.client === client);
      if (found) return found.token;
      assert.ok(Date.now() < deadline, `${client} never hears that the session has ended`);
      await new Promise((fulfil) => setTimeout(fulfil, 50));
    }
  }

  /** The citizen's browser is sent to an address of the hall; the address that it is led on to. */
  async #led(address) {
    const answer = await fetch(address, { redirect: "manual" });
    assert.equal(answer.status, 303, await answer.text());
    return new URL(answer.headers.get("location"), this.issuer);
  }

  /** The citizen logs in at a client and allows all that it asks for: the address with which the browser comes back. */
  async allows(address) {
    const page = await this.#led(address);
    assert.equal(page.pathname, "/authorize", `${page}`);
    const place = `/api/v1/authorizations/${page.searchParams.get("request")}`;
    const { cookie } = this;
    const view = await this.hall.api("GET", place, undefined, { cookie });
    const scopes = view.scopes.map((scope) => scope.scope);
    const { location } = await this.hall.api("POST", `${place}/grant`, { scopes }, { cookie });
    return new URL(location);
  }

  /** The citizen lets a machine in by their phone, with the number on its screen. */
  async letsIn(code, number) {
    const { cookie } = this;
    const place = `/api/v1/devices/${code}`;
    const view = await this.hall.api("GET", place, undefined, { cookie });
    const scopes = view.scopes.map((scope) => scope.scope);
    await this.hall.api("POST", `${place}/grant`, { number, scopes }, { cookie });
  }

  /** The citizen is sent to log out: whether they were asked, and the address that they go on to. */
  async logsOut(address) {
    const page = await this.#led(address);
    assert.equal(page.pathname, "/logout", `${page}`);
    const { cookie } = this;
    const place = `/api/v1/logouts/${page.searchParams.get("request")}`;
    const view = await this.hall.api("GET", place, undefined, { cookie });
    await this.hall.request("DELETE", "/api/v1/identity/session", undefined, { cookie });
    return { asked: view.next === "ask", location: view.location };
  }
}

async function keyOf({ publicKey }, kid) {
  const jwk = await exportJWK(publicKey);
  const members = Object.entries(jwk).map(([name, value]) => `${name} = "${value}"\n`);
  return `[[keys]]\nkid = "${kid}"\n${members.join("")}`;
}
