// A service is found in each way in which people look for one, and each way ends at its guide.
import assert from "node:assert/strict";

import { assertAccessible, assertFitsWidth, journeys, PROFILES } from "../harness.mjs";

const CARD = { code: "identity-card-renewal", zh: "居民身份证换领", en: "Identity card renewal" };
const PERMIT = { code: "residence-permit", zh: "居住证申领", en: "Residence permit" };

const WORDS = {
  zh: {
    theme: "户籍证件",
    themes: "办事主题",
    authority: "兰川市公安局",
    authorities: "办事部门",
    event: "我要来兰川生活",
    events: "一件事",
    frequent: "常用事项",
    search: "搜索服务事项",
    services: "全部事项",
  },
  en: {
    theme: "Identity and residence",
    themes: "Themes",
    authority: "Lanchuan Public Security Bureau",
    authorities: "Authorities",
    event: "Moving to Lanchuan",
    events: "Life events",
    frequent: "Often used services",
    search: "Search for a service",
    services: "All services",
  },
};

const main = (page) => page.getByRole("main");
const heading = (page, name) => page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
const box = (page) => main(page).locator("#search");
/** What a search has found, the best first. */
const hits = (page) => main(page).locator(".row-link");

/** The guide of a service is what is shown now. */
async function atGuide(page, item, language) {
  await heading(page, item[language]);
  assert.equal(new URL(page.url()).pathname, `/services/${item.code}`);
  await page.locator("#materials").waitFor();
}

/** Presses a link of the page's text (a tile says how many services there are, too), and waits for its page. */
async function follow(page, name) {
  await main(page).getByRole("link", { name: new RegExp(`^${name}(?!\\p{L})`, "u") }).click();
  await heading(page, name);
}

journeys("a service is found", ({ journey }) => {
  for (const [profile, language] of [["desktop", "zh"], ["mobile", "en"], ["kiosk", "zh"], ["mini-app", "en"]]) {
    const words = WORDS[language];

    journey(`by theme, life event and use, from the home page, on ${profile} in ${language}`, { profile, language }, async ({ terminal, page }) => {
      await terminal.goto("/");
      await follow(page, words.theme);
      await assertAccessible(page, "a theme");
      await assertFitsWidth(page);
      await main(page).getByRole("link", { name: CARD[language], exact: true }).click();
      await atGuide(page, CARD, language);

      await terminal.goto("/");
      await follow(page, words.event);
      await assertAccessible(page, "a life event");
      await assertFitsWidth(page);
      await main(page).getByRole("link", { name: PERMIT[language], exact: true }).click();
      await atGuide(page, PERMIT, language);

      await terminal.goto("/");
      const frequent = page.getByRole("region", { name: words.frequent, exact: true });
      await frequent.getByRole("link", { name: CARD[language], exact: true }).click();
      await atGuide(page, CARD, language);
    });
  }

  for (const language of ["zh", "en"]) {
    const words = WORDS[language];
    // Where there is a menu it leads there; a phone has the foot of the page instead.
    for (const [profile, role] of [["desktop", "banner"], ["mobile", "contentinfo"]]) {
      journey(`by authority, on ${profile} in ${language}`, { profile, language }, async ({ terminal, page, hall }) => {
        await terminal.goto("/");
        await page.getByRole(role).getByRole("link", { name: words.authorities, exact: true }).click();
        await heading(page, words.authorities);
        await follow(page, words.authority);
        const { items, authorities } = await hall.api("GET", "/api/v1/catalog");
        const mine = items.filter(({ authority }) => authority === "public-security");
        assert.equal(await main(page).locator(".row-link").count(), mine.length, "each of its services, and no other");
        const { phone } = authorities.find(({ code }) => code === "public-security");
        assert.equal(await main(page).locator(`a[href="tel:${phone}"]`).count(), 1, "how to reach it");
        await assertAccessible(page, "an authority");
        await assertFitsWidth(page);
        await main(page).getByRole("link", { name: CARD[language], exact: true }).click();
        await atGuide(page, CARD, language);
      });
    }
  }
});

