import { isDeepStrictEqual } from "node:util"

interface Parts {
  readonly paths?: object
  readonly components?: object
}

interface Operation {
  readonly requestBody?: { readonly description?: string; readonly required?: boolean }
}

/** Turns the document of @fastify/swagger into one that clients can be generated from. */
export function polish<Document extends Parts>(document: Document): Document {
  const schemas = new Map<string, unknown>()
  const paths = Object.entries(document.paths ?? {}).map(([path, operations]) => {
    const polished = Object.entries(operations as Readonly<Record<string, Operation>>).map(
      ([method, operation]) => [method, nameSchemas(withBody(method, operation), schemas)],
    )
    return [path, Object.fromEntries(polished)]
  })
  const sorted = [...schemas].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return {
    ...document,
    paths: Object.fromEntries(paths),
    components: { ...document.components, schemas: Object.fromEntries(sorted) },
  }
}

/** Makes the body of PATCH optional, and removes the description that repeats that of its schema. */
function withBody(method: string, operation: Operation): Operation {
  if (operation.requestBody === undefined) return operation
  const { description: _, ...requestBody } = operation.requestBody
  return { ...operation, requestBody: { ...requestBody, required: method !== "patch" } }
}

/** Moves schemas with a title into the components and replaces them by references. */
function nameSchemas(value: unknown, schemas: Map<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map((item) => nameSchemas(item, schemas))
  if (typeof value !== "object" || value === null) return value
  const entries = Object.entries(value).map(([key, member]) => [
    key,
    // Examples are data, even where they look like a schema.
    key === "example" || key === "examples" ? member : nameSchemas(member, schemas),
  ])
  const copy: Readonly<Record<string, unknown>> = Object.fromEntries(entries)
  const { title } = copy
  if (typeof title !== "string") return copy
  if (schemas.has(title) && !isDeepStrictEqual(schemas.get(title), copy)) {
    throw new Error(`Two different schemas of the API have the title ${title}.`)
  }
  schemas.set(title, copy)
  return { $ref: `#/components/schemas/${title}` }
}
