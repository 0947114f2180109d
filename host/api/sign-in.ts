import type { FastifyInstance, FastifyRequest } from "fastify"
import { apiErrors, type FieldErrors } from "../../src/api-error.ts"
import { LoginAttempts } from "./login-attempts.ts"
import { isPassword } from "./passwords.ts"
import type { Api } from "./reading.ts"

interface SignIn {
  readonly username: string
  readonly password: string
}

const token = { type: "object", properties: { token: { type: "string" } } } as const
const signIn = {
  type: "object",
  properties: { username: { type: "string" }, password: { type: "string" } },
  required: ["username", "password"],
} as const

/** The schema is for the documentation only: the checks are below, in Waldur's words. */
const documented = {
  schema: {
    tags: ["marketplace"],
    operationId: "api_auth_password",
    summary: "Sign in with a password",
    description: "The response has the token with which other requests are sent.",
    security: [],
    body: signIn,
    response: { 200: { description: "The user's token.", ...token } },
  },
  validatorCompiler: () => () => true,
}

/** Serves Waldur's sign-in with a password. The response has the user's token, with which other requests are sent. */
export function serveSignIn(app: FastifyInstance, { db }: Pick<Api, "db">): void {
  const attempts = new LoginAttempts()
  app.post("/api-auth/password/", documented, async (request: FastifyRequest) => {
    const { username, password } = readSignIn(request.body)
    if (attempts.areTooMany(username))
      throw apiErrors.unauthenticated("Username is locked out. Try in 10 minutes.")
    const user = await db
      .selectFrom("core_user")
      .innerJoin("authtoken_token as token", "token.user_id", "core_user.id")
      .select(["core_user.password", "token.key"])
      .where("core_user.username", "=", username)
      .where("core_user.is_active", "=", true)
      .executeTakeFirst()
    if (user === undefined || !(await isPassword(password, user.password))) {
      attempts.failed(username)
      throw apiErrors.unauthenticated("Invalid username/password.")
    }
    attempts.succeeded(username)
    return { token: user.key }
  })
}

/** @throws ApiError 400 */
function readSignIn(body: unknown): SignIn {
  const given = typeof body === "object" && body !== null ? (body as Readonly<Record<string, unknown>>) : {}
  const errors: Record<string, FieldErrors> = {}
  const read = (name: keyof SignIn): string => {
    const value = given[name]
    if (value === undefined) errors[name] = ["This field is required."]
    else if (typeof value !== "string" || value.includes("\0")) errors[name] = ["Not a valid string."]
    else if (value === "") errors[name] = ["This field may not be blank."]
    return typeof value === "string" ? value : ""
  }
  const signIn = { username: read("username"), password: read("password") }
  if (Object.keys(errors).length > 0) throw apiErrors.invalid(errors)
  return signIn
}
