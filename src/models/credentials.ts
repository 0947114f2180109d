import { randomInt } from "node:crypto"

const lower = "abcdefghijkmnpqrstuvwxyz"
const upper = "ABCDEFGHJKLMNPQRSTUVWXYZ"
const digits = "23456789"
/** Those that nearly every rule counts as symbols. */
const symbols = "@#^*"

function pick(from: string): string {
  return from.charAt(randomInt(from.length))
}

/**
 * 20 characters from the kernel's randomness, without look-alikes: small and capital letters, digits and a symbol, as
 * the password rules of clouds ask. A letter comes first, and no symbol means anything to a shell within quotes or
 * to YAML within a word, so that people can paste it. Some 110 bits.
 */
export function randomPassword(): string {
  const letters = lower + upper
  const all = letters + digits + symbols
  const rest = [pick(lower), pick(upper), pick(digits), pick(symbols)]
  while (rest.length < 19) rest.push(pick(all))
  return pick(letters) + shuffled(rest).join("")
}

function shuffled(chars: readonly string[]): readonly string[] {
  const mixed = [...chars]
  for (let last = mixed.length - 1; last > 0; last--) {
    const other = randomInt(last + 1)
    const [a, b] = [mixed[last] ?? "", mixed[other] ?? ""]
    mixed[last] = b
    mixed[other] = a
  }
  return mixed
}

/** The tenant user's name as Waldur builds it: the slug of the tenant's name, cut to 25, `-user-`, 4 characters. */
export function tenantUsername(tenantName: string): string {
  const end = Array.from({ length: 4 }, () => pick(lower + digits)).join("")
  return `${slugify(tenantName).slice(0, 25)}-user-${end}`
}

/** Letters, digits, hyphens and underscores, small, as Django's slugify gives them for ASCII. */
export function slugify(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/[^\w\s-]/g, "")
    .trim()
    .toLowerCase()
    .replace(/[-\s]+/g, "-")
    .replace(/^[-_]+|[-_]+$/g, "")
}
