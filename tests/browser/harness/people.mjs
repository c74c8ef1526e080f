// The people of the demo city, by the keys that its files give them.
import { readFile } from "node:fs/promises";
import { join } from "node:path";

export class DemoPeople {
  static async read(city) {
    const people = new DemoPeople();
    people.citizens = tables(await readFile(join(city, "people.toml"), "utf8"), "citizen");
    people.staff = tables(await readFile(join(city, "staff.toml"), "utf8"), "staff");
    return people;
  }

  /** A citizen by key: `name`, `citizen_id`, `phone`. */
  citizen(key) {
    const found = this.citizens.find((citizen) => citizen.key === key);
    if (!found) throw new Error(`there is no demo citizen ${key}: ${this.citizens.map((one) => one.key).join(", ")}`);
    return found;
  }
}

/** The plain texts of each `[[name]]` table. */
function tables(toml, name) {
  const blocks = toml.split(/^\[\[(.+)\]\]\s*$/m);
  const found = [];
  for (let at = 1; at < blocks.length; at += 2) {
    if (blocks[at] !== name) continue;
    const texts = blocks[at + 1].matchAll(/^(\w+)\s*=\s*"([^"]*)"/gm);
    found.push(Object.fromEntries([...texts].map(([, key, text]) => [key, text])));
  }
  return found;
}
