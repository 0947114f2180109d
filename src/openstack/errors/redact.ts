const MAX_CHARACTERS = 1_000
const secretKey = /password|passwd|secret|token/i

/** Returns passwords and the like of a request body. Keystone repeats a value that it finds invalid. */
export function secretsIn(body: unknown): string[] {
  if (typeof body !== "object" || body === null) return []
  return Object.entries(body).flatMap(([key, value]) =>
    typeof value === "string" ? (secretKey.test(key) && value !== "" ? [value] : []) : secretsIn(value),
  )
}

/** Returns a cloud's words as one line of limited length, without the secrets. */
export function redact(words: string, secrets: readonly string[]): string {
  const line = words.replace(/\s+/g, " ").trim()
  const clean = [...secrets]
    .sort((a, b) => b.length - a.length)
    .reduce((text, secret) => text.replaceAll(secret, "***"), line)
  return clean.length <= MAX_CHARACTERS ? clean : `${clean.slice(0, MAX_CHARACTERS - 1)}…`
}
