import { faultsOf, isObject, type Json, resolve } from "./json-schema.ts"

/** Fields of OpenAPI 3.1's objects: the required ones, and the optional ones that this API uses. */
const objects = {
  document: {
    required: ["openapi", "info", "paths"],
    optional: ["servers", "components", "security", "tags"],
  },
  info: { required: ["title", "version"], optional: ["summary", "description", "license"] },
  operation: {
    required: ["operationId", "summary", "tags", "responses"],
    optional: ["description", "parameters", "requestBody", "deprecated", "security"],
  },
  parameter: { required: ["name", "in", "schema"], optional: ["required", "description"] },
  body: { required: ["content"], optional: ["required", "description"] },
  response: { required: ["description"], optional: ["headers", "content"] },
  header: { required: ["schema"], optional: ["description"] },
  media: { required: ["schema"], optional: ["examples"] },
  example: { required: ["value"], optional: ["summary"] },
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

/** Returns all local references of a document. */
function referencesOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(referencesOf)
  if (!isObject(value)) return []
  const own = typeof value.$ref === "string" ? [value.$ref] : []
  return [...own, ...Object.values(value).flatMap(referencesOf)]
}

/** Returns how a document violates the rules of OpenAPI 3.1. */
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
      .map((name) => `${name} is not a valid name`),
    ...securityFaults(document, document.security, "document"),
    ...operationsOf(document).flatMap((operation) => operationFaults(document, operation)),
  ]
}

function fieldFaults(kind: keyof typeof objects, value: unknown, way: string): readonly string[] {
  if (!isObject(value)) return [`${way} is not an object`]
  const required: readonly string[] = objects[kind].required
  const known = [...required, ...objects[kind].optional]
  return [
    ...required.filter((name) => value[name] === undefined).map((name) => `${way} has no ${name}`),
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
    .map((name) => `${way} requires the unknown scheme ${name}`)
}

function operationFaults(document: Json, { method, path, tags, value }: Operation): readonly string[] {
  const way = `${method} ${path}`
  const parameters = (value.parameters ?? []) as readonly Json[]
  const inPath = parameters.filter((one) => one.in === "path" && one.required === true).map((one) => one.name)
  const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
  const declared = (document.tags as readonly Json[]).map(({ name }) => name)
  const responses = Object.entries(part(value, "responses"))
  return [
    ...fieldFaults("operation", value, way),
    ...(path.startsWith("/") && methods.includes(method.toLowerCase()) ? [] : [`${way} is not an operation`]),
    ...(named.join() === inPath.join() ? [] : [`${way} has other parameters than its path`]),
    ...tags.filter((tag) => !declared.includes(tag)).map((tag) => `${way} has unknown tag ${tag}`),
    ...securityFaults(document, value.security, way),
    ...parameters.flatMap((one) => fieldFaults("parameter", one, `${way} ${one.name}`)),
    ...(value.requestBody === undefined ? [] : fieldFaults("body", value.requestBody, `${way} body`)),
    ...contentFaults(document, value.requestBody, `${way} body`),
    ...(responses.length > 0 ? [] : [`${way} has no response`]),
    ...responses.flatMap(([status, response]) => responseFaults(document, response, `${way} ${status}`)),
  ]
}

function responseFaults(document: Json, response: unknown, way: string): readonly string[] {
  const headers = Object.entries(part(response, "headers"))
  return [
    ...(/ [1-5]\d\d$/.test(way) ? [] : [`${way} is not a status`]),
    ...fieldFaults("response", response, way),
    ...headers.flatMap(([name, header]) => fieldFaults("header", header, `${way} ${name}`)),
    ...contentFaults(document, response, way),
  ]
}

/** Examples are part of the contract: each must match its schema. */
function contentFaults(document: Json, owner: unknown, way: string): readonly string[] {
  return Object.entries(part(owner, "content")).flatMap(([type, media]) => [
    ...fieldFaults("media", media, `${way} ${type}`),
    ...Object.entries(part(media, "examples")).flatMap(([name, example]) => [
      ...fieldFaults("example", example, `${way} ${name}`),
      ...faultsOf(part(example).value, part(media).schema, document).map(
        (fault) => `${way} ${name}: ${fault}`,
      ),
    ]),
  ])
}
