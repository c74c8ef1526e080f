// A picture of every page in every terminal profile and both languages, and of each page dark and in elder mode.
// `cargo xtask shots [--only WORD]`; the pictures go to the folder that ONEHALL_TEST_SHOTS names.
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { Hall, LANGUAGES, openBrowser, PROFILES, Terminal } from "./harness.mjs";
import { allKindsCity, draftOfAllKinds } from "./harness/all-kinds.mjs";
import { addClients } from "./harness/clients.mjs";
import { setting } from "./harness/hall.mjs";
import { Machine } from "./harness/machine.mjs";
import { Releases } from "./harness/releases.mjs";
import { RelyingParty } from "./harness/relying-party.mjs";
import { leaveWaiting } from "./harness/waiting.mjs";
import { pages } from "./pages.mjs";

const [only = ""] = process.argv.slice(2);
const folder = setting("ONEHALL_TEST_SHOTS");
if (!only) await rm(folder, { recursive: true, force: true });

/** What is drawn: each profile in each language, and two more looks of the two that people have most. */
const looks = [
  ...Object.keys(PROFILES).flatMap((profile) =>
    Object.keys(LANGUAGES).map((language) => ({ name: `${profile}-${language}`, profile, language })),
  ),
  { name: "desktop-zh-dark", profile: "desktop", language: "zh", dark: true },
  { name: "mobile-zh-elder", profile: "mobile", language: "zh", preferences: { elder: true } },
];

const city = await allKindsCity();
await addClients(city);
const releases = await Releases.publish();
const hall = await Hall.open({ city, env: releases.environment });
const browser = await openBrowser();
let taken = 0;
const problems = [];
const parties = new Map();
try {
  const { stdout } = await promisify(execFile)(setting("ONEHALL_TEST_APPLICATIONS"), [`${hall.port}`]);
  const { id: kinds } = await draftOfAllKinds(hall, "zhang-min");
  const all = pages({ ...JSON.parse(stdout), kinds, elsewhere: { question, logout, code } });
  const wanted = all.filter((page) => page.name.includes(only));
  if (wanted.length === 0) throw new Error(`no page is called like ${only}: ${all.map((page) => page.name).join(", ")}`);
  await use(hall);
  await releases.tell(hall);
  await allow("zhang-min", "lanchuan-transit", ["openid", "profile", "offline_access"]);
  const sessions = new Map();
  for (const look of looks) {
    const places = wanted.filter((page) => !`${page.path}`.startsWith("/console") || look.profile === "desktop");
    await mkdir(join(folder, look.name), { recursive: true });
    for (const seer of new Set(places.map(seerOf))) {
      const seen = places.filter((page) => seerOf(page) === seer);
      const [{ who, asked, waits }] = seen;
      // A kiosk keeps nothing.
      if (waits && look.profile === "kiosk") continue;
      const terminal = await Terminal.open(browser, hall, look);
      await terminal.prefer({ ...(asked ? {} : { analytics: false }), ...look.preferences });
      if (who) await terminal.resume(await session(sessions, who, look.profile));
      if (waits) await leaveWaiting(terminal, await session(sessions, who, look.profile));
      for (const place of seen) {
        try {
          await terminal.goto(typeof place.path === "function" ? await place.path() : place.path);
          await terminal.settled();
        } catch (error) {
          // A picture of what went wrong says more than none.
          problems.push(`${look.name}/${place.name}: ${error.message}`);
        }
        const path = join(folder, look.name, `${place.name}.png`);
        await terminal.page.screenshot({ path, fullPage: look.profile !== "kiosk", animations: "disabled" });
        taken += 1;
      }
      const unexpected = terminal.problems.filter((problem) => !terminal.expected.some((pattern) => pattern.test(problem)));
      problems.push(...unexpected.map((problem) => `${look.name}: ${problem}`));
      terminal.expect(/./);
      await terminal.close();
    }
    console.log(`${look.name}: done`);
  }
} finally {
  await browser.close();
  for (const party of parties.values()) await party.close();
  await hall.close();
  await releases.close();
}
console.log(`${taken} pictures`);
if (problems.length > 0) {
  console.error([...new Set(problems)].join("\n"));
  process.exitCode = 1;
}

/** The client, as a server of its own. */
async function party(client) {
  if (!parties.has(client)) parties.set(client, await RelyingParty.open(hall, client));
  return parties.get(client);
}

/** The address at which a client of the hall's login asks its citizen to log out. */
async function logout(client) {
  return (await party(client)).logout();
}

/** The address at which it asks them to log in, for all that it may ask for. */
async function question(client) {
  return (await party(client)).question({ scope: "openid profile phone citizen_id offline_access" });
}

/** The address that a machine shows as a square. */
async function code(client) {
  return (await Machine.begin(hall, client)).path;
}

/** Lets a citizen allow something to a client. */
async function allow(citizen, client, scopes) {
  const cookie = await hall.citizenCookie(hall.people.citizen(citizen).phone);
  const request = new URLSearchParams((await question(client)).split("?")[1]).get("request");
  await hall.api("POST", `/api/v1/authorizations/${request}/grant`, { scopes }, { cookie });
}

/** Pages that one terminal sees one after the other. */
function seerOf({ who, asked, waits }) {
  return JSON.stringify([who, asked, waits]);
}

/** Lets a hall be used for a week, so that there is something to see of it. */
async function use(hall) {
  const items = ["identity-card-renewal", "residence-permit", "elder-allowance", "passport", "school-enrolment"];
  for (const [at, terminal] of ["browser", "mobile", "kiosk", "mini_app"].entries()) {
    for (const [nth, item] of items.entries()) {
      const events = Array.from({ length: 44 - 9 * nth - 2 * at }, (_, count) => ({
        id: randomUUID(),
        at: new Date(Date.now() - (count % 7) * 86_400_000).toISOString(),
        event: "item_viewed",
        item,
      }));
      await hall.api("POST", "/api/v1/insight/events", { events }, { terminal });
    }
  }
}

/** One session for each person on each kind of terminal: staff cannot log in twice with one code. */
async function session(sessions, who, profile) {
  const terminal = { kiosk: "kiosk", "mini-app": "mini_app" }[profile];
  const key = `${who} ${terminal}`;
  if (!sessions.has(key)) {
    const [kind, account] = who.split(":");
    const login = account ? hall.staffCookie(account) : hall.citizenCookie(hall.people.citizen(kind).phone, terminal);
    sessions.set(key, await login);
  }
  return sessions.get(key);
}
