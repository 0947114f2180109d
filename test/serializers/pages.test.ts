import assert from "node:assert/strict"
import fc from "fast-check"
import t from "tap"
import { linkHeader, readPage } from "../../src/serializers/pages.ts"

const address = "http://HOST/api/openstack-migrations/"

const links = (query: string, total: number) => {
  const params = new URLSearchParams(query)
  return linkHeader(address, params, readPage(params, total))
    .replaceAll(address, "")
    .replaceAll("; rel=", " ")
    .replaceAll('"', "")
}

/** The Link headers of Waldur, for 19 rows by default. */
for (const [title, query, want, total = 19] of [
  ["the first page", "", "<> first, <?page=2> next, <?page=2> last"],
  ["page 1 named", "page=1", "<> first, <?page=2> next, <?page=2> last"],
  ["page 2 of 2", "page=2", "<> first, <> prev, <?page=2> last"],
  ["the last page by name", "page=last", "<> first, <> prev, <?page=2> last"],
  [
    "pages of 3",
    "page_size=3",
    "<?page_size=3> first, <?page=2&page_size=3> next, <?page=7&page_size=3> last",
  ],
  [
    "page 2 in pages of 3",
    "page_size=3&page=2",
    "<?page_size=3> first, <?page_size=3> prev, <?page=3&page_size=3> next, <?page=7&page_size=3> last",
  ],
  [
    "page 3 in pages of 1",
    "page_size=1&page=3",
    "<?page_size=1> first, <?page=2&page_size=1> prev, <?page=4&page_size=1> next, <?page=19&page_size=1> last",
  ],
  [
    "pages of 0 are of 10",
    "page_size=0",
    "<?page_size=0> first, <?page=2&page_size=0> next, <?page=2&page_size=0> last",
  ],
  [
    "pages of -1 are of 10",
    "page_size=-1",
    "<?page_size=-1> first, <?page=2&page_size=-1> next, <?page=2&page_size=-1> last",
  ],
  [
    "pages of a word are of 10",
    "page_size=x",
    "<?page_size=x> first, <?page=2&page_size=x> next, <?page=2&page_size=x> last",
  ],
  ["pages of 300", "page_size=300", "<?page_size=300> first, <?page_size=300> last"],
  [
    "pages of more than 300 are of 300",
    "page_size=100000",
    "<?page_size=100000> first, <?page=2&page_size=100000> next, <?page=2&page_size=100000> last",
    301,
  ],
  ["no rows", "q=x", "<?q=x> first, <?q=x> last", 0],
  [
    "a filter stays, an empty one too",
    "src_resource_uuid=",
    "<?src_resource_uuid=> first, <?page=2&src_resource_uuid=> next, <?page=2&src_resource_uuid=> last",
  ],
  [
    "keys are sorted",
    "src_resource_uuid=a&dst_resource_uuid=b",
    "<?dst_resource_uuid=b&src_resource_uuid=a> first, <?dst_resource_uuid=b&src_resource_uuid=a> last",
    1,
  ],
  [
    "a repeated key keeps its order",
    "field=uuid&field=state",
    "<?field=uuid&field=state> first, <?field=uuid&field=state&page=2> next, <?field=uuid&field=state&page=2> last",
  ],
] as const) {
  t.test(`links of ${title}`, async (t) => t.equal(links(query, total), want))
}

for (const page of ["0", "3", "9999", "x", "-1", "1.5", "LAST", "1e0", "0x1", "99999999999999999999"]) {
  t.test(`page ${page} of 2 does not exist`, async (t) => {
    t.plan(1)
    try {
      readPage(new URLSearchParams({ page }), 19)
    } catch (error) {
      t.match(error, { status: 404, body: { detail: "Invalid page." } })
    }
  })
}

t.test("page 1 of an empty list exists", async (t) => {
  t.strictSame(readPage(new URLSearchParams(), 0), { number: 1, size: 10, pages: 1 })
  t.strictSame(readPage(new URLSearchParams("page=last"), 0), { number: 1, size: 10, pages: 1 })
})

const linksOf = (query: URLSearchParams, total: number): ReadonlyMap<string, URLSearchParams> => {
  const header = linkHeader(address, query, readPage(query, total))
  return new Map(
    [...header.matchAll(/<([^>]*)>; rel="(\w+)"/g)].map(([, url = "", rel = ""]) => [
      rel,
      new URL(url).searchParams,
    ]),
  )
}

const ends = fc.record({
  total: fc.nat(700),
  size: fc.oneof(fc.integer({ min: -2, max: 400 }).map(String), fc.string()),
})

t.test("following next from the first page gives every row once, in order", async () => {
  fc.assert(
    fc.property(ends, fc.webQueryParameters(), ({ total, size }, other) => {
      const start = new URLSearchParams(other)
      start.delete("page")
      start.set("page_size", size)
      const seen: number[] = []
      let query: URLSearchParams | undefined = start
      while (query !== undefined) {
        const { number, size } = readPage(query, total)
        assert.ok(size >= 1 && size <= 300)
        for (let row = (number - 1) * size; row < Math.min(number * size, total); row++) seen.push(row)
        query = linksOf(query, total).get("next")
      }
      assert.deepEqual(
        seen,
        Array.from({ length: total }, (_, row) => row),
      )
    }),
  )
})

t.test("next and prev lead back, first has no prev, last has no next, and filters stay", async () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 700 }),
      fc.integer({ min: 1, max: 40 }),
      fc.nat(),
      fc.webQueryParameters(),
      (total, size, place, other) => {
        const query = new URLSearchParams(other)
        const number = 1 + (place % Math.ceil(total / size))
        query.set("page_size", String(size))
        query.set("page", String(number))
        const rels = linksOf(query, total)
        const at = (rel: string) =>
          readPage(rels.get(rel) ?? new URLSearchParams({ page: "x" }), total).number
        assert.equal(at("first"), 1)
        assert.equal(at("last"), Math.ceil(total / size))
        assert.equal(rels.has("prev"), number > 1)
        assert.equal(rels.has("next"), number < Math.ceil(total / size))
        if (rels.has("prev")) assert.equal(at("prev"), number - 1)
        if (rels.has("next")) assert.equal(at("next"), number + 1)
        query.delete("page")
        for (const params of rels.values()) {
          params.delete("page")
          assert.deepEqual([...params].sort(), [...query].sort())
        }
      },
    ),
  )
})
