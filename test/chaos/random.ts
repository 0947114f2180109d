/** Random choices; the same seed gives the same ones. */
export interface Random {
  /** Both ends included. */
  int(min: number, max: number): number
  /** true once in `times`, on average. */
  rarely(times: number): boolean
  /** true in `share` of 100 cases, on average. */
  percent(share: number): boolean
  pick<Item>(items: readonly [Item, ...Item[]]): Item
  shuffle<Item>(items: readonly Item[]): readonly Item[]
}

/** Mulberry32: 32 bits of state are plenty for choosing moments and faults. */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const int = (min: number, max: number) => min + Math.floor(next() * (max - min + 1))
  return {
    int,
    rarely: (times) => int(1, times) === 1,
    percent: (share) => next() * 100 < share,
    pick: (items) => items[int(0, items.length - 1)] ?? items[0],
    shuffle: (items) =>
      items
        .map((item) => ({ item, order: next() }))
        .sort((a, b) => a.order - b.order)
        .map(({ item }) => item),
  }
}
