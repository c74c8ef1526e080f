// SurveyJS: the form as its model, typed into through the question, as its own user interface does.
import { Model, settings } from "survey-core";

import { nested } from "../form.mjs";

export const name = "SurveyJS";

export function load({ definition, answers, typed, watched }) {
  settings.panel.maxPanelCount = 1_000;
  const model = new Model(translated(definition));
  model.data = nested(definition, answers);
  const at = (path) => {
    const [question, row, inner] = path.split("/");
    const found = model.getQuestionByName(question);
    return row === undefined ? found : found.panels[answers[question].indexOf(row)].getQuestionByName(inner);
  };
  const question = at(typed);
  // What a person has before them: the page, or the row. SurveyJS checks what it is told to check.
  const before = typed.includes("/") ? question.parent : question.page;
  const reading = watched.map((path) => [path, at(path)]);
  return {
    key(value) {
      question.value = value;
      before.validate(true, false);
      return Object.fromEntries(reading.map(([path, question]) => [path, look(question)]));
    },
  };
}

function look(question) {
  const shown = question.isVisible;
  const wrong = shown && question.errors.length > 0;
  const computed = question.getType() === "expression" ? question.value : undefined;
  return { shown, required: question.isRequired, wrong, computed };
}

/** The definition in SurveyJS' own format. */
function translated({ pages }) {
  return { pages: pages.map(({ id, questions }) => ({ name: id, elements: questions.map(element) })) };
}

function element({ id, kind, max, required, required_when, visible_when, valid_when = [], value, questions }) {
  const common = {
    name: id,
    isRequired: required,
    requiredIf: required_when && expression(required_when),
    visibleIf: visible_when && expression(visible_when),
    validators: valid_when.map(({ rule }) => ({ type: "expression", expression: expression(rule), text: "no" })),
  };
  switch (kind) {
    case "number":
      return { type: "text", inputType: "number", max, ...common };
    case "text":
      return { type: "text", maxLength: 100, ...common };
    case "computed":
      return { type: "expression", expression: expression(value), ...common };
    case "group":
      return { type: "paneldynamic", templateElements: questions.map(element), ...common };
    default:
      throw new Error(`no translation of the kind ${kind}`);
  }
}

/** A rule in SurveyJS' language of expressions. */
function expression(rule) {
  if (typeof rule !== "object") return JSON.stringify(rule);
  const [[operator, given]] = Object.entries(rule);
  switch (operator) {
    case "var":
      // What is empty counts as nothing in a sum of SurveyJS': that is the default.
      return `{${(Array.isArray(given) ? given[0] : given).replace(/^row\./, "panel.")}}`;
    case "sum":
      return `sumInArray({${given[0].var}}, '${given[1].var}')`;
    case "+":
    case "*":
    case "<":
    case "<=":
    case ">":
      return `(${given.map(expression).join(` ${operator} `)})`;
    default:
      throw new Error(`no translation of the operator ${operator}`);
  }
}
