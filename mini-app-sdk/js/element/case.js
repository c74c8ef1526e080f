// A case: the receipt where it was just submitted, then where it stands, live, and what its citizen can do.
import { h, text } from "./dom.js";
import { field, radios, showFault } from "./field.js";

export async function caseScreen(context, { id, receipt }) {
  const { hall, words, signal, offset } = context;
  const standing = h("div", { part: "progress" });
  const doing = h("div", { part: "actions" });
  let shown;
  let can;

  const draw = (view) => {
    const before = shown;
    shown = view;
    standing.replaceChildren(...stands(context, view));
    if (before && before.version !== view.version) context.say(words.say("moved_on", words.of(view.status.step_name)));
    // What is being written is not thrown away by a step that changes nothing here.
    const now = [...view.can, Boolean(view.rating)].join();
    if (now !== can) {
      can = now;
      doing.replaceChildren(...actions(context, () => shown, draw));
    }
  };
  draw(await hall.progress.get(id, { signal }));

  const read = () => hall.progress.get(id, { signal }).then(draw, (error) => signal.aborted || context.refused(error));
  signal.addEventListener("abort", hall.progress.onChange((changed) => (changed === undefined || changed === id) && read()));

  return h("section", { part: "case" },
    h("h2", { tabindex: "-1", part: "heading" }, receipt ? words.say("receipt") : words.of(shown.item_name)),
    h("div", { class: receipt ? "good" : "card", part: "receipt" },
      h("dl", { class: "facts" },
        h("dt", {}, words.say("number")), h("dd", { class: "number" }, shown.number),
        h("dt", {}, words.say("submitted_at")), h("dd", {}, words.moment(shown.submitted_at, offset)))),
    h("h3", {}, words.say("progress")),
    standing,
    doing,
    h("div", { class: "actions" }, h("button", { type: "button", part: "button", onclick: () => context.show("guide") }, words.say("guide"))));
}

function stands(context, view) {
  const { words, offset, baseUrl, hall, signal } = context;
  const { status, supplement, result } = view;
  const facts = [
    status.due && [words.say("due"), words.day(status.due)],
    status.promised_until && [words.say("promised"), words.day(status.promised_until)],
    result?.document_number && [words.say("document"), result.document_number],
    result?.reason && [words.say("reason"), result.reason],
  ].filter(Boolean);
  const told = h("p", { class: "error", role: "alert", hidden: true });
  const download = async () => {
    try {
      const file = await hall.progress.file(result.file.id, { signal });
      const url = URL.createObjectURL(file);
      h("a", { href: url, download: file.name }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    } catch (error) {
      if (signal.aborted) return;
      context.refused(error);
      text(told, error.message);
      told.hidden = false;
    }
  };
  const step = (event) => h("li", {},
    h("strong", {}, words.of(event.step_name)), " ",
    h("span", { class: "soft" }, words.moment(event.at, offset)),
    event.reason && h("div", {}, event.reason));
  return [
    h("p", { class: "number", part: "status" }, words.of(status.step_name)),
    h("p", {}, words.of(status.next)),
    status.clock_paused && h("p", { class: "soft" }, words.say("paused")),
    facts.length > 0 && h("dl", { class: "facts" }, facts.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
    supplement && h("div", { class: "notice" },
      h("p", {}, words.say("supplement")),
      h("ul", {}, supplement.items.map((item) => h("li", {}, item.reason))),
      supplement.note && h("p", {}, supplement.note),
      h("a", { class: "target", href: `${baseUrl}/matters/${view.id}/supplement`, target: "_blank", rel: "noopener" }, words.say("supplement_where"))),
    result?.file && h("p", {}, h("button", { type: "button", part: "button", onclick: download }, words.say("download", result.file.name)), told),
    h("h3", {}, words.say("history")),
    h("ol", { class: "history", reversed: true }, [...view.history].reverse().map(step)),
  ].filter(Boolean);
}

function actions(context, shown, draw) {
  const { words } = context;
  const view = shown();
  return [
    view.can.includes("rate") && rating(context, shown, draw),
    view.rating && h("p", { class: "good", role: "status" }, words.say("rated")),
    view.can.includes("withdraw") && withdrawal(context, shown, draw),
  ].filter(Boolean);
}

function rating(context, shown, draw) {
  const { words, hall, signal } = context;
  const options = [5, 4, 3, 2, 1].map((stars) => ({ value: String(stars), label: words.say(`stars_${stars}`) }));
  const control = radios({ id: "stars", label: words.say("rate_how"), options });
  const comment = field({ id: "comment", label: words.say("rate_comment"), input: h("textarea", { maxlength: "500", rows: 3 }) });
  const send = async (event) => {
    event.preventDefault();
    const chosen = control.node.querySelector("input:checked");
    if (!chosen) return showFault(control, words.say("rate_choose"), true);
    try {
      draw(await hall.progress.rate(shown().id, { stars: Number(chosen.value), comment: comment.input.value.trim() }, { signal }));
    } catch (error) {
      if (signal.aborted) return;
      context.refused(error);
      showFault(control, error.message, true);
    }
  };
  return h("form", { noValidate: true, onsubmit: send, part: "rating" },
    h("h3", {}, words.say("rate")), control.node, comment.node,
    h("button", { class: "primary", part: "button", type: "submit" }, words.say("rate_send")));
}

function withdrawal(context, shown, draw) {
  const { words, hall, signal } = context;
  const reason = field({ id: "reason", label: words.say("withdraw_reason"), input: h("input", { maxlength: "200" }) });
  const open = h("button", { type: "button", part: "button", onclick: () => ask(true) }, words.say("withdraw"));
  const yes = async () => {
    try {
      draw(await hall.progress.withdraw(shown().id, { version: shown().version, reason: reason.input.value.trim(), signal }));
    } catch (error) {
      if (signal.aborted) return;
      context.refused(error);
      showFault(reason, error.message, true);
    }
  };
  const sure = h("div", { class: "notice", hidden: true },
    h("p", {}, words.say("withdraw_text")), reason.node,
    h("button", { type: "button", part: "button", onclick: yes }, words.say("withdraw_yes")), " ",
    h("button", { type: "button", class: "link", onclick: () => ask(false) }, words.say("cancel")));
  const ask = (asked) => {
    sure.hidden = !asked;
    open.hidden = asked;
    (asked ? reason.input : open).focus();
  };
  return h("div", { part: "withdrawal" }, open, sure);
}
