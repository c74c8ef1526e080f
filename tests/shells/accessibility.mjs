// What axe-core finds in a real window: on the pages that only a kiosk or a desktop has.
import { assertAccessible } from "../browser/harness/accessibility.mjs";

/** Fails when axe-core finds anything on the page of this window as it stands. */
export function accessible(page, where) {
  const evaluate = (what) => (typeof what === "string" ? page.evaluate(`() => { ${what} }`) : page.evaluateAsync(what));
  return assertAccessible({ evaluate, url: () => where }, where);
}
