const uuidPattern = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i

/** Any spelling of a uuid (with hyphens or without, any case) → 32 lower-case hex digits, as in Waldur's API. Undefined for anything else. */
export function parseUuid(text: unknown): string | undefined {
  return typeof text === "string" && uuidPattern.test(text)
    ? text.replaceAll("-", "").toLowerCase()
    : undefined
}

/** A uuid as PostgreSQL returns it → 32 hex digits. */
export function hex(uuid: string): string {
  return uuid.replaceAll("-", "")
}

/** 32 hex digits → with hyphens, as PostgreSQL writes a uuid. */
export function dashed(uuid: string): string {
  const digits = hex(uuid)
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20),
    digits.slice(20),
  ].join("-")
}
