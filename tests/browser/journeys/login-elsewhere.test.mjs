// A citizen logs in to applications of others with their account here: asked first, each time anew where that has to be, and
// taken back whenever they like.
import assert from "node:assert/strict";

import { clientsCity } from "../harness/clients.mjs";
import { tabTo } from "../harness/keyboard.mjs";
import { logIn } from "../harness/login.mjs";
import { RelyingParty } from "../harness/relying-party.mjs";
import { assertAccessible, assertFitsWidth, journeys } from "../harness.mjs";

const button = (page, name) => page.getByRole("button", { name, exact: true });
const heading = (page, name) => page.getByRole("heading", { level: 1, name, exact: true });
const asks = (page, name) => heading(page, `登录“${name}”`).waitFor();
const checkbox = (page, name) => page.getByRole("checkbox", { name });
const back = (page, says) => page.getByRole("heading", { name: says, exact: true }).waitFor();
const ALL = "openid profile phone offline_access";

/** Walks with an application that a client is, whose pages the terminal may open. */
async function withParty(terminal, client, walk) {
  const party = await RelyingParty.open(terminal.hall, client);
  terminal.expect(party.otherHost);
  try {
    await walk(party);
    assert.deepEqual(party.logins.flatMap(({ fault }) => fault ?? []), [], "no answer was one that it did not wait for");
  } finally {
    await party.close();
  }
}

