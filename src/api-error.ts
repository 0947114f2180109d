import { ReplicationError } from "./errors.ts"

/** Errors of a body, in the shapes of Django REST framework: texts per field, nested as the body is. */
export type FieldErrors =
  | readonly string[]
  | readonly FieldErrors[]
  | { readonly [field: string]: FieldErrors }

/** An answer that refuses a request: its status and its body, as Waldur's clients read them. */
export class ApiError extends ReplicationError {
  override readonly name = "ApiError"
  readonly body: unknown

  constructor(status: number, body: unknown) {
    super("API", status, "no", JSON.stringify(body))
    this.body = body
  }
}

export const apiErrors = {
  invalid: (errors: FieldErrors) => new ApiError(400, errors),
  nonField: (text: string) => new ApiError(400, { non_field_errors: [text] }),
  unauthenticated: (text = "Authentication credentials were not provided.") =>
    new ApiError(401, { detail: text }),
  forbidden: () => new ApiError(403, { detail: "You do not have permission to perform this action." }),
  notFound: () => new ApiError(404, { detail: "No Migration matches the given query." }),
  invalidPage: () => new ApiError(404, { detail: "Invalid page." }),
  method: (method: string) => new ApiError(405, { detail: `Method "${method}" not allowed.` }),
  // Django REST framework's words.
  throttled: (seconds: number) =>
    new ApiError(429, {
      detail: `Request was throttled. Expected available in ${seconds} second${seconds === 1 ? "" : "s"}.`,
    }),
  tooManyStreams: (most: number) =>
    new ApiError(429, { detail: `No more than ${most} streams of events may be open at a time.` }),
  conflict: (text: string) => new ApiError(409, { detail: text }),
} as const
