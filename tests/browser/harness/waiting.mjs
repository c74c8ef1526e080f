// What waits on a terminal to be sent, in each way in which it can stand: planted in the browser's journal as a core would have
// left it, for pictures of the pages that show it.
import { readFileSync } from "node:fs";

// The pages' own way into their store. Run by the browser's debugger, so that the page's policy stays.
const HOST = readFileSync(new URL("../../../core/js/host.js", import.meta.url), "utf8").replaceAll(/^export /gm, "");

const id = (number) => `019abe5b-7d60-7000-8000-00000000000${number}`;

/** The addresses of what waits, by how it stands. */
export const WAITING = { left: `/queue/${id(1)}`, refused: `/queue/${id(2)}`, conflict: `/queue/${id(3)}` };

function entry(number, title, verdict) {
  const submission = { revision: 1, as_of: "2026-11-26", engine: 1, transcript: "0".repeat(64) };
  return {
    key: id(number),
    content: { submission: { draft: id(number), submission } },
    title,
    queued_at: "2026-11-26T01:12:00.000Z",
    unsettled: false,
    tries: 1,
    verdict,
  };
}

const error = (code, message) => ({ code, message, retryable: false });

/** Leaves one of each on a terminal on which a citizen is logged in, and lets nothing out. */
export async function leaveWaiting(terminal, cookie) {
  const { actor } = await terminal.hall.api("GET", "/api/v1/identity/session", undefined, { cookie });
  const entries = [
    entry(1, { "zh-CN": "居民身份证换领", en: "Renewal of the identity card" }, null),
    entry(2, { "zh-CN": "老年人高龄津贴申领", en: "Allowance for the elderly" }, {
      refused: error("forms/invalid_answers", "部分填写内容需要修改。"),
    }),
    entry(3, { "zh-CN": "居住证办理", en: "Residence permit" }, {
      conflict: error("drafts/moved", "草稿在其他设备上有更新，请核对后再提交。"),
    }),
  ];
  terminal.expect(/net::ERR_/);
  await terminal.page.route("**/submission", (route) => route.abort("connectionreset"));
  await terminal.goto("/");
  const kept = entries.map((one) => [`${actor.id}/outbox/${one.key}`, JSON.stringify(one)]);
  await terminal.page.evaluate(`(async () => {
    ${HOST}
    for (const [key, value] of ${JSON.stringify(kept)}) await browserHost().keepUnsent(key, new TextEncoder().encode(value));
  })()`);
}
