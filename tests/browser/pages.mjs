// Every page of the hall, and who sees it. Screenshots take all of them; a journey may take one.

import { WAITING } from "./harness/waiting.mjs";

/**
 * `who`: nobody, the key of a demo citizen, or an account of staff (`staff:…`). `asked`: whoever sees it has not said yet
 * whether their terminal may count. `waits`: something waits on their terminal to be sent.
 */
export function pages({ cases, draft, kinds }) {
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
    { name: "accessibility", path: "/accessibility" },
    { name: "login", path: "/login" },
    { name: "not-found", path: "/no-such-page" },
    { name: "home-known", path: "/", who: "zhang-min" },
    { name: "start", path: "/apply/school-enrolment", who: "zhang-min" },
    { name: "fill", path: `/drafts/${draft}`, who: "zhang-min" },
    { name: "fill-check", path: `/drafts/${draft}/check-answers`, who: "zhang-min" },
    ...["times", "lists", "places", "people", "texts", "choices", "sign"].map((page) => (
      { name: `kinds-${page}`, path: `/drafts/${kinds}/${page}`, who: "zhang-min" }
    )),
    { name: "kinds-check", path: `/drafts/${kinds}/check-answers`, who: "zhang-min" },
    { name: "matters", path: "/matters", who: "zhang-min" },
    { name: "matter-submitted", path: `/matters/${fresh}`, who: "zhang-min" },
    { name: "matter-supplement", path: `/matters/${waiting}`, who: "zhang-min" },
    { name: "supplement", path: `/matters/${waiting}/supplement`, who: "zhang-min" },
    { name: "matter-done", path: `/matters/${done}`, who: "zhang-min" },
    { name: "receipt", path: `/matters/${fresh}/receipt`, who: "zhang-min" },
    ...Object.entries(WAITING).map(([name, path]) => ({ name: `queue-${name}`, path, who: "zhang-min", waits: true })),
    { name: "matters-waiting", path: "/matters", who: "zhang-min", waits: true },
    { name: "account", path: "/account", who: "zhang-min" },
    { name: "console-login", path: "/console/" },
    { name: "console-queue", path: "/console/", who: "staff:ps-window-2" },
    { name: "console-case", path: `/console/cases/${caseOf("wu-ping", "identity-card-renewal")}`, who: "staff:ps-window-2" },
    { name: "console-accounts", path: "/console/accounts", who: "staff:admin" },
    { name: "console-insight", path: "/console/insight?days=7&by=item&event=item_viewed", who: "staff:admin" },
  ];
}
