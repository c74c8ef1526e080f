// The log of a hall: structured lines for whoever runs it, in which nobody is recognised.
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** When, how long, and ids: digits that only look like somebody's. */
const TIMES = /"timestamp":"[\d:.TZ-]+"|"microseconds":\d+/g;
const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;

/** What no line may hold, whoever typed it. The log's own words are English. */
const SHAPES = {
  "words of people": /\p{Script=Han}/u,
  "a mobile number": /(?<![0-9a-z])(?:(?:00)?86)?1[3-9]\d{9}(?![0-9a-z])/i,
  "an identity number": /(?<![0-9a-z])\d{17}[\dx](?![0-9a-z])/i,
  "an e-mail address": /[\w.+-]+@[\w-]+\.\w+/,
  "a token": /(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[a-z])[\w-]{32,}(?![\w-])/i,
};

/** The fields in which the files of a city speak of people, and what stands there. */
const FIELDS = {
  name: "a name",
  citizen_id: "an identity number",
  organisation_code: "the code of an organisation",
  phone: "a phone number",
  detail: "an address",
  password: "a password",
  totp_secret: "the secret of a second factor",
};

/** What the files of a city know of its people: each value, and what it is. */
export async function secretsOf(city) {
  const files = ["people.toml", "register.toml", "staff.toml"].map((file) => readFile(join(city, file), "utf8").catch(() => ""));
  const pattern = new RegExp(`\\b(${Object.keys(FIELDS).join("|")}) = "([^"]+)"`, "g");
  const found = (await Promise.all(files)).flatMap((toml) => [...toml.matchAll(pattern)]);
  return new Map(found.map(([, field, value]) => [value, FIELDS[field]]));
}

/** Fails for a line that is none of a structured log, or that holds one of `secrets` or anything else of a person. */
export function assertLogIsClean(log, secrets) {
  for (const line of log.split("\n").filter(Boolean)) {
    const fault = faultOf(line, secrets);
    if (fault) throw new Error(`the log of the backend ${fault}:\n${line}`);
  }
}

function faultOf(line, secrets) {
  let entry;
  try {
    entry = JSON.parse(line);
  } catch {
    return "has a line that is no JSON";
  }
  const missing = ["timestamp", "level", "target"].filter((field) => typeof entry?.[field] !== "string");
  if (missing.length > 0) return `has a line without ${missing.join(" and ")}`;
  // As JSON again: so nothing hides behind an escape.
  const said = JSON.stringify(entry).replaceAll(TIMES, "").replaceAll(UUID, "");
  for (const [secret, what] of secrets) {
    if (holds(said, secret)) return `holds ${what}`;
  }
  for (const [what, shape] of Object.entries(SHAPES)) {
    if (shape.test(said)) return `holds ${what}`;
  }
  return undefined;
}

/** Whether a value stands in a text as a word of its own: six digits of a longer number are no one-time code. */
function holds(text, value) {
  const part = (character) => /[0-9a-z]/i.test(character ?? "");
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) {
    if (!part(text[at - 1]) && !part(text[at + value.length])) return true;
  }
  return false;
}
