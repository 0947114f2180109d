/** A constant that Python's parser reads and Django REST framework refuses. JSON has none of them. */
const constants = ["NaN", "Infinity", "-Infinity"] as const

const words = ["null", "true", "false"] as const

/** Where Python's parser stops, with its reason. */
interface Stop {
  readonly reason: string
  /** Index into the text, in UTF-16 units. Absent where the reason names no place. */
  readonly at?: number
}

/**
 * Returns the reason for which Python's `json` refuses a text, as Django REST framework shows it: "Expecting value:
 * line 1 column 1 (char 0)". Undefined for a text that is JSON.
 */
export function pythonJsonError(text: string): string | undefined {
  const stop = text.startsWith("\ufeff")
    ? { reason: "Unexpected UTF-8 BOM (decode using utf-8-sig)", at: 0 }
    : new Scanner(text).stop()
  if (stop === undefined) return undefined
  const { reason, at } = stop
  return at === undefined ? reason : `${reason}: ${placeOf(text, at)}`
}

/** Returns a place in Python's form. Python counts code points, and only line feeds begin a line. */
function placeOf(text: string, at: number): string {
  const before = text.slice(0, at)
  const lineStart = before.lastIndexOf("\n") + 1
  const line = before.split("\n").length
  return `line ${line} column ${pointsIn(before.slice(lineStart)) + 1} (char ${pointsIn(before)})`
}

function pointsIn(text: string): number {
  let points = 0
  for (const _ of text) points++
  return points
}

/** Reads a text in the order of CPython's scanner, without a stack of calls: a text may be nested as deep as it is long. */
class Scanner {
  readonly #text: string
  #index = 0

  constructor(text: string) {
    this.#text = text
  }

  stop(): Stop | undefined {
    this.#skip(whitespace)
    const stop = this.#values()
    if (stop !== undefined) return stop
    this.#skip(whitespace)
    return this.#index < this.#text.length ? { reason: "Extra data", at: this.#index } : undefined
  }

  /** Reads one value with all that it contains. */
  #values(): Stop | undefined {
    const open: ("]" | "}")[] = []
    do {
      const stop = this.#valueOrOpening(open) ?? this.#closings(open)
      if (stop !== undefined) return stop
    } while (open.length > 0)
    return undefined
  }

  /** Opens containers up to the first simple value or empty container, and reads that value. */
  #valueOrOpening(open: ("]" | "}")[]): Stop | undefined {
    for (;;) {
      const opened = this.#text[this.#index]
      if (opened !== "[" && opened !== "{") return this.#simpleValue()
      const closing = opened === "[" ? "]" : "}"
      open.push(closing)
      this.#index++
      this.#skip(whitespace)
      if (this.#text[this.#index] === closing) return undefined
      const stop = closing === "}" ? this.#key() : undefined
      if (stop !== undefined) return stop
    }
  }

  /** Reads what follows a value: the ends of containers, and a comma with what precedes the next value. */
  #closings(open: ("]" | "}")[]): Stop | undefined {
    for (let closing = open.at(-1); closing !== undefined; closing = open.at(-1)) {
      this.#skip(whitespace)
      const next = this.#text[this.#index]
      if (next === ",") {
        this.#index++
        this.#skip(whitespace)
        return closing === "}" ? this.#key() : undefined
      }
      if (next !== closing) return { reason: "Expecting ',' delimiter", at: this.#index }
      this.#index++
      open.pop()
    }
    return undefined
  }

  #key(): Stop | undefined {
    if (this.#text[this.#index] !== '"') {
      return { reason: "Expecting property name enclosed in double quotes", at: this.#index }
    }
    const stop = this.#string()
    if (stop !== undefined) return stop
    this.#skip(whitespace)
    if (this.#text[this.#index] !== ":") return { reason: "Expecting ':' delimiter", at: this.#index }
    this.#index++
    this.#skip(whitespace)
    return undefined
  }

  #simpleValue(): Stop | undefined {
    if (this.#text[this.#index] === '"') return this.#string()
    const starts = (word: string) => this.#text.startsWith(word, this.#index)
    const constant = constants.find(starts)
    if (constant !== undefined) {
      return { reason: `Out of range float values are not JSON compliant: '${constant}'` }
    }
    const word = words.find(starts)
    if (word !== undefined) this.#index += word.length
    else if (!this.#skip(number)) return { reason: "Expecting value", at: this.#index }
    return undefined
  }

  #string(): Stop | undefined {
    const begin = this.#index++
    for (;;) {
      this.#skip(plainCharacters)
      const next = this.#text[this.#index]
      if (next === undefined) return { reason: "Unterminated string starting at", at: begin }
      if (next === '"') {
        this.#index++
        return undefined
      }
      if (next !== "\\") return { reason: "Invalid control character at", at: this.#index }
      const stop = this.#escape(begin)
      if (stop !== undefined) return stop
    }
  }

  #escape(begin: number): Stop | undefined {
    const at = this.#index++
    const kind = this.#text[this.#index]
    if (kind === undefined) return { reason: "Unterminated string starting at", at: begin }
    if (kind !== "u") {
      this.#index++
      return '"\\/bfnrt'.includes(kind) ? undefined : { reason: "Invalid \\escape", at }
    }
    // Python needs a character after the four digits, even one that belongs to another escape.
    const isWhole = this.#skip(unicodeEscape) && this.#index < this.#text.length
    return isWhole ? undefined : { reason: "Invalid \\uXXXX escape", at: at + 1 }
  }

  /** Moves over what matches at the index. Returns whether anything did. */
  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#index
    if (!pattern.test(this.#text)) return false
    this.#index = pattern.lastIndex
    return true
  }
}

const whitespace = /[ \t\n\r]*/y
const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y
const unicodeEscape = /u[0-9a-fA-F]{4}/y
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these in strings
const plainCharacters = /[^"\\\u0000-\u001f]*/y
