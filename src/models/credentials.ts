import { randomInt } from "node:crypto"

const lower = "abcdefghijkmnpqrstuvwxyz"
const upper = "ABCDEFGHJKLMNPQRSTUVWXYZ"
const digits = "23456789"
/** Characters that nearly every password rule counts as symbols. */
const symbols = "@#^*"

function pick(from: string): string {
  return from.charAt(randomInt(from.length))
}

/**
 * Returns 20 characters from the kernel's randomness, about 110 bits: lower and upper case letters, digits and symbols, as
 * the password rules of clouds require, without characters that look alike. It begins with a letter, and no symbol has a
 * meaning to a shell within quotes or to YAML within a word, so that it can be pasted.
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

/** Returns a tenant user's name as Waldur builds it: 25 characters of the slugified tenant name, `-user-`, 4 random characters. */
export function tenantUsername(tenantName: string): string {
  const end = Array.from({ length: 4 }, () => pick(lower + digits)).join("")
  return `${slugify(tenantName).slice(0, 25)}-user-${end}`
}

/** Returns lower case letters, digits, hyphens and underscores, as Django's slugify does for ASCII. */
export function slugify(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/[^\w\s-]/g, "")
    .trim()
    .toLowerCase()
    .replace(/[-\s]+/g, "-")
    .replace(/^[-_]+|[-_]+$/g, "")
}
