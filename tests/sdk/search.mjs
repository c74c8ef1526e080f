// How long it takes to look a service up among 5,000 where the core runs as WebAssembly, from the words to the answer in the
// hands of a page: the demo city's services again and again. Beside it what one would write first, lower-casing and `includes`
// over every text. Prints a table for docs/benchmarks.md. `cargo xtask bench search`
import { Hall } from "../browser/harness/hall.mjs";
import { sdk } from "./stranger.mjs";

const ITEMS = 5_000;
const RUNS = 101;
const QUERIES = ["身份证", "identity", "shenfenzheng", "sfz", "licence change", "这里没有的事项"];

const hall = await Hall.open({ ui: false });
try {
  const catalog = await hall.api("GET", "/api/v1/catalog");
  catalog.items = Array.from({ length: ITEMS }, (_, number) => {
    const item = catalog.items[number % catalog.items.length];
    const kind = Math.floor(number / catalog.items.length) + 1;
    const name = { "zh-CN": `${item.name["zh-CN"]}（第${kind}类）`, en: `${item.name.en}, class ${kind}` };
    return { ...item, code: `${item.code}-${kind}`, name };
  });
  const body = new TextEncoder().encode(JSON.stringify(catalog));
  const { browserHost, createHall } = await import(`${sdk()}/index.js`);
  const kept = new Map();
  const host = {
    ...browserHost(),
    fetch: () => ({ answer: Promise.resolve({ status: 200, headers: [["content-type", "application/json"]], body }), abort() {} }),
    listen: () => () => {},
    get: async (key) => kept.get(key),
    scan: async () => [],
    batch: async (writes) => writes.forEach(([key, value]) => kept.set(key, value)),
    erase: async () => {},
  };
  const page = await createHall({ baseUrl: hall.url, host, language: "zh-CN" });
  await page.catalog.get();
  const first = await timed(() => page.catalog.search("sfz"));
  console.log("\n| query | core in WebAssembly | `includes` | found |\n|---|---:|---:|---:|");
  for (const query of QUERIES) {
    const [mine, plain] = [[], []];
    let found;
    for (let run = 0; run < RUNS; run += 1) {
      mine.push(await timed(async () => (found = await page.catalog.search(query, { limit: 10 }))));
      plain.push(await timed(async () => includes(catalog.items, query)));
    }
    console.log(`| ${query} | ${middle(mine)} ms (at most ${Math.max(...mine).toFixed(1)}) | ${middle(plain)} ms | ${found.length} |`);
  }
  console.log(`| the first one, which prepares the index | ${first.toFixed(1)} ms | | |\n`);
  page.close();
} finally {
  await hall.close();
}

async function timed(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function includes(items, query) {
  const words = query.toLowerCase();
  return items
    .filter(({ name, summary, keywords, pinyin }) =>
      [name["zh-CN"], name.en, summary["zh-CN"], summary.en, pinyin, ...keywords].some((text) => text.toLowerCase().includes(words)))
    .slice(0, 10);
}

function middle(times) {
  return times.sort((one, other) => one - other)[Math.floor(times.length / 2)].toFixed(2);
}
