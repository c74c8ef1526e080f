// React JSON Schema Form: what its `Form` does with the answers at each key before React sees anything of it. It resolves
// the conditions, keeps the resolved schema where it is the same, and has the answers checked against it.
import { createSchemaUtils, deepEquals } from "@rjsf/utils";
import { customizeValidator } from "@rjsf/validator-ajv8";

import { answered, nested, place } from "../form.mjs";
import { schema } from "../schema.mjs";

export const name = "RJSF";

export function load({ definition, answers, typed, watched }) {
  const root = schema(definition);
  const validator = customizeValidator({ ajvOptionsOverrides: { $data: true } });
  const utils = createSchemaUtils(validator, root);
  let data = nested(definition, answers);
  const [, field] = place(data, answers, typed);
  const [group, row] = typed.split("/");
  const at = row === undefined ? -1 : answers[group].indexOf(row);
  let resolved;
  const reading = answered(definition, watched).map((path) => {
    const [question, row, inner] = path.split("/");
    return [path, row === undefined ? [question] : [question, `${answers[question].indexOf(row)}`, inner]];
  });
  return {
    key(value) {
      // React's state: a new object along the way to what changed, all else as it was.
      data =
        at < 0
          ? { ...data, [field]: value }
          : { ...data, [group]: data[group].map((one, index) => (index === at ? { ...one, [field]: value } : one)) };
      const now = utils.retrieveSchema(root, data);
      if (!deepEquals(now, resolved)) resolved = now;
      const { errorSchema } = utils.getValidator().validateFormData(JSON.parse(JSON.stringify(data)), resolved);
      return Object.fromEntries(
        reading.map(([path, steps]) => {
          const found = steps.reduce((inner, step) => inner?.[step], errorSchema);
          const wrong = (found?.__errors?.length ?? 0) > 0;
          // Of a row it is resolved when the row is drawn.
          const inRow = steps.length > 1;
          const [id] = steps;
          return [path, inRow ? { wrong } : { wrong, shown: id in resolved.properties, required: resolved.required.includes(id) }];
        }),
      );
    },
  };
}
