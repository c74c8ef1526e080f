// Drafts and cases for journeys that begin with one: made over the API, with the complete answers of the demo forms.
import { createHash, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { saveBody } from "./draft.mjs";
import { setting } from "./hall.mjs";

/** The address of a matter or a draft. */
export const pathOf = (kind, id) => `/${kind}/${id}`;

const JPEG = Buffer.from(
  "/9j/4AAQSkZJRgABAQEAYABgAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AVN//2Q==",
  "base64",
);

/** A small picture, for a file field. */
export const jpeg = (name) => ({ name, mimeType: "image/jpeg", buffer: JPEG });

/** The complete answers of one citizen to a demo form. */
async function sample(item, citizen) {
  const folder = join(dirname(setting("ONEHALL_TEST_CITY")), "tests", "demo-answers");
  const { complete } = JSON.parse(await readFile(join(folder, `${item}.json`), "utf8"));
  return complete.find((one) => one.citizen === citizen) ?? complete[0];
}

/** The city's day, so many days from now. */
export function dayFromNow(days) {
  return new Date(Date.now() + 8 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10);
}

const isFiles = (value) => Array.isArray(value) && value.length > 0 && value.every((one) => one?.sha256);

/** A day as the answers write it: so many days or working days from now, or the next such weekday (1 is Monday). */
async function onDay(value) {
  if (value?.$day !== undefined) return dayFromNow(value.$day);
  if (value?.$working !== undefined) return workingDayFromNow(value.$working);
  if (value?.$weekday !== undefined) {
    return [1, 2, 3, 4, 5, 6, 7].map(dayFromNow).find((day) => weekday(day) === value.$weekday);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  // The parts of an answer, of a span of days.
  const parts = Object.entries(value).map(async ([name, part]) => [name, await onDay(part)]);
  return Object.fromEntries(await Promise.all(parts));
}

const weekday = (day) => new Date(day).getUTCDay() || 7;

/** The city's working day, so many from now. */
async function workingDayFromNow(count) {
  const calendar = await readFile(join(setting("ONEHALL_TEST_CITY"), "calendar.toml"), "utf8");
  const [holidays, worked] = ["holidays", "working_weekends"].map((name) => {
    const [, list] = calendar.match(new RegExp(`${name} = \\[([^\\]]*)\\]`));
    return new Set(list.match(/\d{4}-\d\d-\d\d/g));
  });
  const works = (day) => (weekday(day) > 5 ? worked.has(day) : !holidays.has(day));
  let days = 0;
  for (let left = count; left > 0; left -= works(dayFromNow(days)) ? 1 : 0) days += 1;
  return dayFromNow(days);
}

/** The legal person for which a citizen's answers are; none where they are the citizen's own. */
async function principalOf(hall, cookie, key) {
  if (!key) return undefined;
  const { principals } = await hall.api("GET", "/api/v1/identity/session", undefined, { cookie });
  const legal = principals.filter((one) => one.kind === "legal_person");
  if (legal.length !== 1) throw new Error(`${key} is not the one legal person of this citizen`);
  return legal[0].id;
}

/** A draft with complete answers, files uploaded; `id`, `revision` and the session's `cookie`. */
export async function completeDraft(hall, citizen, item) {
  const cookie = await hall.citizenCookie(hall.people.citizen(citizen).phone);
  const { answers, principal } = await sample(item, citizen);
  const start = { item, principal: await principalOf(hall, cookie, principal) };
  const draft = await hall.api("POST", "/api/v1/drafts", start, { cookie });
  const changes = [];
  for (const [path, value] of Object.entries(answers)) {
    changes.push({ path, value: isFiles(value) ? [await upload(hall, cookie, draft.id, path)] : await onDay(value) });
  }
  // What the profile filled in and these answers leave out goes.
  const prefilled = Object.keys(draft.answers).filter((path) => !(path in answers));
  changes.push(...prefilled.map((path) => ({ path, value: null })));
  const body = saveBody(draft.revision, changes);
  const { revision } = await hall.api("PATCH", `/api/v1/drafts/${draft.id}`, body, { cookie });
  return { id: draft.id, revision, cookie };
}

async function upload(hall, cookie, draft, path) {
  const sha256 = createHash("sha256").update(JPEG).digest("hex");
  const file = { name: "材料.jpg", media_type: "image/jpeg", size: JPEG.length, sha256 };
  const begin = { to: { kind: "draft", id: draft }, path, ...file };
  const headers = { "Idempotency-Key": randomUUID() };
  const { id } = await (await hall.request("POST", "/api/v1/uploads", begin, { cookie, headers })).json();
  const answer = await fetch(`${hall.url}/api/v1/uploads/${id}`, {
    method: "PATCH",
    headers: {
      "OneHall-Terminal": "browser",
      "Content-Type": "application/partial-upload",
      "Upload-Offset": "0",
      Cookie: cookie,
    },
    body: JPEG,
  });
  if (!answer.ok) throw new Error(`the file was not taken: ${answer.status} ${await answer.text()}`);
  return (await answer.json()).file;
}

/** A case of a citizen's that was just submitted; its `id` and the session's `cookie`. */
export async function submittedCase(hall, citizen, item) {
  const { id, revision, cookie } = await completeDraft(hall, citizen, item);
  // Another engine's hash is not compared: the backend's own evaluation counts, once it is confirmed.
  const submission = { revision, as_of: dayFromNow(0), engine: 4_000_000, transcript: "0".repeat(64) };
  const submit = (body) => {
    const headers = { "Idempotency-Key": randomUUID() };
    return hall.request("POST", `/api/v1/drafts/${id}/submission`, body, { cookie, headers });
  };
  const told = await (await submit(submission)).json();
  if (told.code !== "forms/confirm_changes") throw new Error(`nothing was to be confirmed: ${JSON.stringify(told)}`);
  const receipt = await (await submit({ ...submission, confirmed: told.details.transcript })).json();
  if (!receipt.case_id) throw new Error(`it was not taken: ${JSON.stringify(receipt)}`);
  return { id: receipt.case_id, number: receipt.number, cookie };
}

/** Answers a yes-no question both ways, and sees that another question comes and goes with it. */
export async function conditions(page, question, follow) {
  const group = page.getByRole("group", { name: question });
  await group.getByRole("radio", { name: "否" }).check();
  await page.getByLabel(follow).waitFor({ state: "detached" });
  await group.getByRole("radio", { name: "是" }).check();
  await page.getByLabel(follow).waitFor();
}
