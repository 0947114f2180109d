import { readFile } from "node:fs/promises"
import { join } from "node:path"
import t from "tap"

const read = (path: string) => readFile(join(import.meta.dirname, "../..", path), "utf8")

t.test("the guide quotes the examples to the letter", async (t) => {
  const quotes = [...(await read("docs/hosts.md")).matchAll(/<!-- (\S+) -->\n```\w+\n([\s\S]*?)```/g)]
  t.ok(quotes.length > 5)
  for (const [, path = "", text = ""] of quotes) t.ok((await read(path)).includes(text), `${path}: ${text}`)
})

t.test("the guide's table of options names every option", async (t) => {
  const guide = await read("docs/hosts.md")
  const options = [...(await read("plugin/options.ts")).matchAll(/^ {2}readonly (\w+)\??:/gm)]
  t.ok(options.length > 5)
  for (const [, name = ""] of options) t.ok(new RegExp(`^\\| \`${name}\` +\\|`, "m").test(guide), name)
})
