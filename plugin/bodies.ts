import type { FastifyInstance, FastifyRequest } from "fastify"
import { apiErrors } from "../src/api-error.ts"
import { Form } from "../src/serializers/form.ts"
import { pythonJsonError } from "../src/serializers/python-json.ts"
import { decodeUtf8 } from "../src/serializers/python-utf8.ts"

/** Media types of bodies, in Django REST framework's order. */
export const bodyTypes = [
  "application/json",
  "application/x-www-form-urlencoded",
  "multipart/form-data",
] as const

/**
 * Reads the bodies of a scope as Django REST framework does: JSON and forms. An empty body is like an absent one, whatever
 * its media type; another body of another media type is refused.
 */
export function readBodies(scope: FastifyInstance): void {
  const [json, urlencoded, multipart] = bodyTypes
  const parser = (type: string, parse: (bytes: Buffer, request: FastifyRequest) => unknown) =>
    scope.addContentTypeParser(type, { parseAs: "buffer" }, async (request: FastifyRequest, bytes: Buffer) =>
      bytes.length === 0 ? undefined : parse(bytes, request),
    )
  scope.removeAllContentTypeParsers()
  parser(json, parseJson)
  parser(urlencoded, (bytes) => new Form(new URLSearchParams(bytes.toString())))
  parser(multipart, (bytes, { headers }) => parseMultipart(bytes, headers["content-type"] ?? ""))
  scope.addContentTypeParser("*", async ({ headers }: FastifyRequest) => {
    if (headers["content-length"] !== "0") throw apiErrors.unsupportedMediaType(headers["content-type"])
  })
}

/** Members named `__proto__` are kept as any other: fields are read by name, and no field has that name. */
function parseJson(bytes: Buffer): unknown {
  const decoded = decodeUtf8(bytes)
  if ("error" in decoded) throw apiErrors.parseError(`JSON parse error - ${decoded.error}`)
  try {
    return JSON.parse(decoded.text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw apiErrors.parseError(`JSON parse error - ${pythonJsonError(decoded.text) ?? error.message}`)
  }
}

/** A file becomes a value that no field accepts; its content is not kept. */
async function parseMultipart(bytes: Buffer, type: string): Promise<Form> {
  const refuse = (reason: string) => apiErrors.parseError(`Multipart form parse error - ${reason}`)
  if (!/;\s*boundary=/i.test(type)) throw refuse("Invalid boundary in multipart: None")
  const data = await new Response(new Uint8Array(bytes), { headers: { "content-type": type } })
    .formData()
    .catch(() => undefined)
  if (data === undefined) throw refuse("The parts do not fit the boundary, or one has no name.")
  return new Form([...data].map(([name, value]) => [name, typeof value === "string" ? value : {}] as const))
}
