// The demo city with one more service: its form has a question of every kind, and chooses from a list that is too long to
// come with the form.
import { rmSync } from "node:fs";
import { cp, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { setting } from "./hall.mjs";

/** More entries than a terminal gets with a form. */
const VILLAGES = 600;

/** The folder of such a city. It is taken away when the tests end. */
export async function allKindsCity() {
  const demo = setting("ONEHALL_TEST_CITY");
  const city = await mkdtemp(join(tmpdir(), "onehall-all-kinds-"));
  process.on("exit", () => rmSync(city, { recursive: true, force: true }));
  await cp(demo, city, { recursive: true });
  // The repository's root is above backend/demo-city.
  await cp(join(dirname(dirname(demo)), "tests", "all-kinds"), city, { recursive: true });
  const entries = Array.from({ length: VILLAGES }, (_, at) => {
    const number = String(at + 1).padStart(3, "0");
    return `  { code = "v-${number}", zh-CN = "第${number}村", en = "Village ${number}" },`;
  });
  await writeFile(join(city, "lists", "villages.toml"), `version = "1"\n\nentries = [\n${entries.join("\n")}\n]\n`);
  return city;
}
