import { apiErrors } from "../api-error.ts"
import { textJson } from "../models/rows.ts"
import { readBody } from "./body.ts"
import { mapping, storedMappings } from "./create-request.ts"
import { objectField, optional, required, textField } from "./fields.ts"

const errorFields = {
  error_message: optional(
    textField({ maxLength: 100_000, blank: true, description: "Only staff may change it." }),
  ),
  error_traceback: optional(
    textField({ maxLength: 1_000_000, blank: true, description: "Only staff may change it." }),
  ),
} as const

/** Body of PUT. */
export const updateRequest = objectField(
  { mappings: required(mapping), ...errorFields },
  { title: "MigrationDetailsRequest", description: "The record of the request." },
)

/** Body of PATCH. */
export const patchRequest = objectField(
  { mappings: optional(mapping), ...errorFields },
  {
    title: "PatchedMigrationDetailsRequest",
    description: "Changes to the record of the request.",
  },
)

/**
 * Reads the body of PUT or PATCH and returns the changes to the migration's row. Names of fields that cannot be
 * changed are ignored.
 * @throws ApiError 400
 */
export function readUpdate(
  body: unknown,
  { partial, staff }: { readonly partial: boolean; readonly staff: boolean },
): { mappings?: string; error_message?: string; error_traceback?: string } {
  const field = partial ? patchRequest : updateRequest
  const parsed = field.parse(readBody(field, body))
  if ("errors" in parsed) throw apiErrors.invalid(parsed.errors)
  const { mappings, error_message, error_traceback } = parsed.value
  return {
    ...(mappings !== undefined && { mappings: textJson(storedMappings(mappings)) }),
    ...(staff && error_message !== undefined && { error_message }),
    ...(staff && error_traceback !== undefined && { error_traceback }),
  }
}
