import { faultsOf, isObject, type Json, resolve } from "./json-schema.ts"

/** Fields of OpenAPI 3.1's objects: those that have to be there, and those that may. */
const objects = {
  document: { must: ["openapi", "info", "paths"], may: ["servers", "components", "security", "tags"] },
  info: { must: ["title", "version"], may: ["summary", "description", "license"] },
  operation: {
    must: ["operationId", "summary", "tags", "responses"],
    may: ["description", "parameters", "requestBody", "deprecated", "security"],
  },
  parameter: { must: ["name", "in", "schema"], may: ["required", "description"] },
  body: { must: ["content"], may: ["required", "description"] },
  response: { must: ["description"], may: ["headers", "content"] },
  header: { must: ["schema"], may: ["description"] },
  media: { must: ["schema"], may: ["examples"] },
  example: { must: ["value"], may: ["summary"] },
} as const

const methods = ["get", "head", "post", "put", "patch", "delete"]

export interface Operation {
  readonly method: string
  readonly path: string
  readonly id: string
  readonly tags: readonly string[]
  readonly value: Json
}

export function part(value: unknown, ...names: readonly string[]): Json {
  const found = names.reduce<unknown>((one, name) => (isObject(one) ? one[name] : undefined), value)
  return isObject(found) ? found : {}
}

export function operationsOf(document: Json): readonly Operation[] {
  return Object.entries(part(document, "paths")).flatMap(([path, item]) =>
    Object.entries(part(item)).map(([method, value]) => ({
      method: method.toUpperCase(),
      path,
      id: String(part(value).operationId),
      tags: part(value).tags as readonly string[],
      value: part(value),
    })),
  )
}

/** Every local reference of the document. */
function referencesOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(referencesOf)
  if (!isObject(value)) return []
  const own = typeof value.$ref === "string" ? [value.$ref] : []
  return [...own, ...Object.values(value).flatMap(referencesOf)]
}

/** What is wrong with a document, by the rules of OpenAPI 3.1. */
export function documentFaults(document: Json): readonly string[] {
  const ids = operationsOf(document).map(({ id }) => id)
  return [
    ...fieldFaults("document", document, "document"),
    ...fieldFaults("info", document.info, "info"),
    ...(/^3\.1\.\d+$/.test(String(document.openapi)) ? [] : ["not OpenAPI 3.1"]),
    ...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `${id} twice`),
    ...referencesOf(document)
      .filter((reference) => resolve(document, reference) === undefined)
      .map((reference) => `${reference} points nowhere`),
    ...Object.keys(part(document, "components", "schemas"))
      .filter((name) => !/^[\w.-]+$/.test(name))
      .map((name) => `${name} is no name`),
    ...securityFaults(document, document.security, "document"),
    ...operationsOf(document).flatMap((operation) => operationFaults(document, operation)),
  ]
}

function fieldFaults(kind: keyof typeof objects, value: unknown, way: string): readonly string[] {
  if (!isObject(value)) return [`${way} is no object`]
  const must: readonly string[] = objects[kind].must
  const known = [...must, ...objects[kind].may]
  return [
    ...must.filter((name) => value[name] === undefined).map((name) => `${way} has no ${name}`),
    ...Object.keys(value)
      .filter((name) => !known.includes(name))
      .map((name) => `${way} has ${name}`),
  ]
}

function securityFaults(document: Json, security: unknown, way: string): readonly string[] {
  const schemes = part(document, "components", "securitySchemes")
  return ((security ?? []) as readonly Json[])
    .flatMap(Object.keys)
    .filter((name) => !(name in schemes))
    .map((name) => `${way} wants ${name}`)
}

function operationFaults(document: Json, { method, path, tags, value }: Operation): readonly string[] {
  const way = `${method} ${path}`
  const parameters = (value.parameters ?? []) as readonly Json[]
  const inPath = parameters.filter((one) => one.in === "path" && one.required === true).map((one) => one.name)
  const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
  const declared = (document.tags as readonly Json[]).map(({ name }) => name)
  const answers = Object.entries(part(value, "responses"))
  return [
    ...fieldFaults("operation", value, way),
    ...(path.startsWith("/") && methods.includes(method.toLowerCase()) ? [] : [`${way} is no operation`]),
    ...(named.join() === inPath.join() ? [] : [`${way} has other parameters than its path`]),
    ...tags.filter((tag) => !declared.includes(tag)).map((tag) => `${way} has unknown tag ${tag}`),
    ...securityFaults(document, value.security, way),
    ...parameters.flatMap((one) => fieldFaults("parameter", one, `${way} ${one.name}`)),
    ...(value.requestBody === undefined ? [] : fieldFaults("body", value.requestBody, `${way} body`)),
    ...contentFaults(document, value.requestBody, `${way} body`),
    ...(answers.length > 0 ? [] : [`${way} has no answer`]),
    ...answers.flatMap(([status, answer]) => answerFaults(document, answer, `${way} ${status}`)),
  ]
}

function answerFaults(document: Json, answer: unknown, way: string): readonly string[] {
  const headers = Object.entries(part(answer, "headers"))
  return [
    ...(/ [1-5]\d\d$/.test(way) ? [] : [`${way} is no status`]),
    ...fieldFaults("response", answer, way),
    ...headers.flatMap(([name, header]) => fieldFaults("header", header, `${way} ${name}`)),
    ...contentFaults(document, answer, way),
  ]
}

/** Examples are part of the document's promise: each has to be of its schema. */
function contentFaults(document: Json, owner: unknown, way: string): readonly string[] {
  return Object.entries(part(owner, "content")).flatMap(([type, media]) => [
    ...fieldFaults("media", media, `${way} ${type}`),
    ...Object.entries(part(media, "examples")).flatMap(([name, example]) => [
      ...fieldFaults("example", example, `${way} ${name}`),
      ...faultsOf(part(example).value, part(media).schema, document, `${way} ${name}`),
    ]),
  ])
}
