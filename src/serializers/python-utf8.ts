import { isUtf8 } from "node:buffer"

/** Bytes as text, or the reason for which Python's codec refuses them. */
export type Decoded = { readonly text: string } | { readonly error: string }

/**
 * Decodes UTF-8 as Python's stream reader does, which Django REST framework reads JSON with: a character that is cut off
 * at the end is left out, and any other invalid sequence is an error.
 */
export function decodeUtf8(bytes: Buffer): Decoded {
  if (isUtf8(bytes)) return { text: bytes.toString() }
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at)
    const valid = validBytes(bytes, at, length)
    if (length > 0 && valid === length) at += length
    else if (at + valid === bytes.length || isCutSurrogate(bytes, at))
      return { text: bytes.toString("utf8", 0, at) }
    else return { error: reasonAt(bytes, at, valid) }
  }
  return { text: bytes.toString() }
}

/** Returns whether the bytes end in the first two of a surrogate, which Python does not refuse before the third. */
function isCutSurrogate(bytes: Buffer, at: number): boolean {
  const [first = 0, second = 0] = bytes.subarray(at)
  return at + 2 === bytes.length && first === 0xed && second >= 0xa0 && second <= 0xbf
}

/** Returns the length that the first byte of a character announces; 0 for a byte that begins no character. */
function sequenceLength(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0
  if (first < 0x80) return 1
  if (first < 0xc2 || first > 0xf4) return 0
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
}

/** Counts the bytes that can belong to the character: overlong forms, surrogates and what exceeds Unicode cannot. */
function validBytes(bytes: Buffer, at: number, length: number): number {
  const first = bytes[at] ?? 0
  for (let index = 1; index < length; index++) {
    const byte = bytes[at + index]
    const [min, max] = index === 1 ? secondByteRange(first) : [0x80, 0xbf]
    if (byte === undefined || byte < min || byte > max) return index
  }
  return length
}

function secondByteRange(first: number): readonly [min: number, max: number] {
  switch (first) {
    case 0xe0:
      return [0xa0, 0xbf]
    case 0xed:
      return [0x80, 0x9f]
    case 0xf0:
      return [0x90, 0xbf]
    case 0xf4:
      return [0x80, 0x8f]
    default:
      return [0x80, 0xbf]
  }
}

function reasonAt(bytes: Buffer, at: number, valid: number): string {
  if (valid < 2) {
    const byte = (bytes[at] ?? 0).toString(16).padStart(2, "0")
    const reason = valid === 0 ? "invalid start byte" : "invalid continuation byte"
    return `'utf-8' codec can't decode byte 0x${byte} in position ${at}: ${reason}`
  }
  return `'utf-8' codec can't decode bytes in position ${at}-${at + valid - 1}: invalid continuation byte`
}
