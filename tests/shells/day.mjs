// A day of a kiosk, replayed fast: one visit after the other by touches alone, as many as `ONEHALL_TEST_VISITS` says. Prints how
// much memory, how many processes, files and open handles there are with each new visit; fails where one of them grows.
// `cargo xtask kiosk-day --visits N`
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { Hall } from "../browser/harness/hall.mjs";
import { openHallsCity } from "../browser/harness/open-halls.mjs";
import { Stand, until } from "./stand.mjs";
import { Screen, startShell } from "./window.mjs";

const run = promisify(execFile);

/** How many visits; and after how many of them it is looked what is there. */
const VISITS = Number(process.env.ONEHALL_TEST_VISITS ?? 2_000);
const EACH = Math.max(1, Math.floor(VISITS / 40));
/** By how much of what it was in the first tenth the memory may be more in the last. */
const MORE = 0.1;
/** What somebody types. */
const TYPED = "13977730001";

const hall = await Hall.open({ ui: false, city: await openHallsCity() });
const stand = await Stand.place({ silence_seconds: 600 });
const citizen = hall.people.citizen("zhang-min");

/** What a visitor does: what they touch, and what they do besides. */
const WALK = [
  { touch: '//*[@id="begin"]' },
  { touch: '//header//a[contains(., "登录")]' },
  { touch: '//main//*[self::a or self::button][contains(., "刷身份证登录")]' },
  {
    besides: async () => {
      const before = await sent();
      await stand.says({ id_card: { card: { citizen_id: citizen.citizen_id } } });
      await until("the code", async () => (await sent()) > before);
      await stand.says({});
    },
  },
  { touch: '//*[@id="code"]' },
  { besides: async (hands) => hands.type(await hall.codeFor(citizen.phone)) },
  { touch: '//main//form//button[contains(., "登录")]' },
  { touch: '//main//a[contains(., "身份证")]' },
  { touch: '//main//*[self::a or self::button][contains(., "开始填写") or contains(., "继续办理")]' },
  { touch: '//main//input[@type="text" or @type="tel" or not(@type)]' },
  // In place of what the visit before left there.
  { besides: async (hands) => hands.do("key", "ctrl+a").then(() => hands.type(TYPED)) },
  { touch: '//*[contains(@class, "kiosk-bar")]//button[contains(., "结束办理")]' },
];

const sent = async () => (await hall.api("GET", "/api/v1/dev/messages")).filter(({ to }) => to.endsWith(citizen.phone)).length;

/** A visitor's hands and eyes at a screen. */
class Visitor {
  constructor(display) {
    this.env = { ...process.env, DISPLAY: display };
  }

  do(...words) {
    return run("xdotool", words, { env: this.env });
  }

  /** Touches a point, and takes the finger away from the screen: nothing lies under it any more. */
  touch([x, y]) {
    return this.do("mousemove", `${x}`, `${y}`, "click", "1", "mousemove", "1079", "0");
  }

  type(text) {
    return this.do("type", "--delay", "15", text);
  }

  /** What is seen in a part of the screen. */
  async sees({ left, top, width, height }) {
    const { stdout } = await run("xwd", ["-root", "-silent", "-display", this.env.DISPLAY], { maxBuffer: 64 << 20, encoding: "buffer" });
    // X11/XWDFile.h: the size of the header, the bytes of a line, the number of colours, each of 12 bytes.
    const [head, line, colours] = [stdout.readUInt32BE(0), stdout.readUInt32BE(48), stdout.readUInt32BE(76)];
    const begin = head + colours * 12;
    const lines = [];
    for (let y = top; y < top + height; y += 1) lines.push(stdout.subarray(begin + y * line + left * 4, begin + y * line + (left + width) * 4));
    return Buffer.concat(lines);
  }
}

/** What somebody who drives the page learns of each touch: where it is and how it looks. The second visit is as all later ones. */
async function learnt() {
  for (let visit = 0; ; visit += 1) {
    const window = await stand.open(hall.url, { touched: false });
    try {
      const hands = new Visitor(window.screen.display);
      const spots = [];
      for (const { touch, besides } of WALK) {
        if (besides) {
          await besides(hands);
          spots.push({ besides });
          continue;
        }
        await window.page.element(touch);
        const box = await still(window.page, touch);
        spots.push({ touch, box, seen: await hands.sees(box) });
        await hands.touch(middle(box));
      }
      if (visit === 1) return spots;
    } finally {
      await window.close();
    }
  }
}

