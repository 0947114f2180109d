const MESSAGE_MOST = 1_000 // characters
const secretKey = /password|passwd|secret|token/i

/** Passwords and the like within a request body. Keystone repeats a value that it finds invalid. */
export function secretsIn(body: unknown): string[] {
  if (typeof body !== "object" || body === null) return []
  return Object.entries(body).flatMap(([key, value]) =>
    typeof value === "string" ? (secretKey.test(key) && value !== "" ? [value] : []) : secretsIn(value),
  )
}

/** A cloud's words as one line, without the secrets, and not endless. */
export function presentable(words: string, secrets: readonly string[]): string {
  const line = words.replace(/\s+/g, " ").trim()
  const clean = [...secrets]
    .sort((a, b) => b.length - a.length)
    .reduce((text, secret) => text.replaceAll(secret, "***"), line)
  return clean.length <= MESSAGE_MOST ? clean : `${clean.slice(0, MESSAGE_MOST - 1)}…`
}
