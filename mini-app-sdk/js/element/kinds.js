// Controls of answers that have several parts, are looked up, or are drawn.
import { arrange, attribute, h, text } from "./dom.js";
import { fieldset, radios } from "./field.js";
import { dress } from "./questions.js";

/** How long the hands rest before it is looked for what they typed. */
const REST_MS = 200;

/** Numbers as the hall reads them: full-width signs, spaces and hyphens are forgiven. */
const plain = (value) => value.normalize("NFKC").replace(/[\s-]/g, "");

/**
 * Fields that make one answer of named parts. Of each: `part`, the word of its label, its input, how it is read, and
 * whether it is no answer by itself.
 */
export function partsControl(shown, form, fields) {
  const { path } = shown;
  const parts = fields.map(({ part, say = part, input, read = (value) => value.trim(), alone = true }) => {
    input.id = `q-${path}-${part}`;
    const label = h("label", { htmlFor: input.id });
    input.addEventListener("input", (event) => !event.isComposing && tell());
    input.addEventListener("compositionend", () => tell());
    return { part, say, input, label, read, alone, node: h("p", {}, label, input) };
  });
  const tell = () => {
    const value = Object.fromEntries(parts.map(({ part, input, read }) => [part, read(input.value)]));
    form.change(path, parts.some(({ part, alone }) => alone && value[part]) ? value : null);
  };
  const control = fieldset({ id: path, label: "", hint: "", body: parts.map(({ node }) => node) });
  // One leaves them when one leaves all of them.
  control.node.addEventListener("focusout", (event) => control.node.contains(event.relatedTarget) || form.left(path));
  control.update = (now) => {
    dress(control, now, form);
    for (const { part, say, input, label, alone } of parts) {
      text(label, form.words.say(say));
      attribute(input, "required", now.required);
      attribute(input, "aria-invalid", control.error.hidden ? null : "true");
      const busy = control.node.contains(input.getRootNode().activeElement) || form.isWaiting(path);
      const value = now.value?.[part] ?? (alone ? "" : input.value);
      if (!busy && input.value !== value) input.value = value;
    }
  };
  return control;
}

export const addressControl = (shown, form) => partsControl(shown, form, [
  { part: "region", input: h("input", { autocomplete: "address-level2" }) },
  { part: "detail", input: h("input", { autocomplete: "street-address" }) },
]);

export const rangeControl = (shown, form) => partsControl(shown, form, [
  { part: "from", input: h("input", { type: "date", class: "short" }) },
  { part: "to", input: h("input", { type: "date", class: "short" }) },
]);

export function personControl(shown, form) {
  const { id_types: types = ["citizen_id"], phone } = shown.definition;
  const kinds = h("select", {}, types.map((type) => h("option", { value: type })));
  const off = { autocomplete: "off" };
  const control = partsControl(shown, form, [
    { part: "name", say: "person_name", input: h("input", off) },
    { part: "id_type", input: kinds, alone: false },
    { part: "id_number", input: h("input", { ...off, autocapitalize: "characters", spellcheck: "false" }), read: (value) => plain(value).toUpperCase() },
    ...(phone ? [{ part: "phone", input: h("input", { ...off, type: "tel", inputmode: "tel", class: "short" }), read: plain }] : []),
  ]);
  kinds.parentNode.hidden = types.length < 2;
  const { update } = control;
  control.update = (now) => {
    for (const option of kinds.options) text(option, form.words.say(option.value));
    update(now);
  };
  return control;
}

const ask = ({ hall, signal }, list, looked) => hall.catalog.list(list, { ...looked, signal });

/** One entry of a list of the hall: what is typed brings up what fits, as radio buttons. */
export function listControl(shown, form) {
  const { path, definition } = shown;
  const { words } = form;
  const search = h("input", { type: "search", id: `q-${path}-search`, autocomplete: "off" });
  const label = h("label", { htmlFor: search.id });
  const said = h("p", { class: "hint", role: "status" });
  let found = [];
  let timer;
  let now = shown;
  const control = radios({
    id: path,
    label: "",
    onchange: ([code]) => {
      const entry = found.find((one) => one.code === code);
      if (entry) form.change(path, { code, label: entry.label });
      form.left(path);
    },
  });
  control.node.lastChild.before(h("p", {}, label, search), said);
  const look = async () => {
    const query = search.value.trim();
    text(said, query && words.say("loading"));
    try {
      const { entries, more } = query ? await ask(form, definition.list, { query }) : { entries: [] };
      if (search.value.trim() !== query) return;
      found = entries.slice(0, 20);
      text(said, query && words.say(found.length === 0 ? "list_nothing" : more || entries.length > 20 ? "list_more" : "list_found", found.length));
      control.update(now);
    } catch (error) {
      text(said, error.message);
    }
  };
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, REST_MS);
  });
  // Here it chooses; it does not send the page.
  search.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  control.update = (next) => {
    now = next;
    dress(control, now, form);
    text(label, words.say("list_search"));
    const { value } = now;
    const offered = [...(value ? [value] : []), ...found.filter(({ code }) => code !== value?.code)];
    control.choose(offered.map(({ code, label: name, whole }) => ({ value: code, label: words.of(whole ?? name), hint: code })), [value?.code]);
  };
  return control;
}

