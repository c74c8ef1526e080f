// A city in which a form has a new version: what a hall is restarted with while citizens fill the old one.
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A copy of the hall's city in which a service item has the next version of its form, as `change` makes it. */
export async function cityWithNextVersion(hall, code, change) {
  const city = await mkdtemp(join(tmpdir(), "onehall-new-version-"));
  await cp(hall.city, city, { recursive: true });
  const item = join(city, "items", `${code}.toml`);
  const text = await readFile(item, "utf8");
  const named = text.match(/form = \{ code = "([a-z0-9-]+)", version = (\d+) \}/);
  const [form, version] = [named[1], Number(named[2])];
  const next = JSON.parse(await readFile(join(city, "forms", `${form}.v${version}.json`), "utf8"));
  change(next);
  next.version = version + 1;
  await writeFile(join(city, "forms", `${form}.v${version + 1}.json`), JSON.stringify(next));
  await writeFile(item, text.replace(named[0], named[0].replace(`version = ${version}`, `version = ${version + 1}`)));
  return { city, version: version + 1, remove: () => rm(city, { recursive: true, force: true }) };
}

/** The questions of the page on which a question stands, and its place among them. */
export function questionsWith(form, id) {
  for (const { questions } of form.pages) {
    const at = questions.findIndex((question) => question.id === id);
    if (at >= 0) return [questions, at];
  }
  throw new Error(`no question ${id}`);
}
