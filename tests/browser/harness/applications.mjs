// Applications as citizens hand them in, and what clerks do with them, over the API: what a journey finds there when
// it begins. The answers are the demo city's complete ones.
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";

import { deskCookie } from "./desk.mjs";

const ANSWERS = new URL("../../../backend/tests/demo-answers/", import.meta.url);

/** A PNG of one point: the smallest file that is what it says. */
export const PICTURE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAAC0lEQVR4nGP4DwQACfsD/fteaysAAAAASUVORK5CYII=",
  "base64",
);

/** The smallest PDF that a reader opens. */
export const DOCUMENT = Buffer.from(
  "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n",
);

/** Hands an application in for a demo citizen: `{ id, number, cookie }` of the case and its citizen. */
export async function apply(hall, item, citizen) {
  const sample = await complete(item, citizen);
  const cookie = await hall.citizenCookie(hall.people.citizen(citizen).phone);
  const principal = sample.principal && (await principalOf(hall, cookie, sample.principal));
  const draft = await hall.api("POST", "/api/v1/drafts", { item, ...(principal ? { principal } : {}) }, { cookie });
  const changes = [];
  for (const [path, value] of Object.entries(sample.answers)) {
    changes.push({ path, value: isMaterial(value) ? [await upload(hall, cookie, draft.id, path)] : onDay(value) });
  }
  // What the profile filled in and the sample does not answer goes.
  for (const path of Object.keys(draft.answers)) {
    if (!(path in sample.answers)) changes.push({ path, value: null });
  }
  const save = { base_revision: draft.revision, writer: randomUUID(), changes };
  const { revision } = await hall.api("PATCH", `/api/v1/drafts/${draft.id}`, save, { cookie });
  const receipt = await submit(hall, cookie, draft.id, revision);
  return { id: receipt.case_id, number: receipt.number, cookie };
}

/** Takes actions on a case, one after the other, as the accounts that they name: `["ps-window", "accept", {…}]`. */
export async function take(hall, application, ...steps) {
  for (const [account, action, inputs = {}] of steps) {
    const cookie = await deskCookie(hall, account);
    const path = `/api/v1/staff/cases/${application.id}`;
    const { version } = await hall.api("GET", path, undefined, { cookie, terminal: "console" });
    await hall.api("POST", `${path}/actions`, { action, version, ...inputs }, { cookie, terminal: "console" });
  }
}

/** The case as its citizen sees it. */
export async function seenByCitizen(hall, application) {
  return hall.api("GET", `/api/v1/cases/${application.id}`, undefined, { cookie: application.cookie });
}

async function complete(item, citizen) {
  const file = JSON.parse(await readFile(new URL(`${item}.json`, ANSWERS), "utf8"));
  const found = file.complete.find((one) => one.citizen === citizen);
  if (!found) throw new Error(`there are no complete answers of ${citizen} to ${item}`);
  return found;
}

/** A legal person whose agent the citizen is. */
async function principalOf(hall, cookie, key) {
  const { principals } = await hall.api("GET", "/api/v1/identity/session", undefined, { cookie });
  const legal = principals.filter((one) => one.kind === "legal_person");
  if (legal.length !== 1) throw new Error(`${key} is not the one company of this citizen`);
  return legal[0].id;
}

async function upload(hall, cookie, draft, path) {
  const query = new URLSearchParams({ name: `${path}.png`, path });
  const answer = await fetch(`${hall.url}/api/v1/drafts/${draft}/files?${query}`, {
    method: "POST",
    headers: { "OneHall-Terminal": "browser", "Content-Type": "image/png", Cookie: cookie },
    body: PICTURE,
  });
  if (!answer.ok) throw new Error(`the file for ${path} was refused: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/**
 * Submits. A terminal says what it made of the answers; no terminal runs here, so the first attempt says nothing, is
 * refused, and learns from the refusal what the backend makes of them.
 */
async function submit(hall, cookie, draft, revision) {
  const path = `/api/v1/drafts/${draft}/submission`;
  const attempt = (seen) =>
    hall.request("POST", path, { revision, ...seen }, { cookie, headers: { "Idempotency-Key": randomUUID() } });
  const day = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  const refusal = await (await attempt({ as_of: day, engine: 1, transcript: "0".repeat(64) })).json();
  if (refusal.code !== "forms/transcript_differs") throw new Error(`the answers are refused: ${JSON.stringify(refusal)}`);
  const { as_of, engine, transcript } = refusal.details;
  const answer = await attempt({ as_of, engine, transcript });
  if (!answer.ok) throw new Error(`the submission is refused: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** Days are written from today on (`{"$day": -12}`, `{"$weekday": 6}`), so that the answers never grow old. */
function onDay(value) {
  const today = Date.now() + 8 * 3_600_000;
  const day = (days) => new Date(today + days * 86_400_000);
  const text = (date) => date.toISOString().slice(0, 10);
  if (value?.$day !== undefined) return text(day(value.$day));
  if (value?.$weekday !== undefined) {
    const next = [1, 2, 3, 4, 5, 6, 7].map(day).find((date) => (date.getUTCDay() || 7) === value.$weekday);
    return text(next);
  }
  return value;
}

function isMaterial(value) {
  return Array.isArray(value) && value.length > 0 && value.every((file) => file?.sha256 !== undefined);
}
