import assert from "node:assert/strict";

/** Goes on by Tab until the focus is on what begins with these words: a link, a button, a labelled control. */
export async function tabTo(page, words, most = 80) {
  for (let presses = 0; presses < most; presses += 1) {
    await page.keyboard.press("Tab");
    const here = await page.evaluate(() => {
      const element = document.activeElement;
      return (element?.labels?.[0] ?? element)?.innerText?.trim() ?? "";
    });
    if (here.startsWith(words)) return;
  }
  assert.fail(`Tab does not lead to ${words}`);
}
