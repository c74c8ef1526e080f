// What axe-core finds in a real window: on the pages that only a kiosk or a desktop has.
import { assertAccessible } from "../browser/harness/accessibility.mjs";

/** Fails when axe-core finds anything on the page of this window, once what moves there has come to rest: half a colour is none. */
export async function accessible(page, where) {
  // What begins to move with the next picture is not known before that.
  await page.evaluateAsync(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => drawn(true)))));
  await page.until("what moves is at rest", () =>
    document.getAnimations().every(({ playState, effect }) => playState !== "running" || effect.getComputedTiming().endTime === Infinity),
  );
  const evaluate = (what) => (typeof what === "string" ? page.evaluate(`() => { ${what} }`) : page.evaluateAsync(what));
  await assertAccessible({ evaluate, url: () => where }, where);
}
