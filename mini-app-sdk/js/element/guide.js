// What the service is, what it takes, and the way in.
import { h } from "./dom.js";

export async function guideScreen(context) {
  const { item, words, catalog, hall, signal } = context;
  const session = context.session();
  const [drafts, cases, queued] = session
    ? await Promise.all([hall.draft.list({ signal }), hall.progress.list({ signal }), hall.outbox.list({ signal })])
    : [[], [], []];
  const draft = drafts.find((one) => one.item === item.code);
  const waits = queued.find(({ about }) => about.kind === "submission" && about.id === draft?.id);
  const mine = cases.filter((one) => one.item === item.code);
  const authority = catalog.authorities.find((one) => one.code === item.authority);
  const promised = item.promptness === "1" ? words.say("at_once") : words.say("days", item.promised_days);
  const facts = [
    [words.say("authority"), words.of(authority?.name)],
    [words.say("time"), item.legal_days ? words.say("by_law", promised, item.legal_days) : promised],
    [words.say("cost"), fees(item, words)],
    [words.say("visits"), item.onsite_visits ? words.say("visits_some", item.onsite_visits) : words.say("visits_none")],
  ];

  const start = () => waits ? context.show("queued", { id: waits.id, draft: draft.id }) : context.show(session ? "principal" : "login", session ? {} : { then: { name: "principal", place: {} } });
  return h("section", { part: "guide" },
    h("h2", { tabindex: "-1", part: "heading" }, words.of(item.name)),
    h("p", {}, words.of(item.summary)),
    mine.length > 0 && matters(context, mine),
    h("dl", { class: "facts" }, facts.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
    item.conditions.length > 0 && [
      h("h3", {}, words.say("conditions")),
      h("ul", {}, item.conditions.map((one) => h("li", {}, words.of(one)))),
    ],
    h("h3", {}, words.say("materials")),
    item.materials.length === 0
      ? h("p", {}, words.say("no_materials"))
      : h("ul", {}, item.materials.map((material) => h("li", {},
          h("strong", {}, words.of(material.name)), " ",
          h("span", { class: "soft" }, material.required ? words.say("always") : words.of(material.when) || words.say("depends")),
          material.note && h("div", { class: "soft" }, words.of(material.note))))),
    item.online
      ? [
          !session && h("p", { class: "soft" }, words.say("login_needed")),
          h("div", { class: "actions" },
            h("button", { class: "primary", part: "button", type: "button", onclick: start },
              words.say(waits ? "queued_see" : draft ? "continue_draft" : "apply"))),
        ]
      : h("p", { class: "notice" }, words.say("not_online")));
}

function fees(item, words) {
  if (item.fees.length === 0) return words.say("free");
  const one = (fee) => {
    const price = `${words.of(fee.name)} ${words.say("yuan", fee.amount)}`;
    return fee.note ? words.say("noted", price, words.of(fee.note)) : price;
  };
  return item.fees.map(one).join(words.say("and"));
}

function matters(context, mine) {
  const { words } = context;
  return h("div", { class: "card" },
    h("h3", {}, words.say("your_matters")),
    h("ul", {}, mine.map((one) => h("li", {},
      h("button", { class: "link", type: "button", onclick: () => context.show("case", { id: one.id }) },
        words.say("case_of", one.number, words.of(one.status.step_name)))))));
}
