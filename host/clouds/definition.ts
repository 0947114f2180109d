/** A cloud as clouds.yaml describes it. Every scalar is read as text: a password 0123 is not a number. */
export type Definition = Readonly<Record<string, unknown>>

export interface NamedDefinition {
  readonly name: string
  readonly definition: Definition
  /** Where it was read from, for messages. */
  readonly origin: string
}

export function isMapping(value: unknown): value is Definition {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