/** Where something stands once it does not move any more. */
async function still(page, xpath) {
  const look = (xpath) => {
    const found = document.evaluate(xpath, document, null, XPathResult.FIRST_ORDERED_NODE_TYPE).singleNodeValue;
    found?.scrollIntoView({ block: "nearest" });
    const { left, top, width, height } = found.getBoundingClientRect();
    return [left, top, width, height].map(Math.round);
  };
  for (let before; ; ) {
    const now = await page.evaluate(look, xpath);
    if (before && `${before}` === `${now}`) return { left: now[0], top: now[1], width: now[2], height: now[3] };
    before = now;
    await sleep(250);
  }
}

const middle = ({ left, top, width, height }) => [Math.round(left + width / 2), Math.round(top + height / 2)];

/** What there is of a kiosk: memory of its keeper and of all (each by its share), processes, handles of the keeper, files. */
async function census(keeper) {
  const all = await stand.processes();
  const share = async (pid) => Number(/^Pss:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => ""))?.[1] ?? 0);
  const shares = await Promise.all(all.map(({ pid }) => share(pid)));
  const files = (await readdir(stand.home, { recursive: true })).length;
  const besides = (await readdir(tmpdir())).filter((name) => /onehall-kiosk|webkit/i.test(name)).length;
  return {
    keeper: await share(keeper),
    all: shares.reduce((sum, one) => sum + one, 0),
    processes: all.length,
    handles: (await readdir(`/proc/${keeper}/fd`)).length,
    files: files + besides,
  };
}

const screen = await Screen.open("kiosk");
try {
  const spots = await learnt();
  const hands = new Visitor(screen.display);
  const kiosk = startShell("kiosk", ["--hall", hall.url, ...stand.args], { screen, folder: stand.home });
  const rows = [];
  try {
    let [mine] = await until("the first visit", async () => (await stand.visits()).length === 1 && stand.visits());
    const began = performance.now();
    for (let visit = 1; visit <= VISITS; visit += 1) {
      for (const { touch, besides, box, seen } of spots) {
        if (besides) {
          await besides(hands);
          continue;
        }
        await until(`visit ${visit}: ${touch}`, async () => (await hands.sees(box)).equals(seen));
        if (touch === spots[0].touch && (visit === 1 || visit % EACH === 0)) {
          // As it stands there before anybody touches it.
          await sleep(1_000);
          rows.push({ visit, minutes: (performance.now() - began) / 60_000, ...(await census(kiosk.process.pid)) });
          console.log(line(rows.at(-1)));
        }
        await hands.touch(middle(box));
      }
      mine = await stand.after(mine);
    }
  } finally {
    await kiosk.end();
  }
  assert.deepEqual(await stand.processes(), [], "a process stays");
  console.log(`\n| visits before it | memory of the keeper | of all processes | processes | handles of the keeper | files |\n|---:|---:|---:|---:|---:|---:|`);
  for (const row of rows) console.log(line(row));
  const tenth = Math.max(1, Math.floor(rows.length / 10));
  const mean = (part, name) => part.reduce((sum, row) => sum + row[name], 0) / part.length;
  for (const name of ["keeper", "all", "processes", "handles", "files"]) {
    // The first is of a program that has just started.
    const [first, last] = [mean(rows.slice(1, 1 + tenth), name), mean(rows.slice(-tenth), name)];
    const most = ["keeper", "all"].includes(name) ? first * (1 + MORE) : first;
    assert.ok(last <= most, `${name}: ${first} at first, ${last} at last`);
  }
} finally {
  await screen.close();
  await stand.close();
  await hall.close();
}

function line({ visit, keeper, all, processes, handles, files }) {
  const megabytes = (kib) => `${((kib * 1024) / 1e6).toFixed(1)} MB`;
  return `| ${visit - 1} | ${megabytes(keeper)} | ${megabytes(all)} | ${processes} | ${handles} | ${files} |`;
}
