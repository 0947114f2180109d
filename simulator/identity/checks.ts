import { quoted, unquoted } from "../values.ts"
import { malformed } from "./refusals.ts"
import { domain } from "./state.ts"

export function checkRequired(body: Record<string, unknown>, name: string): Record<string, unknown> {
  if (body[name] === undefined) throw malformed(`${quoted(name)} is a required property`)
  return body
}

export function checkName(value: unknown, longest = 64): string {
  if (typeof value !== "string")
    throw malformed(`Invalid input for field 'name': ${quoted(value)} is not of type 'string'`)
  if (value.length > longest) throw malformed(`Invalid input for field 'name': ${quoted(value)} is too long`)
  if (value.length === 0) throw malformed(`Invalid input for field 'name': ${quoted(value)} is too short`)
  return value
}

/** There is only the default domain, which is also the domain of a request without one. */
export function checkDomain(value: unknown): void {
  if (value !== undefined && value !== null && value !== domain.id)
    throw malformed(`Could not find domain: ${unquoted(value)}.`)
}
