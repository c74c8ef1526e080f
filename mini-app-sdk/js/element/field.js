// A field: label, hint, error and input, bound to one another for whoever does not see them together.
import { arrange, attribute, h, text } from "./dom.js";

/** One input with its label. */
export function field({ id, label, hint, input, beside }) {
  input.id = `q-${id}`;
  const parts = {
    label: h("label", { htmlFor: input.id }, label),
    hint: h("p", { class: "hint", id: `q-${id}-hint`, hidden: !hint }, hint ?? ""),
    error: h("p", { class: "error", id: `q-${id}-error`, part: "error", hidden: true }),
  };
  const node = h("div", { class: "field", part: "field" }, parts.label, parts.hint, parts.error, beside ?? input);
  return describe({ node, ...parts, input, focus: () => input.focus() });
}

/** Several inputs under one legend. */
export function fieldset({ id, label, hint, body }) {
  const parts = {
    label: h("legend", {}, label),
    hint: h("p", { class: "hint", id: `q-${id}-hint`, hidden: !hint }, hint ?? ""),
    error: h("p", { class: "error", id: `q-${id}-error`, part: "error", hidden: true }),
  };
  const node = h("fieldset", { class: "field", part: "field", id: `q-${id}` }, parts.label, parts.hint, parts.error, body);
  return describe({ node, ...parts, input: node, focus: () => node.querySelector("input, select, textarea, button")?.focus() });
}

/** Says what is wrong with a field, or that nothing is; with `focus`, leads there. */
export function showFault(control, message, focus = false) {
  text(control.error, message ?? "");
  control.error.hidden = !message;
  control.node.classList.toggle("wrong", Boolean(message));
  describe(control);
  if (focus && message) control.focus();
}

/** Changes what a field says of itself. */
export function relabel(control, label, hint) {
  text(control.label, label);
  text(control.hint, hint ?? "");
  control.hint.hidden = !hint;
  describe(control);
}

function describe(control) {
  const told = [control.hint, control.error].filter((part) => !part.hidden).map((part) => part.id);
  attribute(control.input, "aria-describedby", told.join(" ") || null);
  // A group of radio buttons has no such state of its own.
  if (control.input.tagName !== "FIELDSET") attribute(control.input, "aria-invalid", control.error.hidden ? null : "true");
  return control;
}

/** Radio buttons; with `many`, check boxes. `choose(options, chosen)` changes what is offered and what is chosen. */
export function radios({ id, label, hint, options = [], many = false, onchange }) {
  const body = h("div", {});
  const control = fieldset({ id, label, hint, body });
  const known = new Map();
  const option = (value) => {
    const input = h("input", { type: many ? "checkbox" : "radio", name: `q-${id}`, value, onchange: () => onchange?.(chosen()) });
    const words = h("span", {});
    const help = h("span", { class: "hint" });
    return { input, words, help, node: h("label", { class: "option" }, input, h("span", {}, words, help)) };
  };
  const chosen = () => [...body.querySelectorAll("input:checked")].map((input) => input.value);
  control.choose = (offered, values) => {
    for (const { value, label: words, hint: help } of offered) {
      if (!known.has(value)) known.set(value, option(value));
      const one = known.get(value);
      text(one.words, words);
      text(one.help, help ?? "");
      one.help.hidden = !help;
      one.input.checked = values.includes(value);
    }
    arrange(body, offered.map(({ value }) => known.get(value).node));
  };
  control.choose(options, []);
  return control;
}
