// Every page of the hall, and who sees it. Screenshots take all of them; a journey may take one.

import { WAITING } from "./harness/waiting.mjs";

/** What belongs to an account and is the same whatever was applied for. */
export const ACCOUNT = [
  { name: "account-contacts", path: "/account/contacts", who: "zhang-min" },
  { name: "account-claim", path: "/account/claim", who: "ma-wenbin" },
  { name: "account-child", path: "/account/delegations/child", who: "wang-lei" },
  { name: "account-offer", path: "/account/delegations/ask", who: "zhang-min" },
];

/** The console's, and who of the staff sees them. */
const CONSOLE = [
  ["login", ""],
  ["queue", "", "ps-window-2"],
  ["halls", "halls", "ps-window-2"],
  ["identity", "identity", "ps-window-2"],
  ["passkeys", "passkeys", "ps-window-2"],
  ["not-found", "no-such-page", "ps-window-2"],
  ["not-allowed", "audit", "ps-window-2"],
  ["accounts", "accounts", "admin"],
  ["audit", "audit", "admin"],
  ["updates", "updates", "admin"],
  ["insight", "insight?days=7&by=item&event=item_viewed", "admin"],
];

/**
 * `path`: an address, or what makes one that counts for minutes only. `who`: nobody, the key of a demo citizen, or an account of
 * staff (`staff:…`). `asked`: whoever sees it has not said yet whether their terminal may count. `waits`: something waits on their
 * terminal to be sent. `desk`: it is seen at a desk alone. `shows`: what is there once the page is;
 * `leads`: how the address begins at which it comes out. Two drafts, two cases, two codes are no neighbours: no link leads from one
 * to the other.
 */
export function pages({ cases, draft, kinds, ticket, elsewhere }) {
  const caseOf = (citizen, item) => cases.find((one) => one.citizen === citizen && one.item === item).case;
  const [done, waiting, fresh] = ["identity-card-renewal", "elder-allowance", "vehicle-licence-renewal"].map((item) =>
    caseOf("zhang-min", item),
  );
  return [
    { name: "home", path: "/" },
    { name: "home-asked", path: "/", asked: true },
    { name: "search", path: "/search?q=sfz" },
    { name: "services", path: "/services" },
    { name: "guide", path: "/services/identity-card-renewal" },
    { name: "guide-window-only", path: "/services/passport" },
    { name: "themes", path: "/themes" },
    { name: "theme", path: "/themes/identity" },
    { name: "life-events", path: "/life-events" },
    { name: "life-event", path: "/life-events/having-a-child" },
    { name: "authorities", path: "/authorities" },
    { name: "authority", path: "/authorities/public-security" },
    { name: "halls", path: "/halls" },
    { name: "halls-for-item", path: "/halls?item=identity-card-renewal" },
    { name: "hall", path: "/halls/central" },
    { name: "hall-check-in", path: "/halls/central/check-in" },
    { name: "ticket", path: `/tickets/${ticket}` },
    { name: "display", path: "/display/central" },
    { name: "hall-book", path: "/halls/central/book/household", who: "zhang-min" },
    { name: "visits", path: "/visits", who: "zhang-min" },
    { name: "accessibility", path: "/accessibility" },
    { name: "login", path: "/login" },
    { name: "not-found", path: "/no-such-page" },
    { name: "home-known", path: "/", who: "zhang-min" },
    { name: "start", path: "/apply/school-enrolment", leads: "/drafts/", who: "zhang-min" },
    { name: "matters", path: "/matters", who: "zhang-min" },
    { name: "start-for-whom", path: "/apply/food-business-licence", who: "zhou-jian" },
    { name: "fill", path: `/drafts/${draft}/appointment_page`, who: "zhang-min" },
    { name: "fill-check", path: `/drafts/${draft}/check-answers`, who: "zhang-min" },
    { name: "account", path: "/account", who: "zhang-min" },
    ...["times", "lists", "places", "people", "texts", "choices", "sign"].map((page) => (
      { name: `kinds-${page}`, path: `/drafts/${kinds}/${page}`, who: "zhang-min" }
    )),
    { name: "kinds-check", path: `/drafts/${kinds}/check-answers`, who: "zhang-min" },
    { name: "matter-submitted", path: `/matters/${fresh}`, who: "zhang-min" },
    { name: "supplement", path: `/matters/${waiting}/supplement`, who: "zhang-min" },
    { name: "matter-supplement", path: `/matters/${waiting}`, who: "zhang-min" },
    { name: "receipt", path: `/matters/${fresh}/receipt`, who: "zhang-min" },
    { name: "matter-done", path: `/matters/${done}`, who: "zhang-min" },
    ...Object.entries(WAITING).map(([name, path]) => ({ name: `queue-${name}`, path, who: "zhang-min", waits: true })),
    { name: "matters-waiting", path: "/matters", who: "zhang-min", waits: true },
    { name: "account-sessions", path: "/account/sessions", who: "zhang-min" },
    { name: "account-delegations", path: "/account/delegations", who: "zhang-min" },
    { name: "account-delegate", path: "/account/delegations/invite", who: "zhang-min" },
    { name: "account-code", path: "/account/delegations/code", who: "zhang-min" },
    { name: "account-data", path: "/account/data", who: "zhang-min" },
    ...ACCOUNT,
    { name: "passkeys", path: "/account/passkeys", who: "zhang-min" },
    { name: "level-basic", path: "/account/level?next=%2Fservices&need=L2", who: "ma-wenbin" },
    { name: "level-medium", path: "/account/level", who: "zhang-min" },
    { name: "level-high", path: "/account/level", who: "li-guohua" },
    { name: "authorize-login", path: () => elsewhere.question("lanchuan-transit") },
    { name: "authorize-gone", path: "/authorize?request=nobody" },
    { name: "authorize", path: () => elsewhere.question("lanchuan-transit"), who: "zhang-min" },
    { name: "authorize-sensitive", path: () => elsewhere.question("bank"), who: "zhang-min" },
    { name: "authorize-level", path: () => elsewhere.question("notary"), who: "zhang-min" },
    { name: "device-level", path: () => elsewhere.code("notary-kiosk"), who: "zhang-min" },
    { name: "logout", path: () => elsewhere.logout("bank"), who: "zhang-min" },
    { name: "device", path: "/device", who: "zhang-min" },
    { name: "consents", path: "/account/consents", who: "zhang-min" },
    { name: "device-asked", path: () => elsewhere.code("kiosk"), who: "zhang-min" },
    { name: "consents-none", path: "/account/consents", who: "wang-lei" },
    ...CONSOLE.map(([name, path, account]) => (
      { name: `console-${name}`, path: `/console/${path}`, who: account && `staff:${account}`, desk: true }
    )),
    {
      name: "console-case",
      path: `/console/cases/${caseOf("wu-ping", "identity-card-renewal")}`,
      who: "staff:ps-window-2",
      desk: true,
    },
    { name: "api-docs", path: "/api/docs", shows: "#schemas details", desk: true },
    { name: "dev", path: "/dev", shows: "#staff table", desk: true },
    { name: "authorize-nowhere", path: "/oauth/authorize", desk: true },
  ];
}