journeys("a search", ({ journey }) => {
  for (const [profile, language] of [["desktop", "zh"], ["mobile", "en"]]) {
    journey(`leads to the same guide in Chinese, English, pinyin and its initials, on ${profile} in ${language}`, { profile, language }, async ({ terminal, page }) => {
      for (const typed of ["身份证", "identity", "shenfenzheng", "sfz"]) {
        // While one types, on the home page…
        await terminal.goto("/");
        await box(page).fill(typed);
        await hits(page).filter({ hasText: CARD[language] }).first().waitFor();
        const first = main(page).locator(".search-box-found .row-link").first();
        assert.equal((await first.innerText()).trim(), CARD[language], `${typed}: the best first`);
        // …and on the page of results.
        await page.keyboard.press("Enter");
        await page.waitForURL((url) => url.pathname === "/search" && url.searchParams.get("q") === typed);
        await page.locator(".search-page-count", { hasText: /\d/ }).waitFor();
        assert.equal((await hits(page).first().innerText()).trim(), CARD[language], `${typed}: the best first`);
        await hits(page).first().click();
        await atGuide(page, CARD, language);
      }
    });
  }

  journey("finds a service by a part of a word, and marks it", {}, async ({ terminal, page }) => {
    await terminal.goto("/search");
    await box(page).fill("份证");
    await hits(page).filter({ hasText: CARD.zh }).locator("mark", { hasText: /^份证$/ }).waitFor();
    for (const typed of ["shenfenz", "identi"]) {
      await box(page).fill(typed);
      await heading(page, `“${typed}”的搜索结果`);
      await hits(page).filter({ hasText: CARD.zh }).first().waitFor();
      assert.equal((await hits(page).first().innerText()).trim(), CARD.zh, `${typed}: the best first`);
    }
    await box(page).fill("residen");
    await hits(page).filter({ hasText: PERMIT.zh }).first().click();
    await atGuide(page, PERMIT, "zh");
  });

  journey("finds a service in English, from the head of any page", { language: "en" }, async ({ terminal, page }) => {
    await terminal.goto("/themes/housing");
    await page.getByRole("banner").getByRole("searchbox", { name: WORDS.en.search }).fill("residence permit");
    await page.keyboard.press("Enter");
    await heading(page, "Results for “residence permit”");
    await hits(page).first().waitFor();
    assert.equal((await hits(page).first().innerText()).trim(), PERMIT.en);
    assert.equal(await hits(page).first().locator("mark").first().innerText(), "Residence");
    await hits(page).first().click();
    await atGuide(page, PERMIT, "en");
  });

  for (const profile of Object.keys(PROFILES)) {
    journey(`that finds nothing says so and offers other ways, on ${profile}`, { profile }, async ({ terminal, page, hall }) => {
      const { city } = await hall.api("GET", "/api/v1/catalog");
      await terminal.goto("/");
      await box(page).fill("火箭发射");
      await main(page).getByText("没有找到“火箭发射”相关事项").first().waitFor();
      await page.keyboard.press("Enter");
      await heading(page, "“火箭发射”的搜索结果");
      await main(page).getByText("没有找到“火箭发射”相关事项").waitFor();
      await main(page).getByText(`换个说法试试，少输几个字，或从下面的主题查找。也可以拨打 ${city.hotline} 咨询。`).waitFor();
      assert.equal(await hits(page).count(), 0);
      await assertAccessible(page, "nothing found");
      await assertFitsWidth(page);
      const all = main(page).getByRole("link", { name: WORDS.zh.services });
      assert.equal(await all.getAttribute("href"), "/services");
      await follow(page, WORDS.zh.theme);
      await main(page).getByRole("link", { name: CARD.zh, exact: true }).click();
      await atGuide(page, CARD, "zh");
    });
  }
});
