// The demo city with more clients of its login, and how a client that has a key shows that it is itself (RFC 7523).
import { generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { rmSync } from "node:fs";
import { cp, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { setting } from "./hall.mjs";

const KEYS = generateKeyPairSync("ec", { namedCurve: "P-256" });
const { crv, x, y } = KEYS.publicKey.export({ format: "jwk" });
const KEY = `[[keys]]\nkid = "k1"\nkty = "EC"\ncrv = "${crv}"\nx = "${x}"\ny = "${y}"\n`;

const scope = (name, zh, en) => `[[scopes]]\nscope = "${name}"\nwhy = { zh-CN = "${zh}", en = "${en}" }\n`;

/** Each with what only it has. The demo city's own is `lanchuan-transit`: public, asked each time. */
const CLIENTS = {
  // Keeps a secret, so what was allowed to it before is not asked again.
  bank: [
    'name = { zh-CN = "云岭银行", en = "Yunling Bank" }',
    'operator = { zh-CN = "云岭银行股份有限公司", en = "Yunling Bank Ltd" }',
    'kind = "confidential"',
    'redirect_uris = ["http://127.0.0.1/login"]',
    'post_logout_redirect_uris = ["http://127.0.0.1/logged-out"]',
    KEY,
    scope("profile", "开户时核对姓名。", "To compare the name when an account is opened."),
    scope("citizen_id", "开户须核实身份。", "The law asks a bank who its customer is."),
  ],
  notary: [
    'name = { zh-CN = "兰川公证处", en = "Lanchuan Notary" }',
    'operator = { zh-CN = "兰川市公证处", en = "Lanchuan Notary Office" }',
    'kind = "public"',
    'redirect_uris = ["http://127.0.0.1/login"]',
    'assurance = "L3"',
    scope("profile", "在公证书上写明姓名。", "To write the name into the deed."),
  ],
  kiosk: [
    'name = { zh-CN = "自助终端 3 号", en = "Kiosk 3" }',
    'operator = { zh-CN = "兰川市政务服务中心", en = "Lanchuan Central Service Hall" }',
    'kind = "confidential"',
    "device = true",
    KEY,
    scope("profile", "在屏幕上称呼您。", "To greet you on the screen."),
    scope("phone", "办结后发短信通知您。", "To tell you by message when a matter is done."),
    '[standing]\nhall = "central"\nplace = { zh-CN = "一层大厅东侧，3 号窗口旁", en = "Ground floor, east side, beside window 3" }',
  ],
  // Anybody may run it, so nobody knows where it stands.
  desk: [
    'name = { zh-CN = "办税助手", en = "Tax Helper" }',
    'operator = { zh-CN = "兰川财税服务有限公司", en = "Lanchuan Tax Services" }',
    'kind = "public"',
    "device = true",
    scope("profile", "填写申报表。", "To fill in the return."),
  ],
  "notary-kiosk": [
    'name = { zh-CN = "公证自助机", en = "Notary kiosk" }',
    'operator = { zh-CN = "兰川市公证处", en = "Lanchuan Notary Office" }',
    'kind = "public"',
    "device = true",
    'assurance = "L3"',
  ],
};

/** Adds the clients to a folder of a city. */
export async function addClients(city) {
  for (const [id, parts] of Object.entries(CLIENTS)) {
    await writeFile(join(city, "clients", `${id}.toml`), `${parts.join("\n")}\n`);
  }
}

/** The folder of the demo city with these clients. It is taken away when the tests end. */
export async function clientsCity() {
  const city = await mkdtemp(join(tmpdir(), "onehall-clients-"));
  process.on("exit", () => rmSync(city, { recursive: true, force: true }));
  await cp(setting("ONEHALL_TEST_CITY"), city, { recursive: true });
  await addClients(city);
  return city;
}

/** Sends a client's request to an endpoint of the hall, as a form: with an assertion where the client has a key. */
export async function asClient(issuer, client, endpoint, fields) {
  const signed = CLIENTS[client]?.includes(KEY) ? assertion(issuer, client) : { client_id: client };
  const answer = await fetch(endpoint, { method: "POST", body: new URLSearchParams({ ...fields, ...signed }) });
  return { status: answer.status, ...(await answer.json()) };
}

function assertion(issuer, client) {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: client, sub: client, aud: issuer, jti: randomUUID(), iat: now, exp: now + 60 };
  const base64url = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const said = `${base64url({ alg: "ES256", kid: "k1", typ: "JWT" })}.${base64url(claims)}`;
  const signature = sign("sha256", Buffer.from(said), { key: KEYS.privateKey, dsaEncoding: "ieee-p1363" });
  return {
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: `${said}.${signature.toString("base64url")}`,
  };
}
