// The Python package Authlib: `authlib_client.py` is the client, this is its hall and its citizen.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { exportPKCS8 } from "jose";

import { setting } from "../browser/harness/hall.mjs";
import { Login } from "./city.mjs";

let login;
let citizen;
before(async () => {
  login = await Login.open();
  citizen = createServer(answer).listen(0, "127.0.0.1");
  await once(citizen, "listening");
});
after(async () => {
  citizen?.close();
  citizen?.closeAllConnections();
  await login?.close();
});

/** What the client asks the citizen to do: each the name of a method, and what it is called with. */
async function answer(request, response) {
  let body = "";
  for await (const piece of request) body += piece;
  try {
    const { does, with: given } = JSON.parse(body);
    const done = await { allows, letsIn, logsOut }[does](...given);
    response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(done ?? null));
  } catch (error) {
    response.writeHead(500).end(`${error.stack}`);
  }
}

const allows = async (address) => `${await login.allows(address)}`;
const letsIn = (code, number) => login.letsIn(code, number);
const logsOut = (address) => login.logsOut(address);

/** Runs a test of the client's; what it printed, if it did not end well. */
async function run(name) {
  const client = fileURLToPath(new URL("authlib_client.py", import.meta.url));
  const python = spawn(setting("ONEHALL_TEST_PYTHON"), [client, name], {
    env: {
      ...process.env,
      AUTHLIB_INSECURE_TRANSPORT: "1",
      ISSUER: login.issuer,
      CITIZEN: `http://127.0.0.1:${citizen.address().port}/`,
      KEY: await exportPKCS8(login.keys.old.privateKey),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  python.stdout.on("data", (piece) => (said += piece));
  python.stderr.on("data", (piece) => (said += piece));
  const [code] = await once(python, "close");
  assert.equal(code, 0, said);
}

test("a server that signs with RSA logs in, refreshes, asks what tokens are worth, and ends them", () => run("server"));
test("a machine is let in by a phone", () => run("machine"));
// The last: the citizen is logged out by it.
test("a page without a secret logs in, and has the citizen logged out", () => run("page"));
