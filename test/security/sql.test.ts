// biome-ignore-all lint/suspicious/noTemplateCurlyInString: samples of source hold placeholders as text
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import t from "tap"

const root = join(import.meta.dirname, "..", "..")

/**
 * SQL reaches the database through Kysely or pg's `query`. Kysely turns values into parameters and quotes names, except
 * in its functions for raw text; `query` sends any text, so its argument must be a literal.
 */
const builtSql = [
  /\bsql\.(?:raw|lit)\b/g,
  /\bCompiledQuery\.raw\b/g,
  /\.query(?:<[^(]*>)?\(\s*(?!["'`\s])/g,
  /\.query(?:<[^(]*>)?\(\s*(?:"[^"\n]*"|'[^'\n]*'|`[^`]*`)\s*\+/g,
  /\.query(?:<[^(]*>)?\(\s*`[^`]*\$\{/g,
]

/** Returns the lines that build SQL from strings. */
function findings(source: string): readonly string[] {
  const lines = source.split("\n")
  return builtSql
    .flatMap((pattern) => [...source.matchAll(pattern)])
    .map(({ index }) => source.slice(0, index).split("\n").length)
    .map((line) => `${line}: ${lines[line - 1]?.trim()}`)
}

/** Samples with the number of findings, which show that the search can fail. */
const samples: readonly (readonly [what: string, source: string, found: number])[] = [
  ["a parameter of Kysely's", "sql`select ${id} from a`.execute(db)", 0],
  ["a name that Kysely quotes", "sql`select a from ${sql.table(name)}`", 0],
  ["a parameter of pg's", 'pool.query("select $1", [id])', 0],
  ["a text over several lines", 'pool.query<{ a: string }>(\n  "select a",\n)', 0],
  ["a template without placeholders", "pool.query(`select\n a`)", 0],
  ["a template with one", "pool.query(`select a\n from b where c = '${name}'`)", 1],
  ["a sum of strings", 'pool.query("select a from b where c = " + name)', 1],
  ["a name", "pool.query(text)", 1],
  ["a name on the next line, with types", "pool.query<{ a: string }>(\n  text,\n  [])", 1],
  ["an object of pg's", "pool.query({ text })", 1],
  ["Kysely's raw text", "sql.raw(text)", 1],
  ["Kysely's literals", "sql`select ${sql.lit(text)}`", 1],
  ["Kysely's raw statements", "db.executeQuery(CompiledQuery.raw(text))", 1],
]

t.test("the search for built SQL finds built SQL only", async (t) => {
  for (const [what, source, count] of samples) t.equal(findings(source).length, count, what)
})

t.test("no SQL is built from strings", async (t) => {
  const files = globSync("{plugin,src}/**/*.ts", { cwd: root })
  t.ok(files.length > 100)
  for (const file of files) {
    // Definitions of tables and functions take no parameters; they consist of literals of that file.
    if (file.startsWith("src/models/migrations/")) continue
    t.strictSame(findings(readFileSync(join(root, file), "utf8")), [], file)
  }
})
