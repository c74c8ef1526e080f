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
