/** One line of Prometheus' text format. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/**
 * Parses Prometheus' text format. NaN is a valid value: the delay of an event loop that was not measured yet.
 * @throws Error at a line that is not a sample
 */
export function samplesOf(text: string): readonly Sample[] {
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [, name = "", labels = "", value = ""] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
      if (name === "" || (!/^nan$/i.test(value) && Number.isNaN(Number(value))))
        throw new Error(`not a sample: ${line}`)
      const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = "", one = ""]) => [
        key,
        one,
      ])
      return { name, labels: Object.fromEntries(pairs), value: Number(value) }
    })
}
