import { randomInt } from "node:crypto"

const lower = "abcdefghijkmnpqrstuvwxyz"
const upper = "ABCDEFGHJKLMNPQRSTUVWXYZ"
const digits = "23456789"

function pick(from: string): string {
  return from.charAt(randomInt(from.length))
}

/** 16 characters without look-alikes, with small and capital letters and digits, as usual password rules ask. */
export function randomPassword(): string {
  const all = lower + upper + digits
  const chars = [pick(lower), pick(upper), pick(digits), ...Array.from({ length: 13 }, () => pick(all))]
  for (let last = chars.length - 1; last > 0; last--) {
    const other = randomInt(last + 1)
    const [a, b] = [chars[last] ?? "", chars[other] ?? ""]
    chars[last] = b
    chars[other] = a
  }
  return chars.join("")
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
