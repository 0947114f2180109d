import { isDeepStrictEqual } from "node:util"

interface Parts {
  readonly paths?: object
  readonly components?: object
}

interface Operation {
  readonly requestBody?: { readonly description?: string; readonly required?: boolean }
}

/** What @fastify/swagger makes, as a document to read and to make clients of. */
export function polish<Document extends Parts>(document: Document): Document {
  const schemas = new Map<string, unknown>()
  const paths = Object.entries(document.paths ?? {}).map(([path, operations]) => {
    const told = Object.entries(operations as Readonly<Record<string, Operation>>).map(
      ([method, operation]) => [method, nameSchemas(withBody(method, operation), schemas)],
    )
    return [path, Object.fromEntries(told)]
  })
  const sorted = [...schemas].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return {
    ...document,
    paths: Object.fromEntries(paths),
    components: { ...document.components, schemas: Object.fromEntries(sorted) },
  }
}

/** A PATCH may come without a body. The body's description is that of its schema: it is told once. */
function withBody(method: string, operation: Operation): Operation {
  if (operation.requestBody === undefined) return operation
  const { description: _, ...requestBody } = operation.requestBody
  return { ...operation, requestBody: { ...requestBody, required: method !== "patch" } }
}

/** Moves schemas that have a title into the components, and refers to them by that name. */
function nameSchemas(value: unknown, schemas: Map<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map((one) => nameSchemas(one, schemas))
  if (typeof value !== "object" || value === null) return value
  const entries = Object.entries(value).map(([key, one]) => [
    key,
    // Examples are data: what looks like a schema in them is none.
    key === "example" || key === "examples" ? one : nameSchemas(one, schemas),
  ])
  const copy: Readonly<Record<string, unknown>> = Object.fromEntries(entries)
  const { title } = copy
  if (typeof title !== "string") return copy
  if (schemas.has(title) && !isDeepStrictEqual(schemas.get(title), copy)) {
    throw new Error(`Two schemas of the API have the title ${title}.`)
  }
  schemas.set(title, copy)
  return { $ref: `#/components/schemas/${title}` }
}
