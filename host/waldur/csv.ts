/** Parses CSV with a header row into one record a line; cells may be quoted. */
export function parseCsv<Name extends string>(text: string): Record<Name, string>[] {
  const [header = [], ...rows] = text.trimEnd().split(/\r?\n/).map(splitLine)
  return rows.map((cells) => {
    const pairs = header.map((name, index) => [name, cells[index] ?? ""])
    return Object.fromEntries(pairs) as Record<Name, string>
  })
}

function splitLine(line: string): string[] {
  const cells = line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)
  return Array.from(cells, ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "")
}
