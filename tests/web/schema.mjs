// schema.mjs -- does a value keep to a schema of OpenAPI 3.0?  As much of it as src/serve/openapi.json uses; a word that
// is not known here is an error, so nothing goes unchecked.
const known = new Set(
  ("type properties required items enum nullable additionalProperties oneOf anyOf allOf minLength maxLength minimum maximum " +
    "minItems maxItems pattern format description default example $ref title").split(" "),
);
const typeOf = (v) => (v === null ? "null" : Array.isArray(v) ? "array" : Number.isInteger(v) ? "integer" : typeof v);

/** What is wrong with `value`, as texts with their place; [] when nothing is. root: the whole description. */
export function wrongOf(root, schema, value, at = "") {
  if (schema.$ref) return wrongOf(root, follow(root, schema.$ref), value, at);
  for (const word of Object.keys(schema)) if (!known.has(word) && !word.startsWith("x-")) return [`${at}: the schema's word ${word} is not known`];
  if (value === null && schema.nullable) return [];
  const any = schema.oneOf ?? schema.anyOf;
  if (any) {
    const all = any.map((s) => wrongOf(root, s, value, at));
    return all.some((w) => !w.length) ? [] : [`${at}: none of ${any.length} ways: ${all.flat().slice(0, 3).join("; ")}`];
  }
  const wrong = (schema.allOf ?? []).flatMap((s) => wrongOf(root, s, value, at));
  const type = typeOf(value);
  if (schema.type && type !== schema.type && !(schema.type === "number" && type === "integer")) return [...wrong, `${at}: ${type}, not ${schema.type}`];
  if (schema.enum && !schema.enum.includes(value)) wrong.push(`${at}: ${JSON.stringify(value)} is none of ${schema.enum}`);
  if (type === "string" && value.length < (schema.minLength ?? 0)) wrong.push(`${at}: too short`);
  if (schema.minimum !== undefined && value < schema.minimum) wrong.push(`${at}: ${value} is below ${schema.minimum}`);
  if (schema.maximum !== undefined && value > schema.maximum) wrong.push(`${at}: ${value} is above ${schema.maximum}`);
  if (type === "array" && schema.items) value.forEach((v, i) => wrong.push(...wrongOf(root, schema.items, v, `${at}[${i}]`)));
  if (type === "object") wrong.push(...wrongMembers(root, schema, value, at));
  return wrong;
}

function wrongMembers(root, schema, value, at) {
  const wrong = (schema.required ?? []).filter((name) => !(name in value)).map((name) => `${at}.${name} is missing`);
  for (const [name, v] of Object.entries(value)) {
    const of = schema.properties?.[name] ?? schema.additionalProperties;
    if (of === false) wrong.push(`${at}.${name} is not described`);
    else if (of && of !== true) wrong.push(...wrongOf(root, of, v, `${at}.${name}`));
  }
  return wrong;
}

export function follow(root, ref) {
  return ref.split("/").slice(1).reduce((o, part) => o[part], root);
}
