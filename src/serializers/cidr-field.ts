import { isIPv4 } from "node:net"
import { Type } from "@sinclair/typebox"
import { base, containsPrefix, type Prefix, parsePrefix } from "../planning/addresses.ts"
import type { Field } from "./fields.ts"

/** Private ranges of RFC 1918, and of RFC 4193 for IPv6. */
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"].flatMap(
  (text) => parsePrefix(text) ?? [],
)

/**
 * The CIDR of a private network without host bits, IPv4 or IPv6, of any prefix length. An address without a length is
 * refused in Waldur's words, for which it is a network of 32 bits.
 */
export function cidrField(docs: { description: string }): Field<string> {
  return {
    schema: Type.String({ ...docs, examples: ["10.1.0.0/24"] }),
    parse(input) {
      if (input === null) return { errors: ["This field may not be null."] }
      if (typeof input !== "string") return { errors: ["Enter a valid IPv4 address."] }
      const text = input.trim()
      if (text === "") return { errors: ["This field may not be blank."] }
      if (isIPv4(text)) return { errors: ["Network mask length should be equal to 24."] }
      const prefix = parsePrefix(text)
      if (prefix === undefined || prefix.value !== base(prefix)) return { errors: [notANetwork(text)] }
      if (!isPrivate(prefix)) return { errors: ["A private network CIDR is expected."] }
      return { value: text }
    },
  }
}

function notANetwork(text: string): string {
  return text.includes(":") ? "Enter a valid IPv6 address." : "Enter a valid IPv4 address."
}

function isPrivate(prefix: Prefix): boolean {
  return privateRanges.some((range) => containsPrefix(range, prefix))
}
