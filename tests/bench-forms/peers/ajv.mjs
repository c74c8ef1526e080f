// Ajv: the form as a JSON Schema, compiled once, the whole of the answers checked at each key.
import Ajv from "ajv";

import { answered, nested, place } from "../form.mjs";
import { pointer, schema } from "../schema.mjs";

export const name = "Ajv";

export function load({ definition, answers, typed, watched }) {
  const validate = new Ajv({ allErrors: true, $data: true, strict: false }).compile(schema(definition));
  const data = nested(definition, answers);
  const [object, field] = place(data, answers, typed);
  const pointers = answered(definition, watched).map((path) => [path, pointer(answers, path)]);
  return {
    key(value) {
      object[field] = value;
      validate(data);
      const wrong = new Set();
      for (const { instancePath, keyword, params } of validate.errors ?? []) {
        if (keyword !== "if") wrong.add(keyword === "required" ? `${instancePath}/${params.missingProperty}` : instancePath);
      }
      return Object.fromEntries(pointers.map(([path, pointer]) => [path, { wrong: wrong.has(pointer) }]));
    },
  };
}