journeys("an application of somebody else", ({ journey }) => {
  journey("who is not logged in logs in first, comes back to the very question, and gives what they choose", {}, async ({ terminal, page, hall }) => {
    await withParty(terminal, "lanchuan-transit", async (party) => {
      await page.goto(party.start({ scope: ALL }));
      await asks(page, "兰川出行");
      await page.getByText("由兰川市公共交通集团有限公司运营。").waitFor();
      const question = page.url();
      await assertAccessible(page);
      // What it wants to know is for nobody's eyes but the citizen's.
      assert.equal(await page.getByRole("checkbox").count(), 0);
      await page.getByRole("main").getByRole("link", { name: "登录", exact: true }).click();
      await logIn(page, hall, "zhang-min");

      await checkbox(page, /^您的姓名/).waitFor();
      assert.equal(page.url(), question);
      await page.getByText("您的账号：张敏").waitFor();
      await page.getByText("供该运营单位认出您的编号").waitFor();
      await page.getByText("用途：线路停运和失物招领时通知您。").waitFor();
      await checkbox(page, /^您的手机号码/).uncheck();
      await button(page, "同意并登录").click();
      await back(page, "logged in");
      const { claims, scopes, known } = party.last;
      assert.deepEqual(scopes, ["openid", "profile", "offline_access"]);
      assert.deepEqual([known.name, known.phone_number, claims.acr], ["张敏", undefined, "L2"]);

      // It is answered: whoever opens the address again cannot answer it another time.
      await page.goto(question);
      await heading(page, "这次登录请求已失效").waitFor();
      await assertAccessible(page);
      assert.equal(party.logins.length, 1);
    });
  });

  journey("what is refused is refused, and can be allowed the next time", {}, async ({ terminal, page }) => {
    await terminal.loginAs("li-guohua");
    await withParty(terminal, "bank", async (party) => {
      const scope = "openid profile citizen_id";
      await page.goto(party.start({ scope }));
      await asks(page, "云岭银行");
      // Sensitive data take a press of their own.
      await checkbox(page, /^您的姓名/).waitFor();
      assert.equal(await checkbox(page, /^您的姓名/).isChecked(), true);
      assert.equal(await checkbox(page, /^您的公民身份号码/).isChecked(), false);
      await button(page, "不同意").click();
      await back(page, "access_denied");

      await page.goto(party.start({ scope }));
      await checkbox(page, /^您的公民身份号码/).check();
      await button(page, "同意并登录").click();
      await back(page, "logged in");
      assert.equal(party.last.known.name, "李国华");
      assert.match(party.last.known.citizen_id, /^\d{17}[\dX]$/);

      // What was allowed is not asked again, of an application that can keep a secret.
      await page.goto(party.start({ scope }));
      await back(page, "logged in");
      assert.deepEqual(party.logins.map(({ error }) => error), ["access_denied", undefined, undefined]);
      assert.equal(party.logins[1].claims.sub, party.logins[2].claims.sub);
    });
  });

  journey("what was allowed is seen, taken back at once, and asked again", {}, async ({ terminal, page }) => {
    await terminal.loginAs("wang-lei");
    await withParty(terminal, "bank", async (party) => {
      await page.goto(party.start({ scope: "openid profile" }));
      await button(page, "同意并登录").click();
      await back(page, "logged in");
      const { tokens, known } = party.last;
      assert.equal(known.name, "王磊");

      await terminal.goto("/account");
      await page.getByRole("main").getByRole("link", { name: "应用授权" }).click();
      await heading(page, "应用授权").waitFor();
      const given = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: "云岭银行" }) });
      await given.getByText("您的姓名").waitFor();
      await given.getByText(/\d{4}年\d+月\d+日 \d\d:\d\d起/).waitFor();
      await assertAccessible(page);
      // It asks before.
      const dialog = page.getByRole("dialog", { name: "收回对“云岭银行”的授权？" });
      await button(page, "收回授权：云岭银行").click();
      await assertAccessible(page);
      await button(dialog, "取消").click();
      assert.equal((await party.userinfo(tokens)).known?.name, "王磊");
      await button(page, "收回授权：云岭银行").click();
      await button(dialog, "收回授权").click();
      await page.getByText("您还没有授权任何应用").waitFor();
      await assertAccessible(page);
      assert.equal((await party.userinfo(tokens)).known, undefined, "its token counts no more");

      await page.goto(party.start({ scope: "openid profile" }));
      await asks(page, "云岭银行");
      await checkbox(page, /^您的姓名/).waitFor();
    });
  });

  journey("who does not log in goes back, too", { profile: "mobile" }, async ({ terminal, page }) => {
    await withParty(terminal, "lanchuan-transit", async (party) => {
      await page.goto(party.start({ scope: ALL }));
      await asks(page, "兰川出行");
      await button(page, "不登录，返回“兰川出行”").click();
      await back(page, "access_denied");
      // Where nobody may be asked, nobody is.
      await page.goto(party.start({ prompt: "none" }));
      await back(page, "login_required");
    });
  });

  journey("which wants a fresh login gets one, of whoever it is then", {}, async ({ terminal, page, hall }) => {
    await terminal.loginAs("zhao-xue");
    await withParty(terminal, "lanchuan-transit", async (party) => {
      await page.goto(party.start({ scope: "openid profile", prompt: "login" }));
      await asks(page, "兰川出行");
      const question = page.url();
      await page.getByText("您现在登录的账号是 赵雪").waitFor();
      await assertAccessible(page);
      await button(page, "重新登录").click();
      await page.getByRole("main").getByRole("link", { name: "登录", exact: true }).click();
      await logIn(page, hall, "chen-yu");
      await page.getByText("您的账号：陈雨").waitFor();
      assert.equal(page.url(), question);
      await button(page, "同意并登录").click();
      await back(page, "logged in");
      assert.equal(party.last.known.name, "陈雨");
    });
  });

  journey("which asks for a higher level says which one, and leads to it", {}, async ({ terminal, page }) => {
    await terminal.loginAs("zhang-min");
    await withParty(terminal, "notary", async (party) => {
      const question = await party.question({ scope: "openid profile" });
      await terminal.goto(question);
      await page.getByText("“兰川公证处”要求的实名等级是：高级").waitFor();
      await page.getByText("您现在的实名等级是：中级").waitFor();
      await assertAccessible(page);
      assert.equal(await button(page, "同意并登录").count(), 0);
      const raise = page.getByRole("link", { name: "提高实名等级" });
      assert.equal(await raise.getAttribute("href"), `/account/level?next=${encodeURIComponent(question)}&need=L3`);
      await button(page, "不登录，返回“兰川公证处”").click();
      await back(page, "unmet_authentication_requirements");
    });
  });

  journey("which ends its own login ends the hall's, too, where that is meant or its citizen agrees", {}, async ({ terminal, page }) => {
    await terminal.loginAs("ouyang-jing");
    await withParty(terminal, "bank", async (party) => {
      await page.goto(party.start({ scope: "openid" }));
      await button(page, "同意并登录").click();
      await back(page, "logged in");
      const { tokens } = party.last;
      // Anybody could send a browser there: the citizen is asked.
      await page.goto(party.logout());
      await heading(page, "退出本大厅的登录？").waitFor();
      await page.getByText("“云岭银行”请您同时退出本大厅的登录。").waitFor();
      await assertAccessible(page);
      await page.getByRole("link", { name: "保持登录" }).click();
      await back(page, "logged out");
      await terminal.goto("/account");
      await page.getByRole("main").getByText("欧阳静").first().waitFor();
      // The id token of this very session says that it is meant.
      await page.goto(party.logout(tokens));
      await back(page, "logged out");
      await terminal.goto("/account");
      await page.getByText("您还没有登录").first().waitFor();

      await terminal.loginAs("ouyang-jing");
      await page.goto(party.logout());
      await page.getByRole("main").getByRole("button", { name: "退出登录" }).click();
      await back(page, "logged out");
      await terminal.goto("/logout?request=nobody");
      await heading(page, "这个退出链接已失效").waitFor();
      await assertAccessible(page);
    });
  });

  journey("an answer that does not arrive is given again by a press", { language: "en" }, async ({ terminal, page }) => {
    await terminal.loginAs("he-tao");
    await withParty(terminal, "lanchuan-transit", async (party) => {
      await page.goto(party.start({ scope: "openid profile" }));
      await button(page, "Allow and log in").waitFor();
      terminal.expect(/net::ERR_/);
      let lost = 0;
      await page.route("**/grant", (route) => (lost++ ? route.continue() : route.abort("connectionreset")));
      await button(page, "Allow and log in").click();
      await page.getByRole("alert").filter({ hasText: "There is no connection." }).waitFor();
      await assertAccessible(page);
      await button(page, "Allow and log in").click();
      await back(page, "logged in");
    });
  });

  journey("an address that nobody asks with says so", {}, async ({ terminal, page }) => {
    for (const path of ["/authorize", "/authorize?request=nobody", "/authorize?request=..%2F..%2Fidentity"]) {
      await terminal.goto(path);
      await heading(page, "这次登录请求已失效").waitFor();
    }
    await assertFitsWidth(page);
  });

  journey("is answered by the keyboard alone", { language: "en" }, async ({ terminal, page, hall }) => {
    await withParty(terminal, "lanchuan-transit", async (party) => {
      await page.goto(party.start({ scope: ALL }));
      await heading(page, "Log in to Lanchuan Transit").waitFor();
      await tabTo(page, "Log in");
      await page.keyboard.press("Enter");
      await page.locator("#phone").waitFor();
      await tabTo(page, "Mobile phone number");
      await page.keyboard.type(hall.people.citizen("sun-guizhen").phone);
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => document.activeElement?.id === "code");
      await page.keyboard.type(await hall.codeFor(hall.people.citizen("sun-guizhen").phone));
      await page.keyboard.press("Enter");
      await page.getByText("You are 孙桂珍").waitFor();
      await page.waitForFunction(() => document.activeElement?.id === "page-heading");
      await tabTo(page, "Your phone number");
      await page.keyboard.press("Space");
      await tabTo(page, "Allow and log in");
      await page.keyboard.press("Enter");
      await back(page, "logged in");
      assert.deepEqual(party.last.scopes, ["openid", "profile", "offline_access"]);
    });
  });

  for (const [profile, language] of [["desktop", "en"], ["mobile", "zh"], ["mobile", "en"], ["kiosk", "zh"], ["mini-app", "en"]]) {
    journey(`is for everybody on ${profile} in ${language}`, { profile, language }, async ({ terminal, page }) => {
      await terminal.loginAs("wu-ping");
      await withParty(terminal, "lanchuan-transit", async (party) => {
        await terminal.goto(await party.question({ scope: ALL }));
        await checkbox(page, /^(您的姓名|Your name)/).waitFor();
        await assertAccessible(page);
        await assertFitsWidth(page);
        // Whoever stands at a public machine gives nobody anything that lasts.
        const lasting = await checkbox(page, /^(在您不在线时|Go on using this)/).count();
        assert.equal(lasting, profile === "kiosk" ? 0 : 1);
        await page.getByRole("button", { name: /^(同意并登录|Allow and log in)$/ }).click();
        await back(page, "logged in");
        await terminal.goto("/account/consents");
        await page.getByRole("button", { name: /^(收回授权：兰川出行|Take it back from Lanchuan Transit)$/ }).waitFor();
        await assertAccessible(page);
        await assertFitsWidth(page);
      });
    });
  }
}, { hall: { city: await clientsCity() } });
