// json-logic-js: every rule of the form, at each key. It has rules and nothing else: no types of answers, no order in which
// what is computed hangs together (the definition's own order does here), no word on which rule reads what.
import jsonLogic from "json-logic-js";

import { nested, place } from "../form.mjs";

export const name = "json-logic-js";

export function load({ definition, answers, typed, watched }) {
  const data = nested(definition, answers);
  const [object, field] = place(data, answers, typed);
  const rules = definition.pages.flatMap((page) => page.questions).flatMap((question) => rulesOf(question));
  const states = new Map();
  const state = (path) => {
    if (!states.has(path)) states.set(path, { shown: true, required: false, wrong: false, computed: undefined });
    return states.get(path);
  };
  const reading = watched.map((path) => [path, state(path)]);

  /** Decides one question with `answers` around it and its own answers in `own`. */
  function decide({ id, path, visible, required, valid, computed }, around, own) {
    const here = state(path);
    if (computed) here.computed = own[id] = jsonLogic.apply(computed, around);
    if (visible) here.shown = jsonLogic.apply(visible, around);
    if (required) here.required = jsonLogic.apply(required, around);
    here.wrong = here.required && own[id] === undefined;
    for (const rule of valid) here.wrong ||= !jsonLogic.apply(rule, around);
  }

  // Where each rule is asked: at the top, or in each row. Found once, as is what the paths are.
  const asked = rules.flatMap((rule) => {
    if (!rule.group) return [[{ ...rule, path: rule.id }, data, data]];
    return answers[rule.group].map((row, at) => {
      const own = data[rule.group][at];
      return [{ ...rule, path: `${rule.group}/${row}/${rule.id}` }, { row: own }, own];
    });
  });
  return {
    key(value) {
      object[field] = value;
      for (const [rule, around, own] of asked) decide(rule, around, own);
      return Object.fromEntries(reading.map(([path, now]) => [path, { ...now }]));
    },
  };
}

function rulesOf({ id, kind, questions, visible_when, required_when, valid_when = [], value }, group) {
  if (kind === "group") return questions.flatMap((question) => rulesOf(question, id));
  const rules = {
    id,
    group,
    visible: visible_when,
    required: required_when,
    valid: valid_when.map(({ rule }) => rule),
    computed: value && plain(value),
  };
  return rules.visible || rules.required || rules.valid.length > 0 || rules.computed ? [rules] : [];
}

/** `sum` is no operator of JsonLogic's: there it is a `reduce`. */
function plain(rule) {
  if (!rule.sum) return rule;
  const [list, each] = rule.sum;
  return { reduce: [list, { "+": [{ var: `current.${each.var}` }, { var: "accumulator" }] }, 0] };
}
