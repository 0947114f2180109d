/** A document, or a part of one. */
export type Json = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

/** What a local reference points to. */
export function resolve(document: Json, reference: string): unknown {
  if (!reference.startsWith("#/")) return undefined
  let found: unknown = document
  for (const part of reference.slice(2).split("/")) found = isObject(found) ? found[part] : undefined
  return found
}

type Check = (value: unknown, wanted: unknown, way: string, document: Json) => readonly string[]

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  null: (value) => value === null,
  boolean: (value) => typeof value === "boolean",
  number: (value) => typeof value === "number",
  integer: (value) => Number.isInteger(value),
  string: (value) => typeof value === "string",
  array: Array.isArray,
  object: isObject,
}

const formats: Readonly<Record<string, RegExp>> = {
  uuid: /^[0-9a-f]{32}$|^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/,
  "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
}

function rule(holds: (value: unknown, wanted: unknown) => boolean): Check {
  return (value, wanted, way) =>
    holds(value, wanted) ? [] : [`${way}: ${JSON.stringify(value)} against ${JSON.stringify(wanted)}`]
}

/** JSON Schema's keywords, as far as this API's document uses them. */
const keywords: Readonly<Record<string, Check>> = {
  $ref: (value, reference, way, document) =>
    faultsOf(value, resolve(document, String(reference)), document, way),
  type: rule((value, wanted) => types[String(wanted)]?.(value) ?? false),
  enum: rule((value, wanted) => (wanted as readonly unknown[]).includes(value)),
  const: rule((value, wanted) => value === wanted),
  format: rule((value, wanted) => formats[String(wanted)]?.test(String(value)) ?? false),
  minimum: rule((value, least) => Number(value) >= Number(least)),
  maximum: rule((value, most) => Number(value) <= Number(most)),
  minLength: rule((value, least) => String(value).length >= Number(least)),
  maxLength: rule((value, most) => String(value).length <= Number(most)),
  required: (value, names, way) =>
    (names as readonly string[])
      .filter((name) => isObject(value) && !(name in value))
      .map((name) => `${way}.${name}: absent`),
  properties: (value, properties, way, document) =>
    Object.entries(properties as Json).flatMap(([name, schema]) =>
      isObject(value) && name in value ? faultsOf(value[name], schema, document, `${way}.${name}`) : [],
    ),
  // Objects of this API have either named properties or any, so there is no need to subtract.
  additionalProperties: (value, schema, way, document) =>
    Object.entries(isObject(value) ? value : {}).flatMap(([name, one]) =>
      faultsOf(one, schema, document, `${way}.${name}`),
    ),
  items: (value, schema, way, document) =>
    (Array.isArray(value) ? value : []).flatMap((one, index) =>
      faultsOf(one, schema, document, `${way}[${index}]`),
    ),
  anyOf: (value, choices, way, document) => {
    const all = (choices as readonly unknown[]).map((schema) => faultsOf(value, schema, document, way))
    return all.some((faults) => faults.length === 0) ? [] : all.flat()
  },
}

const annotations = ["title", "description", "default", "examples", "readOnly"]

/** Why a value does not fit a schema of the document; a keyword that is not known here is a fault too. */
export function faultsOf(value: unknown, schema: unknown, document: Json, way = "value"): readonly string[] {
  if (!isObject(schema)) return [`${way}: no schema`]
  return Object.entries(schema).flatMap(([keyword, wanted]) => {
    if (annotations.includes(keyword)) return []
    return keywords[keyword]?.(value, wanted, way, document) ?? [`${way}: unknown keyword ${keyword}`]
  })
}
