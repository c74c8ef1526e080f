// A picture of every page in every terminal profile and both languages, and of each page dark and in elder mode.
// `cargo xtask shots [--only WORD]`; the pictures go to the folder that ONEHALL_TEST_SHOTS names.
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";

import { LANGUAGES, openBrowser, PROFILES } from "./harness.mjs";
import { setting } from "./harness/hall.mjs";
import { UsedHall } from "./harness/used-hall.mjs";

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

const used = await UsedHall.open();
const browser = await openBrowser();
let taken = 0;
const problems = [];
try {
  const wanted = used.pages.filter((page) => page.name.includes(only));
  if (wanted.length === 0) throw new Error(`no page is called like ${only}: ${used.pages.map((page) => page.name).join(", ")}`);
  for (const { name, ...look } of looks) {
    await mkdir(join(folder, name), { recursive: true });
    for (const group of used.groups(look.profile, wanted)) {
      const terminal = await used.terminal(browser, look, group);
      for (const place of group) {
        try {
          await terminal.goto(typeof place.path === "function" ? await place.path() : place.path);
          await terminal.settled();
        } catch (error) {
          // A picture of what went wrong says more than none.
          problems.push(`${name}/${place.name}: ${error.message}`);
        }
        const path = join(folder, name, `${place.name}.png`);
        await terminal.page.screenshot({ path, fullPage: look.profile !== "kiosk", animations: "disabled" });
        taken += 1;
      }
      problems.push(...terminal.blamed().map((problem) => `${name}: ${problem}`));
      await terminal.close();
    }
    console.log(`${name}: done`);
  }
} finally {
  await browser.close();
  await used.close();
}
console.log(`${taken} pictures`);
if (problems.length > 0) {
  console.error([...new Set(problems)].join("\n"));
  process.exitCode = 1;
}
