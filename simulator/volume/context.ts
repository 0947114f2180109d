import type { FastifyRequest } from "fastify"
import type { Caller } from "../identity/tokens.ts"
import type { CloudState } from "../state.ts"

/** What every route of the volume service works with. */
export interface VolumeContext {
  readonly state: CloudState
  /** Returns the caller. @throws Refusal where the project in the path is not the token's */
  readonly caller: (request: FastifyRequest) => Caller
}
