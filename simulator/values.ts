/** An object's members, or none: what came over the wire has whatever shape it likes. */
export const record = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {}

export const text = (value: unknown): string => (typeof value === "string" ? value : "")

/** A query parameter may be given several times. */
export const many = (value: unknown): string[] =>
  Array.isArray(value) ? value.map(String) : value === undefined ? [] : [String(value)]

export const one = (value: unknown): string | undefined => many(value)[0]

/** Writes a value as Python does in its messages, which is how these services quote what they were given. */
export function quoted(value: unknown): string {
  if (value === null || value === undefined) return "None"
  if (value === true) return "True"
  if (value === false) return "False"
  if (typeof value === "string") return `'${value}'`
  if (Array.isArray(value)) return `[${value.map(quoted).join(", ")}]`
  if (typeof value === "object")
    return `{${Object.entries(value)
      .map(([key, inner]) => `'${key}': ${quoted(inner)}`)
      .join(", ")}}`
  return String(value)
}

/** The same without the quotes of a lone string. */
export const bare = (value: unknown): string => (typeof value === "string" ? value : quoted(value))
