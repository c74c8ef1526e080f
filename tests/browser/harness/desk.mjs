// A clerk's desk: one session for each account of a hall, and what the clerk's authenticator app shows.
import { createHash, createHmac, randomUUID } from "node:crypto";

const sessions = new WeakMap();

/** The cookie of an account's session, begun when it is first asked for: a code is good for one log-in only. */
export function deskCookie(hall, account) {
  if (!sessions.has(hall)) sessions.set(hall, new Map());
  const known = sessions.get(hall);
  if (!known.has(account)) known.set(account, hall.staffCookie(account));
  return known.get(account);
}

/** Lets a clerk sit down at a terminal: whoever sat there before has left. */
export async function sitDown(terminal, account) {
  const cookie = await deskCookie(terminal.hall, account);
  const at = cookie.indexOf("=");
  const [name, value] = [cookie.slice(0, at), cookie.slice(at + 1)];
  await terminal.context.clearCookies();
  await terminal.context.addCookies([{ name, value, url: terminal.hall.url, httpOnly: true, sameSite: "Strict" }]);
}

/** Takes actions on a case, one after the other, as the accounts that they name: `["ps-window", "accept", {…}]`. */
export async function take(hall, { id }, ...steps) {
  const path = `/api/v1/staff/cases/${id}`;
  for (const [account, action, inputs = {}] of steps) {
    const as = { cookie: await deskCookie(hall, account), terminal: "console" };
    const { version } = await hall.api("GET", path, undefined, as);
    await hall.api("POST", `${path}/actions`, { action, version, ...inputs }, as);
  }
}

/** Brings the PDF of a result to a case, as an account whose action takes one; the file. */
export async function bringResult(hall, { id }, account, name, content) {
  const as = { cookie: await deskCookie(hall, account), terminal: "console" };
  const sha256 = createHash("sha256").update(content).digest("hex");
  const begin = { to: { kind: "case", id }, name, media_type: "application/pdf", size: content.length, sha256 };
  const upload = await hall.api("POST", "/api/v1/staff/uploads", begin, { ...as, headers: { "Idempotency-Key": randomUUID() } });
  const headers = { "OneHall-Terminal": as.terminal, "Content-Type": "application/partial-upload", "Upload-Offset": "0", Cookie: as.cookie };
  const answer = await fetch(`${hall.url}/api/v1/staff/uploads/${upload.id}`, { method: "PATCH", headers, body: content });
  if (!answer.ok) throw new Error(`the result was not taken: ${answer.status} ${await answer.text()}`);
  return (await answer.json()).file;
}

/** The case as its citizen sees it. */
export function seenByCitizen(hall, { id, cookie }) {
  return hall.api("GET", `/api/v1/cases/${id}`, undefined, { cookie });
}

/** Ends an account's session, as half an hour without a touch does. */
export async function endSession(hall, account) {
  const cookie = await deskCookie(hall, account);
  sessions.get(hall).delete(account);
  await hall.api("DELETE", "/api/v1/staff/session", undefined, { cookie, terminal: "console" });
}

/** The code that an authenticator app shows for a secret (RFC 6238). */
export function codeOf(secret) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac("sha1", base32(secret)).update(counter).digest();
  const at = hash[hash.length - 1] & 15;
  return `${(hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000}`.padStart(6, "0");
}

function base32(text) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...text].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  return Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
}
