/** Returns the name of a value's type as Python's messages have it. */
export function pythonType(input: unknown): string {
  if (input === null || input === undefined) return "NoneType"
  if (Array.isArray(input)) return "list"
  if (typeof input === "number") return Number.isInteger(input) ? "int" : "float"
  return { string: "str", boolean: "bool", object: "dict" }[typeof input as string] ?? typeof input
}

/** Prints a container without its content, which may be too deep to print. */
function shallowText(input: unknown): string {
  if (typeof input !== "object" || input === null) return String(input)
  const inside = Object.keys(input).length > 0 ? "…" : ""
  return Array.isArray(input) ? `[${inside}]` : `{${inside}}`
}

/** Returns a value as Python prints it into a message, cut to 100 characters. */
export function pythonText(input: unknown): string {
  if (typeof input === "boolean") return input ? "True" : "False"
  const text = typeof input === "string" ? input : shallowText(input)
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}
