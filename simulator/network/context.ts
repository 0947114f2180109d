import type { FastifyRequest } from "fastify"
import type { Caller } from "../identity/tokens.ts"
import type { CloudState } from "../state.ts"

/** What every route of the network service works with. */
export interface NetworkContext {
  readonly state: CloudState
  readonly caller: (request: FastifyRequest) => Caller
}
