/** Undoes the writes of a refused call. */
export class Ledger {
  #undo: (() => void)[] = []

  note(undo: () => void): void {
    this.#undo.push(undo)
  }

  atomically<T>(work: () => T): T {
    this.#undo = []
    try {
      return work()
    } catch (error) {
      for (const undo of this.#undo.reverse()) undo()
      throw error
    } finally {
      this.#undo = []
    }
  }
}

export interface Stored {
  readonly id: string
}

type Keys<Row> = (row: Row) => readonly string[]

/** Rows by id with indexes; a ledger can undo every write. Rows are replaced, never modified. */
export class Table<Row extends Stored, Index extends string> {
  readonly #ledger: Ledger
  readonly #rows = new Map<string, Row>()
  readonly #keys: [Index, Keys<Row>][]
  readonly #indexes: Record<Index, Map<string, Set<string>>>

  constructor(ledger: Ledger, keys: Record<Index, Keys<Row>>) {
    this.#ledger = ledger
    this.#keys = Object.entries(keys) as [Index, Keys<Row>][]
    this.#indexes = Object.fromEntries(this.#keys.map(([name]) => [name, new Map()])) as Record<
      Index,
      Map<string, Set<string>>
    >
  }

  get(id: string): Row | undefined {
    return this.#rows.get(id)
  }

  all(): IterableIterator<Row> {
    return this.#rows.values()
  }

  count(index: Index, key: string): number {
    return this.#indexes[index].get(key)?.size ?? 0
  }

  first(index: Index, key: string): Row | undefined {
    for (const id of this.#indexes[index].get(key) ?? []) return this.#rows.get(id)
    return undefined
  }

  find(index: Index, key: string): Row[] {
    return [...(this.#indexes[index].get(key) ?? [])].flatMap((id) => this.#rows.get(id) ?? [])
  }

  put(row: Row): Row {
    const before = this.#rows.get(row.id)
    this.#set(before, row)
    this.#ledger.note(() => this.#set(row, before))
    return row
  }

  remove(row: Row): void {
    const before = this.#rows.get(row.id)
    if (!before) return
    this.#set(before, undefined)
    this.#ledger.note(() => this.#set(undefined, before))
  }

  #set(before: Row | undefined, after: Row | undefined): void {
    if (before) this.#unindex(before)
    if (after) this.#index(after)
    if (after) this.#rows.set(after.id, after)
    else if (before) this.#rows.delete(before.id)
  }

  #index(row: Row): void {
    for (const [name, keys] of this.#keys) {
      const index = this.#indexes[name]
      for (const key of keys(row)) {
        const ids = index.get(key)
        if (ids) ids.add(row.id)
        else index.set(key, new Set([row.id]))
      }
    }
  }

  #unindex(row: Row): void {
    for (const [name, keys] of this.#keys) {
      const index = this.#indexes[name]
      for (const key of keys(row)) {
        const ids = index.get(key)
        ids?.delete(row.id)
        if (ids?.size === 0) index.delete(key)
      }
    }
  }
}