/** A region: a list for each level, the next one when the one above is chosen. */
export function regionControl(shown, form) {
  const { path, definition } = shown;
  const { list = "regions", depth } = definition;
  const { words } = form;
  const chosen = h("p", { role: "status" });
  const body = h("div", {});
  const said = h("p", { class: "bad", role: "status" });
  const control = fieldset({ id: path, label: "", hint: "", body: [chosen, body, said] });
  const levels = [];
  const choose = (at, entry) => {
    for (const { node } of levels.splice(at + 1)) node.remove();
    const whole = entry && (entry.leaf || at + 1 === depth);
    form.change(path, whole ? { code: entry.code, label: entry.whole ?? entry.label } : null);
    if (whole) form.left(path);
    else if (entry) add(entry.code);
  };
  const add = async (parent = null) => {
    const at = levels.length;
    const input = h("select", { id: `q-${path}-${at}` }, h("option", { value: "" }));
    const label = h("label", { htmlFor: input.id });
    const level = { input, label, node: h("p", {}, label, input), entries: [] };
    input.addEventListener("change", () => choose(at, level.entries.find(({ code }) => code === input.value)));
    levels.push(level);
    try {
      level.entries = (await ask(form, list, { parent })).entries;
      if (levels[at] !== level) return;
      text(said, "");
      input.append(...level.entries.map(({ code }) => h("option", { value: code })));
      name();
      body.append(level.node);
      if (at > 0) input.focus();
    } catch (error) {
      text(said, error.message);
      levels.pop();
      const again = h("button", { type: "button", class: "link", onclick: () => add(parent) }, words.say("retry"));
      said.append(" ", again);
    }
  };
  const name = () => levels.forEach(({ input, label, entries }, at) => {
    text(label, words.say(`region_${Math.min(at, 4)}`));
    [words.say("choose"), ...entries.map((entry) => words.of(entry.label))].forEach((one, nth) => input.options[nth] && text(input.options[nth], one));
  });
  control.update = (now) => {
    dress(control, now, form);
    text(chosen, now.display);
    chosen.hidden = !now.display;
    name();
    for (const { input } of levels) attribute(input, "aria-invalid", control.error.hidden ? null : "true");
  };
  add();
  return control;
}

/** A signature: drawn with a pointer, or a name that is typed by who cannot draw. */
export function signatureControl(shown, form) {
  const { path } = shown;
  const { words } = form;
  const svg = (tag, attributes) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    return node;
  };
  const ink = svg("path", {});
  const pad = svg("svg", { viewBox: "0 0 600 200", class: "pad", role: "img" });
  pad.append(ink);
  const clear = h("button", { type: "button", onclick: () => form.change(path, null) });
  const input = h("input", { id: `q-${path}-typed`, autocomplete: "name" });
  const label = h("label", { htmlFor: input.id });
  const control = fieldset({ id: path, label: "", hint: "", body: [pad, clear, h("p", {}, label, input)] });
  control.focus = () => input.focus();
  control.ownHint = (now) => words.of(now.definition.help) || words.say("sign_hint");
  let strokes = [];
  let pen;
  const draw = () => ink.setAttribute("d", strokes.map((one) => `M${one.join(" ")}`).join(""));
  const point = ({ clientX, clientY }) => {
    const { left, top, width, height } = pad.getBoundingClientRect();
    const on = (at, length, most) => Math.min(most, Math.max(0, Math.round((at / length) * most)));
    return [on(clientX - left, width, 600), on(clientY - top, height, 200)];
  };
  const to = (event) => {
    const stroke = strokes.at(-1);
    const [x, y] = point(event);
    // As much as an answer may hold: four characters for a number, three for a stroke.
    const full = strokes.reduce((sum, one) => sum + 3 + 4 * one.length, 24) > 16_384;
    const near = stroke.length > 0 && Math.hypot(x - stroke.at(-2), y - stroke.at(-1)) < 4;
    if (!full && !near) stroke.push(x, y);
    draw();
  };
  pad.addEventListener("pointerdown", (event) => {
    if (pen !== undefined || event.button !== 0) return;
    event.preventDefault();
    pen = event.pointerId;
    pad.setPointerCapture(pen);
    strokes = [...strokes, []];
    to(event);
  });
  pad.addEventListener("pointermove", (event) => event.pointerId === pen && to(event));
  const lift = (event) => {
    if (event.pointerId !== pen) return;
    pen = undefined;
    form.change(path, { strokes: strokes.filter((one) => one.length > 0) });
    form.left(path);
  };
  pad.addEventListener("pointerup", lift);
  pad.addEventListener("pointercancel", lift);
  input.addEventListener("input", (event) => event.isComposing || name());
  input.addEventListener("compositionend", () => name());
  input.addEventListener("blur", () => form.left(path));
  const name = () => form.change(path, input.value.trim() ? { typed: input.value.trim() } : null);
  control.update = (now) => {
    dress(control, now, form);
    text(label, words.say("sign_typed"));
    text(clear, words.say("sign_clear"));
    const waits = form.isWaiting(path);
    if (pen === undefined && !waits) {
      strokes = now.value?.strokes ?? [];
      draw();
    }
    const drawn = strokes.length > 0;
    clear.hidden = !drawn;
    pad.setAttribute("aria-label", words.say(drawn ? "sign_done" : "sign_empty"));
    if (input.getRootNode().activeElement !== input && !waits) input.value = now.value?.typed ?? "";
  };
  return control;
}
