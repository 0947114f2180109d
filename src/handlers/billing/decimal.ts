/** A decimal number as an integer and its number of decimal places. */
interface Decimal {
  readonly digits: bigint
  readonly places: number
}

/** Returns the product of a decimal text and an integer, exactly. */
export function multiply(value: string, factor: number): string {
  const { digits, places } = parse(value)
  return format({ digits: digits * BigInt(factor), places })
}

/** Returns the sum of decimal texts, exactly. */
export function sum(values: readonly string[]): string {
  const parsed = values.map(parse)
  const places = Math.max(0, ...parsed.map((value) => value.places))
  const digits = parsed.reduce(
    (total, value) => total + value.digits * 10n ** BigInt(places - value.places),
    0n,
  )
  return format({ digits, places })
}

function parse(text: string): Decimal {
  const [whole = "0", fraction = ""] = text.split(".")
  return { digits: BigInt(whole + fraction), places: fraction.length }
}

function format({ digits, places }: Decimal): string {
  const sign = digits < 0n ? "-" : ""
  const text = String(digits < 0n ? -digits : digits).padStart(places + 1, "0")
  const fraction = places === 0 ? "" : text.slice(-places).replace(/0+$/, "")
  return `${sign}${text.slice(0, text.length - places)}${fraction && `.${fraction}`}`
}
