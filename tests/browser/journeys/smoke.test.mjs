// The doors of the hall: on every terminal, in both languages, the first page opens.
import assert from "node:assert/strict";

import { assertAccessible, assertFitsWidth, journeys, LANGUAGES, PROFILES } from "../harness.mjs";

journeys("the first page", ({ journey }) => {
  for (const profile of Object.keys(PROFILES)) {
    for (const language of Object.keys(LANGUAGES)) {
      journey(`opens on ${profile} in ${language}`, { profile, language }, async ({ terminal, page }) => {
        await terminal.goto("/");
        await page.locator("main h1").first().waitFor();
        const root = page.locator("html");
        assert.equal(await root.getAttribute("data-profile"), profile);
        assert.equal(await root.getAttribute("lang"), LANGUAGES[language]);
        await assertFitsWidth(page);
        await assertAccessible(page);
      });
    }
  }
});

journeys("the staff console", ({ journey }) => {
  for (const language of Object.keys(LANGUAGES)) {
    journey(`asks who is there in ${language}`, { language }, async ({ terminal, page }) => {
      await terminal.goto("/console/");
      await page.locator("input[type=password]").waitFor();
      await assertFitsWidth(page);
      await assertAccessible(page);
    });
  }
});
