// A hall that has been used for a while, so that there is something on every page: for whatever goes over all of them.
import { randomUUID } from "node:crypto";

import { pages } from "../pages.mjs";
import { allKindsCity, draftOfAllKinds } from "./all-kinds.mjs";
import { addClients } from "./clients.mjs";
import { deskCookie, take } from "./desk.mjs";
import { Hall } from "./hall.mjs";
import { Machine } from "./machine.mjs";
import { submittedCase } from "./matters.mjs";
import { neverClose } from "./open-halls.mjs";
import { Releases } from "./releases.mjs";
import { RelyingParty } from "./relying-party.mjs";
import { Terminal } from "./terminal.mjs";
import { leaveWaiting } from "./waiting.mjs";

/** Who applied for what, and what clerks then did with it. */
const APPLICATIONS = [
  ["zhang-min", "identity-card-renewal", ["ps-window", "pass-pre-review"], ["ps-window", "accept"], ["ps-approver", "approve"], ["ps-issuer", "issue"]],
  ["zhang-min", "elder-allowance", ["ca-window", "pass-pre-review"], ["ca-window", "ask-supplement"]],
  ["zhang-min", "vehicle-licence-renewal"],
  ["wu-ping", "identity-card-renewal"],
  ["zhao-xue", "identity-card-renewal", ["ps-window", "pass-pre-review"]],
  ["chen-yu", "residence-permit", ["ps-window", "pass-pre-review"], ["ps-window", "accept"]],
  ["wang-lei", "birth-registration"],
  ["liu-fang", "food-business-licence"],
];

/** The kinds of terminals that a session is of, where it is not the browser. */
const KINDS = { kiosk: "kiosk", "mini-app": "mini_app" };

export class UsedHall {
  #parties = new Map();
  #sessions = new Map();

  /** Opens one. Close it at the end. */
  static async open() {
    const used = new UsedHall();
    const city = await allKindsCity();
    await addClients(city);
    await neverClose(city);
    used.releases = await Releases.publish();
    try {
      used.hall = await Hall.open({ city, env: used.releases.environment });
      await used.#use();
    } catch (error) {
      await used.close().catch(() => {});
      throw error;
    }
    return used;
  }

  async close() {
    for (const party of this.#parties.values()) await (await party).close();
    await this.hall?.close();
    await this.releases.close();
  }

  /**
   * The pages that terminals of a profile show, in groups that one terminal sees one after the other: `who`, `asked` and `waits`
   * are the same in each.
   */
  groups(profile, wanted = this.pages) {
    // Staff and developers sit at a desk; a kiosk keeps nothing.
    const shown = wanted.filter((page) => (profile === "desktop" || !page.desk) && (profile !== "kiosk" || !page.waits));
    const groups = new Map();
    for (const page of shown) {
      const seer = JSON.stringify([page.who, page.asked, page.waits]);
      groups.set(seer, [...(groups.get(seer) ?? []), page]);
    }
    return [...groups.values()];
  }

  /** The terminal that sees a group. `look` is what a terminal is opened with, and the preferences that are kept on it. */
  async terminal(browser, { preferences, ...look }, [{ who, asked, waits }]) {
    const terminal = await Terminal.open(browser, this.hall, look);
    await terminal.prefer({ ...(asked ? {} : { analytics: false }), ...preferences });
    terminal.expect(/^400 for \/oauth\/authorize$/);
    if (who) await terminal.resume(await this.#session(who, look.profile));
    if (waits) await leaveWaiting(terminal, await this.#session(who, look.profile));
    return terminal;
  }

  /** One session for each person on each kind of terminal: staff cannot log in twice with one code. */
  #session(who, profile) {
    const [kind, account] = who.split(":");
    if (account) return deskCookie(this.hall, account);
    const terminal = KINDS[profile];
    const key = `${who} ${terminal}`;
    if (!this.#sessions.has(key)) {
      this.#sessions.set(key, this.hall.citizenCookie(this.hall.people.citizen(kind).phone, terminal));
    }
    return this.#sessions.get(key);
  }

  async #use() {
    const { hall } = this;
    const cases = [];
    for (const [citizen, item, ...steps] of APPLICATIONS) {
      const { id, cookie } = await submittedCase(hall, citizen, item);
      for (const [account, action] of steps) await act(hall, id, account, action);
      cases.push({ citizen, item, case: id, cookie });
    }
    const [{ cookie }] = cases;
    // One that somebody has begun.
    const begun = await hall.api("POST", "/api/v1/drafts", { item: "marriage-registration-appointment" }, { cookie });
    const { id: kinds } = await draftOfAllKinds(hall, "zhang-min");
    const headers = { "Idempotency-Key": randomUUID() };
    const drawn = await hall.api("POST", "/api/v1/halls/central/tickets", { queue: "household" }, { cookie, headers });
    await this.#count();
    await this.releases.tell(hall);
    await this.#allow("zhang-min", "lanchuan-transit", ["openid", "profile", "offline_access"]);
    const elsewhere = {
      question: (client) => this.#question(client),
      logout: async (client) => (await this.#party(client)).logout(),
      code: async (client) => (await Machine.begin(hall, client)).path,
    };
    this.pages = pages({ cases, draft: begun.id, kinds, ticket: drawn.follow, elsewhere });
  }

  /** What terminals counted in a week. */
  async #count() {
    const items = ["identity-card-renewal", "residence-permit", "elder-allowance", "passport", "school-enrolment"];
    for (const [at, terminal] of ["browser", "mobile", "kiosk", "mini_app"].entries()) {
      for (const [nth, item] of items.entries()) {
        const events = Array.from({ length: 44 - 9 * nth - 2 * at }, (_, count) => ({
          id: randomUUID(),
          at: new Date(Date.now() - (count % 7) * 86_400_000).toISOString(),
          event: "item_viewed",
          item,
        }));
        await this.hall.api("POST", "/api/v1/insight/events", { events }, { terminal });
      }
    }
  }

  /** A client of the hall's login, as a server of its own. */
  #party(client) {
    if (!this.#parties.has(client)) this.#parties.set(client, RelyingParty.open(this.hall, client));
    return this.#parties.get(client);
  }

  /** The address at which it asks its citizen to log in, for all that it may ask for. */
  async #question(client) {
    return (await this.#party(client)).question({ scope: "openid profile phone citizen_id offline_access" });
  }

  /** Lets a citizen allow something to a client. */
  async #allow(citizen, client, scopes) {
    const cookie = await this.#session(citizen);
    const request = new URLSearchParams((await this.#question(client)).split("?")[1]).get("request");
    await this.hall.api("POST", `/api/v1/authorizations/${request}/grant`, { scopes }, { cookie });
  }
}

/** Takes an action on a case, with everything that it asks for. */
async function act(hall, id, account, action) {
  const as = { cookie: await deskCookie(hall, account), terminal: "console" };
  const { actions, answers } = await hall.api("GET", `/api/v1/staff/cases/${id}`, undefined, as);
  const offered = actions.find((one) => one.code === action);
  if (!offered) throw new Error(`${account} cannot ${action} now, only ${actions.map((one) => one.code)}`);
  const [material] = Object.entries(answers).find(([, value]) => Array.isArray(value) && value.some((file) => file?.sha256)) ?? [];
  const known = {
    reason: { reason: "材料齐全，符合条件。" },
    document_number: { document_number: "兰川证〔2026〕00017" },
    supplement_items: { items: [{ path: material, reason: "照片反光，看不清号码，请重新拍摄上传。" }] },
  };
  await take(hall, { id }, [account, action, Object.assign({}, ...(offered.required ?? []).map((input) => known[input]))]);
}
