// The demo city at noon, whatever the time is here: its central hall is open all day and makes appointments for any time of
// it, the one of Linjiang is closed since the morning.
import { rmSync } from "node:fs";
import { cp, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { setting } from "./hall.mjs";

const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/** The folder of such a city. It is taken away when the tests end. */
export async function openHallsCity() {
  const city = await mkdtemp(join(tmpdir(), "onehall-open-halls-"));
  process.on("exit", () => rmSync(city, { recursive: true, force: true }));
  await cp(setting("ONEHALL_TEST_CITY"), city, { recursive: true });
  // Clocks of the earth run from twelve hours behind to fourteen ahead: somewhere it is noon.
  const offset = (12 - new Date().getUTCHours()) * 60;
  await change(city, "city.toml", (text) => text.replace(/^utc_offset_minutes = .*$/m, `utc_offset_minutes = ${offset}`));
  await neverClose(city);
  await change(city, "halls/central.toml", (text) =>
    text.replaceAll(/^cut_off_minutes = .*$/gm, "cut_off_minutes = 0").replaceAll(/^early_minutes = .*$/gm, "early_minutes = 240"),
  );
  await change(city, "halls/linjiang.toml", (text) => hours(text, "00:00-01:00"));
  return city;
}

/** Lets the central hall of a folder of a city give numbers day and night. */
export async function neverClose(city) {
  await change(city, "halls/central.toml", (text) =>
    hours(text, "00:00-24:00").replaceAll(/^last_minutes = .*$/gm, "last_minutes = 0").replaceAll(/^hours = .*\n/gm, ""),
  );
}

async function change(city, file, with_) {
  const path = join(city, file);
  await writeFile(path, with_(await readFile(path, "utf8")));
}

/** The same hours on each day, holidays among them. */
function hours(text, span) {
  const table = ["[hours]", ...DAYS.map((day) => `${day} = ["${span}"]`), "closed_on_holidays = false", ""].join("\n");
  const rest = text.replaceAll(/\[\[exception\]\]\n(?:.+\n)+/g, "");
  return rest.replace(/^\[hours\]\n(?:.+\n)+/m, `${table}`);
}
