// The forms of the benchmark as JSON Schema, in the way that Ajv and React JSON Schema Form document: conditions are
// `if` and `then`, a bound by another answer is `$data`. JSON Schema computes nothing, so computed questions are left out.

export function schema({ pages }) {
  return object(pages.flatMap((page) => page.questions));
}

/** Where the answer of a path stands, as Ajv names it. */
export function pointer(answers, path) {
  const [question, row, inner] = path.split("/");
  return row === undefined ? `/${question}` : `/${question}/${answers[question].indexOf(row)}/${inner}`;
}

function object(questions) {
  const properties = {};
  const required = [];
  const allOf = [];
  for (const question of questions) {
    if (question.kind === "computed") continue;
    const { id, visible_when: visible, required_when: needed } = question;
    // A question under a condition is there only where the condition holds.
    if (visible) allOf.push({ if: condition(visible), then: { properties: { [id]: property(question) } } });
    else properties[id] = property(question);
    if (needed) allOf.push({ if: condition(needed), then: { required: [id] } });
    if (question.required) required.push(id);
  }
  return { type: "object", properties, required, ...(allOf.length > 0 && { allOf }) };
}

function property({ kind, max, valid_when = [], questions }) {
  switch (kind) {
    case "number": {
      // At most as much as another answer beside it.
      const [beside] = valid_when.map(({ rule }) => name(rule["<="][1]));
      const bound = beside && { maximum: { $data: `1/${beside}` } };
      return { type: "integer", allOf: bound ? [{ maximum: max }, bound] : undefined, maximum: bound ? undefined : max };
    }
    case "text":
      return { type: "string", maxLength: 100 };
    case "group":
      return { type: "array", maxItems: 1_000, items: object(questions) };
    default:
      throw new Error(`no translation of the kind ${kind}`);
  }
}

/** A comparison of an answer with a number. An answer that is not there satisfies none. */
function condition(rule) {
  const [[operator, [answer, bound]]] = Object.entries(rule);
  const keyword = { ">": "exclusiveMinimum", "<": "exclusiveMaximum" }[operator];
  if (!keyword) throw new Error(`no translation of the operator ${operator}`);
  return { properties: { [name(answer)]: { [keyword]: bound } }, required: [name(answer)] };
}

function name({ var: path }) {
  return path.replace(/^row\./, "");
}
