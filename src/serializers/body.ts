import { apiErrors } from "../api-error.ts"
import type { ObjectField } from "./fields.ts"
import { Form } from "./form.ts"

type Input = Readonly<Record<string, unknown>>

/**
 * Returns the body of a request as the input of its fields: no body is an empty one, and a form is read by the names of
 * the fields.
 * @throws ApiError 400 for null
 */
export function readBody(field: Pick<ObjectField<never>, "readForm">, body: unknown): unknown {
  if (body === undefined) return {} satisfies Input
  if (body === null) throw apiErrors.nonField("No data provided")
  return body instanceof Form ? field.readForm(body) : body
}
