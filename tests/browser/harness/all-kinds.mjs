// The demo city with one more service: its form has a question of every kind, and chooses from a list that is too long to
// come with the form.
import { rmSync } from "node:fs";
import { cp, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { saveBody } from "./draft.mjs";
import { setting } from "./hall.mjs";
import { dayFromNow } from "./matters.mjs";

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

/** A draft of that service, of a citizen, with an answer to each of its kinds that have several parts. */
export async function draftOfAllKinds(hall, citizen) {
  const cookie = await hall.citizenCookie(hall.people.citizen(citizen).phone);
  const draft = await hall.api("POST", "/api/v1/drafts", { item: "all-kinds" }, { cookie });
  const answers = {
    permit: "LC-2026-001",
    visit: "09:15",
    stay: { from: dayFromNow(3), to: dayFromNow(9) },
    brief: false,
    job: { code: "2-08", label: { "zh-CN": "教学人员", en: "Teachers" } },
    home: {
      code: "990402001",
      label: {
        "zh-CN": "云岭省兰川市城关区民安街道",
        en: "Min'an Subdistrict, Chengguan District, Lanchuan City, Yunling Province",
      },
    },
    spouse: { name: "王磊", id_type: "citizen_id", id_number: "620102198805143827", phone: "13800000002" },
    guest: { name: "Ada Lovelace", id_type: "passport", id_number: "E12345678" },
    signature: { strokes: [[100, 150, 130, 60, 160, 140, 180, 90, 210, 130], [230, 70, 230, 150], [260, 100, 330, 90, 300, 150, 420, 80, 470, 120]] },
  };
  const changes = Object.entries(answers).map(([path, value]) => ({ path, value }));
  const body = saveBody(draft.revision, changes);
  await hall.api("PATCH", `/api/v1/drafts/${draft.id}`, body, { cookie });
  return draft;
}
