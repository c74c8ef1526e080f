// A control for each kind of question. A control is made once and then told what changed, so that typing is never
// interrupted: `make(shown, form)` gives `{ node, update(shown), focus() }`.
import { arrange, attribute, h, text } from "./dom.js";
import { field, fieldset, radios, relabel, showFault } from "./field.js";
import { addressControl, listControl, personControl, rangeControl, regionControl, signatureControl } from "./kinds.js";
import { materialControl } from "./material.js";

/** How many options stand side by side before they go into a list. */
const MOST_RADIOS = 7;

const INPUTS = {
  text: {},
  number: { inputmode: "decimal", class: "short" },
  money: { inputmode: "decimal", class: "short" },
  phone: { type: "tel", inputmode: "tel", class: "short" },
  email: { type: "email", inputmode: "email" },
  citizen_id: { autocapitalize: "characters", spellcheck: "false" },
  organisation_code: { autocapitalize: "characters", spellcheck: "false" },
  bank_card: { inputmode: "numeric" },
};

/** Fills by which a browser may help, by where the hall takes its own first value from. */
const AUTOCOMPLETE = { "person.name": "name", "person.phone": "tel" };

const MAKERS = {
  long_text: (shown, form) => typed(shown, form, h("textarea", { rows: 4 })),
  date: (shown, form) => pickedControl(shown, form, "date"),
  time: (shown, form) => pickedControl(shown, form, "time"),
  date_range: (shown, form) => rangeControl(shown, form),
  yes_no: (shown, form) => yesNo(shown, form),
  choice: (shown, form) => (shown.options.length > MOST_RADIOS ? selectControl(shown, form) : choice(shown, form, false)),
  choices: (shown, form) => choice(shown, form, true),
  address: (shown, form) => addressControl(shown, form),
  list_choice: (shown, form) => listControl(shown, form),
  region: (shown, form) => regionControl(shown, form),
  person: (shown, form) => personControl(shown, form),
  signature: (shown, form) => signatureControl(shown, form),
  material: (shown, form) => materialControl(shown, form),
  declaration: (shown, form) => declaration(shown, form),
  computed: (shown, form) => computed(shown, form),
  note: (shown, form) => note(shown, form),
  section: (shown, form, level) => sectionControl(shown, form, level),
  group: (shown, form, level) => groupControl(shown, form, level),
};

/** The level of the headings below that of a page. */
const FIRST_LEVEL = 3;

/** The controls of a list of questions, kept from one look to the next. */
export class Questions {
  #known = new Map();

  /** `level` is that of the headings among them: of sections and of rows. */
  constructor(form, level = FIRST_LEVEL) {
    this.form = form;
    this.level = Math.min(level, 6);
    this.node = h("div", {});
  }

