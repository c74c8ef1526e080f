import assert from "node:assert/strict";

/** Waits until something holds that a page does not show, or not in words. */
export async function until(holds, what, within = 30_000) {
  const deadline = Date.now() + within;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, `it does not come about: ${what}`);
    await new Promise((fulfil) => setTimeout(fulfil, 50));
  }
}
