// The forms of the benchmark, as others hold their answers.

/** Answers by path as one object, rows as lists of objects. */
export function nested(definition, answers) {
  const one = (questions, prefix) => {
    const object = {};
    for (const { id, kind, questions: inner } of questions) {
      const value = answers[prefix + id];
      if (kind === "group") object[id] = (value ?? []).map((row) => one(inner, `${prefix}${id}/${row}/`));
      else if (value !== undefined) object[id] = value;
    }
    return object;
  };
  return one(
    definition.pages.flatMap((page) => page.questions),
    "",
  );
}

/** Where an answer stands in what `nested` gives: the object and the name in it. */
export function place(data, answers, path) {
  const [question, row, inner] = path.split("/");
  return row === undefined ? [data, question] : [data[question][answers[question].indexOf(row)], inner];
}

/** The paths whose questions are answered, not computed. */
export function answered({ pages }, paths) {
  const top = pages.flatMap((page) => page.questions);
  return paths.filter((path) => {
    const [question, , inner] = path.split("/");
    const found = top.find(({ id }) => id === question);
    return (inner === undefined ? found : found.questions.find(({ id }) => id === inner)).kind !== "computed";
  });
}
