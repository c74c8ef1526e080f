// Who somebody is: a phone number and a code by text message; and for whom they apply.
import { h } from "./dom.js";
import { field, radios, showFault } from "./field.js";

export async function loginScreen(context, place) {
  const { hall, words, signal } = context;
  const heading = () => h("h2", { tabindex: "-1", part: "heading" }, words.say("login"));
  const screen = h("section", { part: "login" });
  const back = () => h("button", { class: "link", type: "button", onclick: () => context.show("guide") }, words.say("back"));

  const attempt = async (button, fault, work) => {
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    try {
      await work();
    } catch (error) {
      if (signal.aborted) return;
      context.refused(error);
      const wait = error.details?.retry_after;
      fault(error.code === "request/too_many" && wait ? words.say("wait", wait) : error.message);
    } finally {
      button.setAttribute("aria-disabled", "false");
    }
  };

  const askPhone = (known = "") => {
    const phone = h("input", { type: "tel", inputmode: "tel", autocomplete: "tel", class: "short", value: known, name: "phone" });
    const control = field({ id: "phone", label: words.say("phone"), hint: words.say("phone_hint"), input: phone });
    const button = h("button", { class: "primary", part: "button", type: "submit" }, words.say("send_code"));
    const fault = (message) => showFault(control, message, true);
    const send = (event) => {
      event.preventDefault();
      if (!phone.value.trim()) return fault(words.say("phone_empty"));
      attempt(button, fault, async () => {
        const sent = await hall.session.requestCode(phone.value, { signal });
        askCode(phone.value, sent);
      });
    };
    screen.replaceChildren(
      heading(),
      h("p", { class: place.again ? "notice" : "" }, words.say(place.again ? "login_again" : "login_text")),
      h("form", { noValidate: true, onsubmit: send }, control.node, h("div", { class: "actions" }, button, back())));
  };

  const askCode = (phone, sent) => {
    const code = h("input", { inputmode: "numeric", autocomplete: "one-time-code", maxlength: "6", class: "short", name: "code" });
    const control = field({ id: "code", label: words.say("code"), hint: words.say("code_hint"), input: code });
    const button = h("button", { class: "primary", part: "button", type: "submit" }, words.say("login"));
    const fault = (message) => showFault(control, message, true);
    const logIn = (event) => {
      event.preventDefault();
      if (!/^\s*\d{6}\s*$/.test(code.value)) return fault(words.say("code_empty"));
      attempt(button, fault, async () => {
        await hall.session.logIn(phone, code.value.trim(), { signal });
        const { name, place: to } = place.then ?? { name: "guide" };
        await context.show(name, to);
      });
    };
    const again = (event) => attempt(event.currentTarget, fault, async () => {
      await hall.session.requestCode(phone, { signal });
      context.say(words.say("code_sent", sent.phone, Math.round(sent.expires_in / 60)));
    });
    screen.replaceChildren(
      heading(),
      h("p", { role: "status" }, words.say("code_sent", sent.phone, Math.round(sent.expires_in / 60))),
      h("form", { noValidate: true, onsubmit: logIn }, control.node,
        h("div", { class: "actions" },
          button,
          h("button", { class: "link", type: "button", onclick: again }, words.say("code_again")),
          h("button", { class: "link", type: "button", onclick: () => { askPhone(phone); screen.querySelector("input").focus(); } }, words.say("other_phone")))));
    code.focus();
  };

  askPhone();
  return screen;
}

/** For whom: asked only where there is a choice. Opens the draft and goes there. */
export async function principalScreen(context) {
  const { hall, item, words, signal } = context;
  const session = context.session();
  if (!session) return context.show("login", { then: { name: "principal", place: {} } });
  const may = session.principals.filter((person) => item.audience.includes(person.kind));
  const open = async (principal) => {
    const draft = await hall.draft.open(item.code, { principal, signal });
    await context.show("fill", { draft: draft.id });
  };
  if (may.length === 0) {
    const companies = item.audience.includes("legal_person");
    return h("section", {},
      h("h2", { tabindex: "-1", part: "heading" }, words.of(item.name)),
      h("p", { class: "notice" }, words.say(companies ? "for_nobody" : "for_nobody_citizen")),
      h("div", { class: "actions" }, h("button", { type: "button", onclick: () => context.show("guide") }, words.say("back"))));
  }
  if (may.length === 1) {
    await open(may[0].id);
    return h("p", { role: "status" }, words.say("opening"));
  }
  const options = may.map((person) => ({
    value: person.id,
    label: words.say(person.id === session.actor.id ? "myself" : "organisation", person.name),
    hint: person.number,
  }));
  const control = radios({ id: "principal", label: words.say("for_whom"), options });
  const go = (event) => {
    event.preventDefault();
    const chosen = control.node.querySelector("input:checked");
    if (!chosen) return showFault(control, words.say("for_whom_choose"), true);
    open(chosen.value).catch((error) => {
      if (signal.aborted) return;
      context.refused(error);
      showFault(control, error.message, true);
    });
  };
  return h("section", {},
    h("h2", { tabindex: "-1", part: "heading" }, words.of(item.name)),
    h("form", { noValidate: true, onsubmit: go }, control.node,
      h("div", { class: "actions" },
        h("button", { class: "primary", part: "button", type: "submit" }, words.say("go")),
        h("button", { class: "link", type: "button", onclick: () => context.show("guide") }, words.say("back")))));
}
