/** A value of a form: a text, or a file, which no field accepts. */
export type FormValue = string | FormFile

/** Stands for a file. It has no content, because no field reads one. */
export type FormFile = Readonly<Record<string, never>>

/**
 * A body in the form of an HTML form: names with values, in the order in which they were sent. Nested names are those of
 * Django REST framework: `mappings.subnets[0]src_cidr`.
 */
export class Form {
  readonly #entries: readonly (readonly [name: string, value: FormValue])[]

  constructor(entries: Iterable<readonly [name: string, value: FormValue]>) {
    this.#entries = [...entries]
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0
  }

  /** Returns all values of a name. */
  values(name: string): readonly FormValue[] {
    return this.#entries.filter(([sent]) => sent === name).map(([, value]) => value)
  }

  /** Returns the part whose names begin with `name.`, without that beginning. */
  part(name: string): Form {
    const prefix = `${name}.`
    return new Form(
      this.#entries
        .filter(([sent]) => sent.startsWith(prefix) && sent.length > prefix.length)
        .map(([sent, value]) => [sent.slice(prefix.length), value] as const),
    )
  }

  /** Returns the items of a list, by their numbers: `name[0]` is a value, `name[0]key` is part of a form. */
  items(name: string): readonly (FormValue | Form)[] {
    const parts = new Map<number, [name: string, value: FormValue][]>()
    for (const [sent, value] of this.#entries) {
      const [, index, key] = sent.startsWith(`${name}[`)
        ? (/^\[([0-9]+)\](.*)$/.exec(sent.slice(name.length)) ?? [])
        : []
      if (index === undefined || key === undefined) continue
      const part = parts.get(Number(index)) ?? []
      part.push([key, value])
      parts.set(Number(index), part)
    }
    return [...parts]
      .toSorted(([a], [b]) => a - b)
      .map(([, part]) => part.findLast(([key]) => key === "")?.[1] ?? new Form(part))
  }
}
