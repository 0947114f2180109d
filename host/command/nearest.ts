/** Returns the names that a mistyped one may stand for: those with the fewest differences, or none where all differ too much. */
export function nearestNames(given: string, names: readonly string[]): readonly string[] {
  const allowed = Math.max(1, Math.floor(given.length / 3))
  const near = names
    .map((name) => ({ name, distance: isStart(given, name) ? 0 : editDistance(given, name) }))
    .filter(({ distance }) => distance <= allowed)
  const smallest = Math.min(...near.map(({ distance }) => distance))
  return near.filter(({ distance }) => distance === smallest).map(({ name }) => name)
}

function isStart(given: string, name: string): boolean {
  return given.length > 1 && name.startsWith(given)
}

/** How many letters have to be inserted, deleted, replaced or swapped with their neighbour to make one text the other. */
export function editDistance(from: string, to: string): number {
  let beforeLast: readonly number[] = []
  let last: readonly number[] = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1]
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      current[column] = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
        ...(swapped ? [(beforeLast[column - 2] ?? 0) + 1] : []),
      )
    }
    beforeLast = last
    last = current
  }
  return last[to.length] ?? 0
}
