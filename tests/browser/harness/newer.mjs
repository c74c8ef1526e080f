// Pages of another day, put in the place of those that a hall serves.
import { createHash } from "node:crypto";
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The same bundle as a build of another day would give it: another script, and what names it. */
export async function exchange(folder) {
  const assets = join(folder, "citizen/assets");
  const [boot] = (await readdir(assets)).filter((file) => /^boot\..*\.js$/.test(file));
  const newer = boot.replace(/\.[0-9a-f]+\.js$/, ".0123456789abcdef.js");
  const code = await readFile(join(assets, boot), "utf8");
  await Promise.all([rm(join(assets, `${boot}.br`), { force: true }), rename(join(assets, boot), join(assets, newer))]);
  const changed = `document.documentElement.dataset.newer = "yes";\n${code}`;
  await writeFile(join(assets, newer), changed);
  for (const file of ["index.html", "worker.js"]) {
    const path = join(folder, "citizen", file);
    const text = (await readFile(path, "utf8")).replaceAll(boot, newer).replace(hashOf(code), hashOf(changed));
    await writeFile(path, text.replace(/const CACHE = `\$\{PREFIX\}[^`]*`/, "const CACHE = `${PREFIX}newer`"));
    await rm(`${path}.br`, { force: true });
  }
  return { boot, newer };
}

const hashOf = (text) => createHash("sha256").update(text).digest("hex");
