import type { FastifyRequest } from "fastify"
import type { CloudState } from "../state.ts"
import type { Caller } from "./tokens.ts"

/** What every route of the identity service works with. */
export interface IdentityContext {
  readonly state: CloudState
  /** Address of the service. */
  readonly base: () => string
  readonly caller: (request: FastifyRequest) => Caller
  /** Returns the caller. @throws Refusal 403 unless it is an administrator; it names the action as Keystone's policy does */
  readonly admin: (request: FastifyRequest, action: string) => Caller
  /** A list in Keystone's form. */
  readonly list: (request: FastifyRequest, name: string, rows: readonly object[]) => object
}
