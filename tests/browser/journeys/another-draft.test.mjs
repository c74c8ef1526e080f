// From one draft to another, and from one case to another: the page shows what its address names, by a link, back and forward.
import assert from "node:assert/strict";

import { journeys } from "../harness.mjs";

journeys("another of the same kind", ({ journey }) => {
  journey("a link from one draft to another leads there, and back", {}, async ({ terminal, page, hall }) => {
    await terminal.loginAs("zhang-min");
    const cookie = await hall.citizenCookie(hall.people.citizen("zhang-min").phone);
    const begin = (item) => hall.api("POST", "/api/v1/drafts", { item }, { cookie });
    const [licence, card] = [await begin("vehicle-licence-renewal"), await begin("identity-card-renewal")];
    const shows = async (draft, title) => {
      await page.waitForURL((url) => url.pathname.startsWith(`/drafts/${draft.id}`));
      await page.getByRole("heading", { level: 1, name: title }).waitFor();
      await page.waitForFunction(() => ["page-heading", "main"].includes(document.activeElement.id));
    };
    await terminal.goto(`/drafts/${licence.id}`);
    await page.getByRole("heading", { level: 1, name: "为什么补换领" }).waitFor();
    await terminal.follow(`/drafts/${card.id}`);
    await shows(card, "为谁换领");
    await page.goBack();
    await shows(licence, "为什么补换领");
  });

  journey("who is logged in is never told otherwise while the draft is on its way", {}, async ({ terminal, page, hall }) => {
    await terminal.loginAs("zhang-min");
    const cookie = await hall.citizenCookie(hall.people.citizen("zhang-min").phone);
    const { id } = await hall.api("POST", "/api/v1/drafts", { item: "vehicle-licence-renewal" }, { cookie });
    await page.route(`**/api/v1/drafts/${id}`, async (route) => {
      await new Promise((done) => setTimeout(done, 1500));
      await route.continue();
    });
    await page.addInitScript(() => {
      window.headings = new Set();
      const look = () => document.querySelectorAll("h1, h2").forEach((heading) => window.headings.add(heading.textContent));
      new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
    });
    await terminal.goto(`/drafts/${id}`);
    await page.getByRole("heading", { level: 1, name: "为什么补换领" }).waitFor();
    const headings = await page.evaluate(() => [...window.headings]);
    assert.ok(headings.includes("为什么补换领"), "the page was not watched");
    assert.ok(!headings.includes("登录已失效"), `shown on the way: ${headings.join(", ")}`);
  });
});
