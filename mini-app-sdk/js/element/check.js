// The check: every answer once more, and the one button that submits.
import { h, text } from "./dom.js";
import { faults } from "./questions.js";
import { flat } from "./fill.js";

export async function checkScreen(context, { draft, notice, confirm }) {
  const { hall, words, signal } = context;
  const first = await hall.draft.view(draft, { signal });
  const pages = [];
  for (const { id } of first.pages) pages.push((await hall.draft.view(draft, { page: id, signal })).page);
  const wrong = pages.flatMap((page) => faults(page.questions).map((fault) => ({ ...fault, page: page.id })));
  const declares = pages.some((page) => flat(page.questions).some((shown) => shown.definition.kind === "declaration"));

  const change = (page, to) => context.show("fill", { draft, page, to });
  const told = h("p", { class: "bad", role: "alert", hidden: true });
  const tell = (message) => {
    text(told, message);
    told.hidden = false;
  };
  const agree = h("input", { type: "checkbox", id: "agree" });
  const confirms = h("input", { type: "checkbox", id: "confirm" });
  const button = h("button", { class: "primary", part: "button", type: "submit" }, words.say("submit"));
  const doing = h("p", { role: "status" });

  const submit = async (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-disabled") === "true") return;
    if (!declares && !agree.checked) {
      tell(words.say("agree_first"));
      agree.focus();
      return;
    }
    if (confirm && !confirms.checked) {
      tell(words.say("confirm_first"));
      confirms.focus();
      return;
    }
    button.setAttribute("aria-disabled", "true");
    told.hidden = true;
    text(doing, words.say("submitting"));
    try {
      // Where the hall does not answer it waits on this terminal, under the name of the service.
      const receipt = await hall.submit(draft, { confirmed: confirm?.transcript, waitAs: context.item.name });
      if (receipt.queued) return void (await context.show("queued", { id: receipt.queued.id, draft }));
      context.emit("submitted", { case: receipt.case_id, number: receipt.number });
      await context.show("case", { id: receipt.case_id, receipt });
    } catch (error) {
      if (signal.aborted) return;
      context.refused(error);
      await failed(error);
    } finally {
      button.setAttribute("aria-disabled", "false");
      text(doing, "");
    }
  };

  /** What a failed attempt means for the citizen. */
  const failed = (error) => {
    switch (error.code) {
      case "identity/not_logged_in":
        return context.show("login", { then: { name: "check", place: { draft } }, again: true });
      case "forms/confirm_changes": {
        const before = new Map(pages.flatMap((page) => flat(page.questions)).map((shown) => [shown.path, shown]));
        return context.show("check", { draft, confirm: { ...error.details, before } });
      }
      case "drafts/moved":
      case "forms/transcript_differs":
      case "forms/invalid_answers":
        return context.show("check", { draft, notice: "changed" });
      case "drafts/submitted":
        return tell(words.say("submitted_before"));
      default:
        return tell(error.retryable ? words.say(error.sent ? "not_sure" : "not_sent") : error.message);
    }
  };

  return h("section", { part: "check" },
    h("h2", { tabindex: "-1", part: "heading" }, words.say("check")),
    notice && h("p", { class: "notice", role: "status" }, words.say(notice)),
    confirm && h("div", { class: "notice", role: "alert", part: "changes" },
      h("strong", {}, words.say("confirm_title")),
      h("p", {}, words.say("confirm_text")),
      h("ul", {}, changes(confirm, pages, words).map((line) => h("li", {}, line))),
      h("label", { class: "option" }, confirms, h("span", {}, words.say("confirm_agree")))),
    h("p", {}, words.say("check_help")),
    wrong.length > 0 && h("div", { class: "summary", part: "summary", role: "group", "aria-labelledby": "wrong" },
      h("strong", { id: "wrong" }, words.say("errors", wrong.length)),
      h("ul", {}, wrong.map(({ page, path, message, question }) => h("li", {},
        h("button", { type: "button", class: "link", onclick: () => change(page, path) },
          `${words.of(question.definition.label)}: ${message}`))))),
    pages.map((page) => [
      h("h3", {}, words.of(page.title)),
      lists(page.questions, words, (path) => change(page.id, path)),
    ]),
    h("form", { noValidate: true, onsubmit: submit },
      declares
        ? h("p", {}, words.say("declare_own"))
        : [h("p", { class: "card" }, words.say("declare")), h("label", { class: "option" }, agree, h("span", {}, words.say("agree")))],
      told,
      doing,
      h("div", { class: "actions" },
        button,
        h("button", { type: "button", part: "button", onclick: () => change(first.pages.at(-1).id) }, words.say("back")))));
}

/** What the hall's newer rules change, a line for each question that a person sees. */
function changes({ changes: told, before }, pages, words) {
  const now = new Map(pages.flatMap((page) => flat(page.questions)).map((shown) => [shown.path, shown]));
  return told.flatMap(({ path, what, value }) => {
    const [old, fresh] = [before.get(path), now.get(path)];
    const shown = fresh ?? old;
    if (!shown || !isShown(shown)) return [];
    const was = old?.display || words.say("nothing");
    // A core of an older engine evaluates as before: then what the hall told counts.
    const known = what === "value" && fresh?.display === old?.display ? read(value, shown.definition.format, words) : fresh?.display;
    const is = known || words.say("nothing");
    const computed = shown.definition.kind === "computed";
    const said = what === "value" ? words.say("confirm_value", was, is)
      : what === "shown" && computed ? words.say("confirm_now", is) : words.say(`confirm_${what}`, is);
    return [`${words.of(shown.definition.label)}: ${said}`];
  });
}

/** A computed value as a person reads it, where the core did not compute it. */
function read(value, format, words) {
  if (value === undefined || value === null) return "";
  if (format === "date") return words.day(value);
  if (format === "money") return words.say("yuan", Number(value).toLocaleString("en", { minimumFractionDigits: 2 }));
  return format === "percent" ? `${value}%` : `${value}`;
}

/** Questions and answers in lists, those of a section below its heading. */
function lists(list, words, change, level = 4) {
  const nodes = [];
  let open;
  for (const shown of list) {
    if (shown.definition.kind === "section") {
      open = undefined;
      const inner = lists(shown.questions, words, change, level + 1);
      if (inner.length > 0) nodes.push(h(`h${level}`, { part: "section" }, words.of(shown.definition.label)), ...inner);
    } else if (isShown(shown)) {
      if (!open) nodes.push((open = h("dl", { class: "answers" })));
      open.append(...answers([shown], words, change));
    }
  }
  return nodes;
}

/** Questions and answers; those of rows after their group, in sections or not. */
function answers(list, words, change) {
  return list.flatMap((shown) => {
    if (shown.definition.kind === "section") return answers(shown.questions, words, change);
    if (!isShown(shown)) return [];
    const label = words.of(shown.definition.label);
    const isGroup = shown.definition.kind === "group";
    const own = h("div", {},
      h("dt", {}, label),
      h("dd", {}, isGroup ? shown.rows.map((row) => row.title).filter(Boolean).join(", ") || words.say("nothing") : shown.display || words.say("nothing")),
      shown.definition.kind !== "computed" && h("dd", { class: "change" },
        h("button", { type: "button", class: "link", "aria-label": words.say("change", label), onclick: () => change(shown.path) }, words.say("change", ""))));
    return [own, ...shown.rows.flatMap((row) => answers(row.questions, words, change))];
  });
}

const isShown = ({ definition }) => !["note", "section"].includes(definition.kind) && !(definition.kind === "computed" && definition.format === "hidden");
