import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js"

/** A document, or a part of one. */
export type Json = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

/** Returns the part of a document that a local reference points to. */
export function resolve(document: Json, reference: string): unknown {
  if (!reference.startsWith("#/")) return undefined
  let found: unknown = document
  for (const part of reference.slice(2).split("/")) found = isObject(found) ? found[part] : undefined
  return found
}

/**
 * Returns why a value does not match a schema of the document. A keyword that JSON Schema does not have is a fault, and so
 * is a property that the schema does not name.
 * @param more whether other properties are allowed, as for the published clients, which ignore them
 */
export function faultsOf(
  value: unknown,
  schema: unknown,
  document: Json,
  more: "refused" | "allowed" = "refused",
): readonly string[] {
  if (!isObject(schema)) return ["no schema"]
  try {
    const validate = compile(schema, document, more)
    return validate(value) ? [] : (validate.errors ?? []).map(faultText)
  } catch (error) {
    return [String(error)]
  }
}

const uuid = /^[0-9a-f]{32}$|^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/
const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/

type Validator = ReturnType<Ajv2020["compile"]>

/** Compiled schemas by document and text: a validator is used for many responses. */
const compiled = new WeakMap<Json, Map<string, Validator>>()

function compile(schema: Json, document: Json, more: "refused" | "allowed"): Validator {
  const known = compiled.get(document) ?? new Map<string, Validator>()
  compiled.set(document, known)
  const key = `${more} ${JSON.stringify(schema)}`
  const found = known.get(key)
  if (found !== undefined) return found
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, validateFormats: true })
  ajv.addFormat("uuid", uuid)
  ajv.addFormat("date-time", dateTime)
  // References are to `#/components/schemas/…`: each schema is compiled with the document's components beside it.
  ajv.addKeyword("components")
  const whole: Json = { ...schema, components: document.components ?? {} }
  const validate = ajv.compile((more === "refused" ? closed(whole) : whole) as Json)
  known.set(key, validate)
  return validate
}

/** Returns a copy of a schema in which every object with named properties refuses other properties. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (!isObject(schema)) return schema
  const copy = Object.fromEntries(
    Object.entries(schema).map(([name, value]) => [
      name,
      name === "examples" || name === "default" ? value : closed(value),
    ]),
  )
  return isObject(schema.properties) && schema.additionalProperties === undefined
    ? { ...copy, additionalProperties: false }
    : copy
}

function faultText({ instancePath, message = "", params }: ErrorObject): string {
  return `${instancePath || "value"} ${message} ${JSON.stringify(params)}`
}
