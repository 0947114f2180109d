/**
 * Address arithmetic on text and BigInt alone, as a reference for the real one. IPv6 has its eight groups written out.
 */
export function numberOf(text: string): bigint {
  return text.includes(":") ? joined(groupsOf(text), 16n) : joined(text.split(".").map(Number), 8n)
}

function joined(parts: readonly number[], bits: bigint): bigint {
  return parts.reduce((sum, part) => (sum << bits) + BigInt(part), 0n)
}

function groupsOf(text: string): readonly number[] {
  const [head = "", tail] = text.split("::")
  const [before, after] = [head, tail ?? ""].map((part) => part.split(":").filter((group) => group !== ""))
  const [front, back] = [before ?? [], after ?? []]
  const zeros = tail === undefined ? 0 : 8 - front.length - back.length
  return [...front, ...Array.from({ length: zeros }, () => "0"), ...back].map((group) =>
    Number.parseInt(group, 16),
  )
}

export function dotted(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join(".")
}

/** `2001:db8:0:0:0:0:0:1`: valid, but not in the short form. */
export function groups(value: bigint): string {
  return Array.from({ length: 8 }, (_, index) =>
    ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  ).join(":")
}

export interface Range {
  readonly first: bigint
  readonly last: bigint
  readonly length: number
  readonly version: 4 | 6
}

export function rangeOf(cidr: string): Range {
  const [address = "", tail = ""] = cidr.split("/")
  const version = address.includes(":") ? 6 : 4
  const host = BigInt((version === 4 ? 32 : 128) - Number(tail))
  const first = (numberOf(address) >> host) << host
  return { first, last: first + (1n << host) - 1n, length: Number(tail), version }
}

export function isIn(address: string, cidr: string): boolean {
  const { first, last, version } = rangeOf(cidr)
  const value = numberOf(address)
  return (version === 6) === address.includes(":") && first <= value && value <= last
}

/** Offset of an address from the start of its network. */
export function offsetIn(address: string, cidr: string): bigint {
  return numberOf(address) - rangeOf(cidr).first
}

/** The mapped address; undefined where it does not fit, or would be the broadcast address of a smaller range. */
export function moved(address: string, src: string, dst: string): bigint | undefined {
  if (!isIn(address, src)) return numberOf(address)
  const [to, offset] = [rangeOf(dst), offsetIn(address, src)]
  const there = to.first + offset
  const shrank = to.version === 4 && to.length < 31 && to.length > rangeOf(src).length
  return there < to.last || (there === to.last && !shrank) ? there : undefined
}
