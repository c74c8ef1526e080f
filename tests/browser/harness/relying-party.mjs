// An application of somebody else to which citizens log in with their account at the hall: the code flow with PKCE by hand,
// as a small server on a port of its own.
import assert from "node:assert/strict";
import { createHash, createPublicKey, randomBytes, verify } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

import { asClient } from "./clients.mjs";

const random = () => randomBytes(32).toString("base64url");

export class RelyingParty {
  #hall;
  #server;
  #begun = new Map();

  /** A server that logs citizens in as `client`. Close it at the end. */
  static async open(hall, client) {
    const party = new RelyingParty();
    party.#hall = hall;
    party.client = client;
    /** What came of each login, the latest last: the tokens and who it is, or the error. */
    party.logins = [];
    const configuration = await fetch(`${hall.url}/.well-known/openid-configuration`);
    party.provider = await configuration.json();
    party.#server = createServer((request, response) => party.#serve(request, response));
    party.#server.listen(0, "127.0.0.1");
    await once(party.#server, "listening");
    party.url = `http://127.0.0.1:${party.#server.address().port}`;
    return party;
  }

  async close() {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  /** The last login. */
  get last() {
    return this.logins.at(-1);
  }

  /** The address that sends a browser to the hall, once: `/start?scope=…`. */
  start(parameters = {}) {
    return `${this.url}/start?${new URLSearchParams(parameters)}`;
  }

  /** The address at the hall that ends its session, too, of whom `tokens` were given to, or of whoever is there. */
  logout(tokens) {
    const address = `${this.url}/logged-out`;
    const meant = tokens ? { id_token_hint: tokens.id_token } : { client_id: this.client };
    const asked = new URLSearchParams({ ...meant, post_logout_redirect_uri: address, state: "kept" });
    return `${this.provider.end_session_endpoint}?${asked}`;
  }

  /** The address of the hall's page that asks, as a browser that is sent there ends up with. */
  async question(parameters = {}) {
    const answer = await fetch(this.#begin(new URLSearchParams(parameters)), { redirect: "manual" });
    assert.equal(answer.status, 303);
    const { pathname, search } = new URL(answer.headers.get("location"), this.provider.issuer);
    return pathname + search;
  }

  async #serve(request, response) {
    const url = new URL(request.url, this.url);
    const page = (status, text) => {
      response.writeHead(status, { "Content-Type": "text/html; charset=utf-8" });
      response.end(`<!doctype html><html lang="zh-CN"><link rel="icon" href="data:,"><title>${this.client}</title><h1>${text}</h1>`);
    };
    try {
      if (url.pathname === "/start") {
        response.writeHead(302, { Location: this.#begin(url.searchParams) });
        response.end();
      } else if (url.pathname === "/login") {
        this.logins.push(await this.#end(url.searchParams));
        page(200, this.last.error ?? "logged in");
      } else if (url.pathname === "/logged-out" && url.searchParams.get("state") === "kept") {
        page(200, "logged out");
      } else {
        page(404, "nothing");
      }
    } catch (error) {
      this.logins.push({ error: "fault", fault: error });
      page(500, "fault");
    }
  }

  #begin(parameters) {
    const [state, nonce, verifier] = [random(), random(), random()];
    this.#begun.set(state, { nonce, verifier });
    const asked = new URLSearchParams({
      client_id: this.client,
      response_type: "code",
      scope: "openid",
      redirect_uri: `${this.url}/login`,
      state,
      nonce,
      code_challenge: createHash("sha256").update(verifier).digest("base64url"),
      code_challenge_method: "S256",
    });
    for (const [name, value] of parameters) asked.set(name, value);
    return `${this.provider.authorization_endpoint}?${asked}`;
  }

  /** What an answer comes to. It counts only for a login that was begun here, once, and only from the hall. */
  async #end(answer) {
    const begun = this.#begun.get(answer.get("state"));
    assert.ok(begun, "an answer that nobody waits for");
    this.#begun.delete(answer.get("state"));
    assert.equal(answer.get("iss"), this.provider.issuer, "who answers (RFC 9207)");
    if (answer.has("error")) return { error: answer.get("error") };
    const tokens = await asClient(this.provider.issuer, this.client, this.provider.token_endpoint, {
      grant_type: "authorization_code",
      code: answer.get("code"),
      redirect_uri: `${this.url}/login`,
      code_verifier: begun.verifier,
    });
    assert.equal(tokens.status, 200, JSON.stringify(tokens));
    const claims = await this.#verified(tokens.id_token);
    assert.equal(claims.nonce, begun.nonce);
    return { tokens, claims, scopes: tokens.scope.split(" "), ...(await this.userinfo(tokens)) };
  }

  /** Who an access token is of, as the hall says now. */
  async userinfo({ access_token: token }) {
    const answer = await fetch(this.provider.userinfo_endpoint, { headers: { Authorization: `Bearer ${token}` } });
    return { known: answer.ok ? await answer.json() : undefined };
  }

  async #verified(token) {
    const [head, body, signature] = token.split(".");
    const header = JSON.parse(Buffer.from(head, "base64url"));
    assert.equal(header.alg, "ES256");
    const { keys } = await (await fetch(this.provider.jwks_uri)).json();
    const key = createPublicKey({ format: "jwk", key: keys.find((one) => one.kid === header.kid) });
    const well = verify("sha256", Buffer.from(`${head}.${body}`), { key, dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url"));
    assert.ok(well, "the hall signed it");
    const claims = JSON.parse(Buffer.from(body, "base64url"));
    assert.deepEqual([claims.iss, claims.aud], [this.provider.issuer, this.client]);
    return claims;
  }

  /** What its pages bring about that a terminal of the hall alone would not do. */
  get otherHost() {
    return new RegExp(`a request to another host: ${this.url}/`);
  }
}
