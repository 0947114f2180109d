/** Returns the members of an object, or none where the value from the wire is not an object. */
export const record = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {}

export const text = (value: unknown): string => (typeof value === "string" ? value : "")

/** Returns all values of a query parameter, which may be repeated. */
export const allValues = (value: unknown): string[] =>
  Array.isArray(value) ? value.map(String) : value === undefined ? [] : [String(value)]

export const firstValue = (value: unknown): string | undefined => allValues(value)[0]

/** Formats a value as Python does: the services quote values of requests like this. */
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

/** The same, without quotes around a string. */
export const unquoted = (value: unknown): string => (typeof value === "string" ? value : quoted(value))
