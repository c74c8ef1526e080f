// A machine that a phone lets in (RFC 8628): it asks for a code, shows it, and asks until somebody has answered.
import assert from "node:assert/strict";

import { asClient } from "./clients.mjs";

const GRANT = "urn:ietf:params:oauth:grant-type:device_code";

export class Machine {
  #provider;
  #asked = 0;

  /** A machine of a client, which shows a code already. */
  static async begin(hall, client, scope = "openid profile") {
    const machine = new Machine();
    machine.client = client;
    machine.#provider = await (await fetch(`${hall.url}/.well-known/openid-configuration`)).json();
    machine.shown = await machine.#ask(machine.#provider.device_authorization_endpoint, { scope });
    assert.equal(machine.shown.status, 200, JSON.stringify(machine.shown));
    return machine;
  }

  #ask(endpoint, fields) {
    return asClient(this.#provider.issuer, this.client, endpoint, fields);
  }

  /** The code on its screen. */
  get code() {
    return this.shown.user_code;
  }

  /** Where the square on its screen leads, below the hall's address. */
  get path() {
    const { pathname, search } = new URL(this.shown.verification_uri_complete);
    return pathname + search;
  }

  /** The number on its screen. */
  get number() {
    return this.shown.confirmation;
  }

  /** Asks whether it was let in: the tokens, or the error. As often as it may, and no oftener. */
  async login() {
    const early = this.#asked + this.shown.interval * 1000 + 100 - Date.now();
    if (early > 0) await new Promise((fulfil) => setTimeout(fulfil, early));
    this.#asked = Date.now();
    return this.#ask(this.#provider.token_endpoint, { grant_type: GRANT, device_code: this.shown.device_code });
  }

  /** Whom it was let in by. */
  async person() {
    const tokens = await this.login();
    assert.equal(tokens.status, 200, JSON.stringify(tokens));
    const answer = await fetch(this.#provider.userinfo_endpoint, { headers: { Authorization: `Bearer ${tokens.access_token}` } });
    return answer.json();
  }
}
