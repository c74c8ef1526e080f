// What axe-core finds on a page, told so that one sees what to change.
import assert from "node:assert/strict";
import { createRequire } from "node:module";

const { source } = createRequire(import.meta.url)("axe-core");

/** Fails when axe-core finds anything on the page as it stands. */
export async function assertAccessible(page, where = page.url()) {
  // As a script of the debugger: the page's own content policy stays in force.
  await page.evaluate(`if (!window.axe) { ${source} }`);
  const violations = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ["violations"], preload: false });
    return violations.map((violation) => ({
      rule: `${violation.id} (${violation.impact}): ${violation.help}`,
      at: violation.nodes.map((node) => `${node.target.join(" ")} — ${node.failureSummary}`),
    }));
  });
  const told = violations.map(({ rule, at }) => `${rule}\n    ${at.join("\n    ")}`).join("\n  ");
  assert.equal(violations.length, 0, `axe-core on ${where}:\n  ${told}`);
}

/** Fails when the page is wider than the screen: nobody scrolls sideways. */
export async function assertFitsWidth(page, where = page.url()) {
  const over = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const wide = [...document.body.querySelectorAll("*")].filter((element) => {
      const box = element.getBoundingClientRect();
      return box.width > 0 && (box.right > width + 1 || box.left < -1);
    });
    return [`${document.documentElement.scrollWidth} > ${width}`, ...wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 120))];
  });
  assert.deepEqual(over, [], `${where} is wider than the screen`);
}

/** Fails when a link calls or writes to somebody: a kiosk has no program that does. */
export async function assertCallsNobody(page, where = page.url()) {
  const calling = await page.evaluate(() =>
    [...document.querySelectorAll("a[href^='tel:'], a[href^='sms:'], a[href^='mailto:']")].map((link) => link.outerHTML.slice(0, 160)),
  );
  assert.deepEqual(calling, [], `links that lead nowhere at a kiosk on ${where}`);
}

/** Fails when something is too small for a finger: `least` in CSS pixels, high and wide. A link in a line of text is as high as the line. */
export async function assertTouchable(page, least, where = page.url()) {
  const small = await page.evaluate((least) => {
    const all = document.querySelectorAll("a[href], button, input:not([type='hidden']), select, textarea, summary, [role='option'], [role='tab']");
    const shown = [...all].filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest("[inert]"));
    const inText = (one) =>
      one.matches("a") && getComputedStyle(one).display === "inline" && one.parentElement.textContent.trim() !== one.textContent.trim();
    const found = [];
    for (const one of shown) {
      if (inText(one)) continue;
      // A label is touched as well as what it names.
      const boxes = [one, ...(one.labels ?? [])].map((part) => part.getBoundingClientRect());
      const [left, top] = ["left", "top"].map((side) => Math.min(...boxes.map((box) => box[side])));
      const [right, bottom] = ["right", "bottom"].map((side) => Math.max(...boxes.map((box) => box[side])));
      // What waits above the page for the focus is not touched.
      if (bottom + window.scrollY <= 0) continue;
      const [width, height] = [right - left, bottom - top].map(Math.round);
      if (Math.min(width, height) < least) found.push(`${width} × ${height}: ${one.outerHTML.slice(0, 160)}`);
    }
    return found;
  }, least);
  assert.equal(small.length, 0, `too small for a finger on ${where}:\n    ${small.join("\n    ")}`);
}
