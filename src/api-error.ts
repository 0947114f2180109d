import { type ErrorDefinition, ReplicationError, requestErrors } from "./errors.ts"

/** Errors of a body, in the shapes of Django REST framework: texts per field, nested as the body is. */
export type FieldErrors =
  | readonly string[]
  | readonly FieldErrors[]
  | { readonly [field: string]: FieldErrors }

/** Refuses a request. The body of the response is in the words of Waldur and Django REST framework. */
export class ApiError extends ReplicationError {
  override readonly name = "ApiError"
  readonly body: unknown

  constructor(definition: ErrorDefinition, body: unknown) {
    super(definition, JSON.stringify(body))
    this.body = body
  }
}

export const apiErrors = {
  invalid: (errors: FieldErrors) => new ApiError(requestErrors.invalid, errors),
  nonField: (text: string) => new ApiError(requestErrors.invalid, { non_field_errors: [text] }),
  unauthenticated: (text = "Authentication credentials were not provided.") =>
    new ApiError(requestErrors.notAuthenticated, { detail: text }),
  forbidden: () =>
    new ApiError(requestErrors.permissionDenied, {
      detail: "You do not have permission to perform this action.",
    }),
  notFound: (text = "No Migration matches the given query.") =>
    new ApiError(requestErrors.notFound, { detail: text }),
  invalidPage: () => new ApiError(requestErrors.notFound, { detail: "Invalid page." }),
  method: (method: string) =>
    new ApiError(requestErrors.methodNotAllowed, { detail: `Method "${method}" not allowed.` }),
  notAcceptable: () =>
    new ApiError(requestErrors.notAcceptable, { detail: "Could not satisfy the request Accept header." }),
  unsupportedMediaType: (type = "") =>
    new ApiError(requestErrors.unsupportedMediaType, {
      detail: `Unsupported media type "${type}" in request.`,
    }),
  parseError: (text: string) => new ApiError(requestErrors.parseError, { detail: text }),
  throttled: (seconds: number) =>
    new ApiError(requestErrors.throttled, {
      detail: `Request was throttled. Expected available in ${seconds} second${seconds === 1 ? "" : "s"}.`,
    }),
  tooManyStreams: (max: number) =>
    new ApiError(requestErrors.tooManyStreams, {
      detail: `No more than ${max} event streams may be open at a time.`,
    }),
  conflict: (text: string) => new ApiError(requestErrors.wrongState, { detail: text }),
} as const
