import { Writable } from "node:stream"
import type { FastifyServerOptions } from "fastify"

/** One line of pino. */
export interface LogLine {
  readonly level: number
  readonly msg: string
  readonly [field: string]: unknown
}

/** pino's levels. */
export const level = { debug: 20, info: 30, warn: 40, error: 50 } as const

/** Returns a logger for a host, and the lines that it has logged, from level debug on. */
export function keptLog(): {
  readonly logger: FastifyServerOptions["logger"]
  readonly lines: () => readonly LogLine[]
  readonly text: () => string
} {
  let text = ""
  const stream = new Writable({
    write(chunk, _, done) {
      text += String(chunk)
      done()
    },
  })
  return {
    logger: { level: "debug", stream },
    text: () => text,
    lines: () =>
      text
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line)),
  }
}