  update(list) {
    const here = new Set(list.map((shown) => shown.path));
    for (const path of [...this.#known.keys()]) if (!here.has(path)) this.#known.delete(path);
    const nodes = list.map((shown) => {
      let control = this.#known.get(shown.path);
      if (!control) {
        const make = MAKERS[shown.definition.kind] ?? ((one, form) => typed(one, form, h("input", INPUTS[one.definition.kind] ?? {})));
        control = make(shown, this.form, this.level);
        this.#known.set(shown.path, control);
      }
      control.update(shown);
      return control.node;
    });
    arrange(this.node, nodes);
  }

  /** Leads to the control of a path, wherever it is. */
  focus(path) {
    for (const [own, control] of this.#known) {
      if (own === path) {
        control.focus();
        return true;
      }
      if ((control.isSection || path.startsWith(`${own}/`)) && control.focusWithin?.(path)) return true;
    }
    return false;
  }
}

/** Everything that is wrong on a list of questions, sections and rows included. */
export function faults(list) {
  return list.flatMap((shown) => [
    ...shown.errors.map((error) => ({ ...error, path: shown.path, question: shown })),
    ...faults(shown.questions ?? []),
    ...shown.rows.flatMap((row) => faults(row.questions)),
  ]);
}

/** What every control shows of its question: label, hint, and what is wrong once somebody was there. */
export function dress(control, shown, form) {
  const { words } = form;
  const { definition } = shown;
  const label = words.of(definition.label) + (shown.required || definition.kind === "group" ? "" : words.say("optional"));
  const help = control.ownHint?.(shown) ?? words.of(definition.help);
  relabel(control, label, [source(shown.prefilled, words), help].filter(Boolean).join(" · "));
  const told = shown.errors.find((error) => form.tells(shown.path, error.code));
  showFault(control, told?.message);
}

/** Where an answer comes from, while it is as the hall filled it in. */
function source(prefilled, words) {
  const name = prefilled && words.of(prefilled.item_name ?? prefilled.name);
  return prefilled && words.say(`from_${prefilled.kind}`, name);
}

function typed(shown, form, input) {
  const { path, definition } = shown;
  const money = definition.kind === "money";
  const unit = money ? form.words.say("yuan", "").trim() : form.words.of(definition.unit);
  attribute(input, "autocomplete", AUTOCOMPLETE[definition.prefill] ?? "off");
  const tell = (event) => !event.isComposing && form.type(path, input.value);
  input.addEventListener("input", tell);
  input.addEventListener("compositionend", tell);
  input.addEventListener("blur", () => form.left(path));
  const beside = unit ? h("div", { class: "unit" }, input, h("span", { id: `q-${path}-unit` }, unit)) : undefined;
  const control = field({ id: path, label: "", hint: "", input, beside });
  if (definition.mask) {
    const example = definition.mask.replace(/\\(.)|9|[A*]/g, (sign, itself) => itself ?? (sign === "9" ? "0" : "A"));
    control.ownHint = (now) => [form.words.of(now.definition.help), form.words.say("format", example)].filter(Boolean).join(" ");
  }
  control.update = (now) => {
    dress(control, now, form);
    attribute(input, "required", now.required);
    // What is being typed stays as it is typed; it is tidied up when it is left.
    const busy = input.getRootNode().activeElement === input || form.isWaiting(path);
    const value = now.value == null ? "" : String(now.value);
    if (!busy && input.value !== value) input.value = value;
  };
  return control;
}

/** A day or a time, by the browser's own field. */
function pickedControl(shown, form, type) {
  const { path } = shown;
  const input = h("input", { type, class: "short" });
  input.addEventListener("input", () => form.change(path, input.value || null));
  input.addEventListener("blur", () => form.left(path));
  const control = field({ id: path, label: "", hint: "", input });
  control.update = (now) => {
    dress(control, now, form);
    attribute(input, "required", now.required);
    const busy = input.getRootNode().activeElement === input;
    if (!busy && input.value !== (now.value ?? "")) input.value = now.value ?? "";
  };
  return control;
}

function choice(shown, form, many) {
  const { path } = shown;
  const onchange = (values) => {
    form.change(path, many ? (values.length > 0 ? values : null) : values[0] ?? null);
    form.left(path);
  };
  const control = radios({ id: path, label: "", many, onchange });
  control.update = (now) => {
    dress(control, now, form);
    const values = many ? now.value ?? [] : [now.value];
    if (!form.isWaiting(path)) control.choose(offered(now, form.words), values);
  };
  return control;
}

const offered = (shown, words) =>
  shown.options.map((option) => ({ value: option.value, label: words.of(option.label), hint: words.of(option.help) }));

function selectControl(shown, form) {
  const { path } = shown;
  const input = h("select", {});
  input.addEventListener("change", () => {
    form.change(path, input.value || null);
    form.left(path);
  });
  const control = field({ id: path, label: "", hint: "", input });
  const known = new Map([["", h("option", { value: "" })]]);
  control.update = (now) => {
    dress(control, now, form);
    attribute(input, "required", now.required);
    text(known.get(""), form.words.say("choose"));
    for (const { value, label } of offered(now, form.words)) {
      if (!known.has(value)) known.set(value, h("option", { value }));
      text(known.get(value), label);
    }
    arrange(input, [known.get(""), ...now.options.map((option) => known.get(option.value))]);
    if (!form.isWaiting(path)) input.value = now.value ?? "";
  };
  return control;
}

function yesNo(shown, form) {
  const { path } = shown;
  const onchange = ([value]) => {
    form.change(path, value === "true");
    form.left(path);
  };
  const control = radios({ id: path, label: "", onchange });
  control.update = (now) => {
    dress(control, now, form);
    const options = [
      { value: "true", label: form.words.say("yes") },
      { value: "false", label: form.words.say("no") },
    ];
    if (!form.isWaiting(path)) control.choose(options, [String(now.value)]);
  };
  return control;
}

function declaration(shown, form) {
  const { path } = shown;
  const input = h("input", { type: "checkbox", id: `q-${path}` });
  input.addEventListener("change", () => {
    form.change(path, input.checked ? true : null);
    form.left(path);
  });
  const statement = h("p", { class: "card", id: `q-${path}-statement` });
  const label = h("span", {});
  const hint = h("p", { class: "hint", id: `q-${path}-hint`, hidden: true });
  const error = h("p", { class: "error", id: `q-${path}-error`, part: "error", hidden: true });
  const node = h("div", { class: "field", part: "field" }, statement, hint, error, h("label", { class: "option" }, input, label));
  const control = { node, input, label, hint, error, focus: () => input.focus() };
  control.update = (now) => {
    text(statement, form.words.of(now.definition.statement));
    dress(control, now, form);
    attribute(input, "aria-describedby", `${statement.id}${error.hidden ? "" : ` ${error.id}`}`);
    if (!form.isWaiting(path)) input.checked = now.value === true;
  };
  return control;
}

function computed(shown, form) {
  const label = h("p", { class: "label" });
  const output = h("output", {});
  const hint = h("p", { class: "hint" });
  const node = h("div", { class: "field", part: "field" }, label, hint, output);
  return {
    node,
    focus: () => {},
    update: (now) => {
      node.hidden = now.definition.format === "hidden";
      text(label, form.words.of(now.definition.label));
      text(hint, form.words.of(now.definition.help));
      hint.hidden = !hint.textContent;
      text(output, now.display || form.words.say("unknown"));
    },
  };
}

function note(shown, form) {
  const label = h("strong", {});
  const help = h("span", {});
  const node = h("p", { class: shown.definition.tone === "plain" || !shown.definition.tone ? "soft" : "notice", part: "note" }, label, " ", help);
  const update = (now) => {
    text(label, form.words.of(now.definition.label));
    text(help, form.words.of(now.definition.help));
  };
  return { node, update, focus: () => {} };
}

/** Questions under a heading of their own: a fieldset, whose legend is heard with each of them. */
function sectionControl(shown, form, level) {
  const questions = new Questions(form, level + 1);
  const title = h(`h${level}`, {});
  const help = h("p", { class: "hint", id: `q-${shown.path}-hint` });
  const node = h("fieldset", { class: "section", part: "section", id: `q-${shown.path}` }, h("legend", {}, title), help, questions.node);
  const update = (now) => {
    text(title, form.words.of(now.definition.label));
    text(help, form.words.of(now.definition.help));
    help.hidden = !help.textContent;
    attribute(node, "aria-describedby", help.hidden ? null : help.id);
    questions.update(now.questions);
  };
  return { node, update, isSection: true, focus: () => {}, focusWithin: (path) => questions.focus(path) };
}

/** These questions and those of the sections among them. */
const asked = (list) => list.flatMap((shown) => (shown.questions ? asked(shown.questions) : [shown]));

function groupControl(shown, form, level) {
  const { path } = shown;
  const rows = new Map();
  const list = h("div", {});
  const add = h("button", { type: "button", part: "button" });
  const control = fieldset({ id: path, label: "", hint: "", body: [list, add] });
  let now = shown;
  const what = () => form.words.of(now.definition.row_label);
  const ids = () => now.rows.map((row) => row.id);

  add.addEventListener("click", async () => {
    const id = `r${crypto.getRandomValues(new Uint32Array(1))[0].toString(36)}`;
    form.change(path, [...ids(), id]);
    await form.settled();
    rows.get(id)?.node.querySelector("input, select, textarea, button")?.focus();
  });

  const row = (id) => {
    const title = h(`h${level}`, { class: "row", id: `q-${path}/${id}-title`, tabindex: "-1" });
    const questions = new Questions(form, level + 1);
    const remove = h("button", { type: "button", class: "link" });
    const sure = h("div", { class: "notice", hidden: true });
    const node = h("div", { class: "card", role: "group", "aria-labelledby": title.id, part: "row" }, title, questions.node, remove, sure);
    const take = async () => {
      const name = title.textContent;
      form.change(path, ids().filter((other) => other !== id));
      // What was entered for it goes as well.
      for (const question of asked(now.rows.find((one) => one.id === id)?.questions ?? [])) form.change(question.path, null);
      await form.settled();
      form.say(form.words.say("removed", name));
      add.focus();
    };
    const ask = (open) => {
      sure.hidden = !open;
      remove.hidden = open;
      if (open) {
        const yes = h("button", { type: "button", onclick: take }, remove.textContent);
        const no = h("button", { type: "button", class: "link", onclick: () => (ask(false), remove.focus()) }, form.words.say("cancel"));
        sure.replaceChildren(h("p", {}, form.words.say("remove_ask", title.textContent)), yes, no);
        yes.focus();
      }
    };
    remove.addEventListener("click", () => ask(true));
    const update = (one, number) => {
      const name = one.title || form.words.say("row", what(), number);
      text(title, name);
      text(remove, form.words.say("remove", name));
      questions.update(one.questions);
    };
    return { node, questions, update };
  };

  control.update = (next) => {
    now = next;
    dress(control, now, form);
    text(add, form.words.say("add", what()));
    add.hidden = now.rows.length >= (now.definition.max_rows ?? 50);
    for (const id of [...rows.keys()]) if (!ids().includes(id)) rows.delete(id);
    now.rows.forEach((one, at) => {
      if (!rows.has(one.id)) rows.set(one.id, row(one.id));
      rows.get(one.id).update(one, at + 1);
    });
    arrange(list, now.rows.map((one) => rows.get(one.id).node));
  };
  control.focus = () => add.focus();
  control.focusWithin = (inner) => [...rows.values()].some((one) => one.questions.focus(inner));
  return control;
}
