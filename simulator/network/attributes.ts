import type { Caller } from "../identity/tokens.ts"
import { badRequest, disallowed } from "./refusals.ts"

/** How one member of a request is read. `initial` is its value where a creation does not set it. */
export interface Attribute<T> {
  readonly check: (name: string, value: unknown) => T
  readonly initial: T
  readonly required: boolean
  readonly post: boolean
  readonly put: boolean
  /** It has a policy rule: "admin" allows administrators only, "any" only appears in refusals. */
  readonly rule: "admin" | "any" | undefined
}

interface Traits {
  readonly post?: boolean
  readonly put?: boolean
  readonly rule?: "admin" | "any"
}

type Check<T> = (name: string, value: unknown) => T

const make = <T>(check: Check<T>, initial: T, required: boolean, traits: Traits): Attribute<T> => ({
  check,
  initial,
  required,
  post: traits.post ?? true,
  put: traits.put ?? true,
  rule: traits.rule,
})

export const optional = <T>(check: Check<T>, initial: T, traits: Traits = {}): Attribute<T> =>
  make(check, initial, false, traits)

export const required = <T>(check: Check<T>, traits: Traits = {}): Attribute<T | undefined> =>
  make<T | undefined>(check, undefined, true, traits)

/** An attribute that is undefined where it is not set. */
export const maybe = <T>(check: Check<T>, traits: Traits = {}): Attribute<T | undefined> =>
  make<T | undefined>(check, undefined, false, traits)

export type Attributes = Readonly<Record<string, Attribute<unknown>>>

export type Given<A extends Attributes> = {
  readonly [K in keyof A]: A[K] extends Attribute<infer T> ? T : never
}

export interface Kind {
  readonly member: string
  readonly attributes: Attributes
  /** Members of a response that no request may contain. */
  readonly readOnly: readonly string[]
}

const own = ["project_id", "tenant_id"]

/** Neutron lists unknown names in any order. */
function checkNames(kind: Kind, body: Record<string, unknown>): void {
  const unknown = Object.keys(body).filter(
    (name) => !(name in kind.attributes) && !kind.readOnly.includes(name) && !own.includes(name),
  )
  if (unknown.length > 0) throw badRequest(`Unrecognized attribute(s) '${unknown.join(", ")}'`)
}

export function readCreation(kind: Kind, body: Record<string, unknown>): Record<string, unknown> {
  checkNames(kind, body)
  for (const name of Object.keys(body))
    if (kind.readOnly.includes(name) || kind.attributes[name]?.post === false)
      throw badRequest(`Attribute '${name}' not allowed in POST`)
  const entries = Object.entries(kind.attributes)
  for (const [name, attribute] of entries)
    if (attribute.required && body[name] === undefined)
      throw badRequest(`Failed to parse request. Required attribute '${name}' not specified`)
  return Object.fromEntries(
    entries.map(([name, attribute]) => [
      name,
      body[name] === undefined ? attribute.initial : attribute.check(name, body[name]),
    ]),
  )
}

export function readUpdate(kind: Kind, body: Record<string, unknown>): Record<string, unknown> {
  checkNames(kind, body)
  for (const name of Object.keys(body)) {
    if (own.includes(name)) throw badRequest("Cannot update read-only attribute tenant_id")
    if (kind.readOnly.includes(name) || kind.attributes[name]?.put === false)
      throw badRequest(`Cannot update read-only attribute ${name}`)
  }
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name, kind.attributes[name]?.check(name, value)]),
  )
}

/** Refuses attributes that only an administrator may set, with the chain of rules as Neutron's policy has it. */
export function checkPolicy(caller: Caller, action: string, kind: Kind, body: Record<string, unknown>): void {
  const rule = `rule:${action}_${kind.member}`
  const ruled = Object.keys(kind.attributes).filter((name) => name in body && kind.attributes[name]?.rule)
  if (caller.isAdmin || !ruled.some((name) => kind.attributes[name]?.rule === "admin")) return
  throw disallowed(ruled.reduce((chain, name) => `(${chain} and ${rule}:${name})`, rule))
}
