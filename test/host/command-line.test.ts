import t from "tap"
import { helpOf } from "../../host/command/help.ts"
import { editDistance, nearestNames } from "../../host/command/nearest.ts"
import type { Command } from "../../host/command/options.ts"
import { asksForHelp, parseArguments } from "../../host/command/parse.ts"

const command = {
  name: "npm run trial --",
  summary: "Tries it.",
  options: {
    once: { type: "switch", text: "Try once" },
    size: { type: "choice", choices: ["small", "large"], default: "small", text: "Size" },
    port: { type: "number", value: "NUMBER", max: 100, env: "PORT", text: "Port" },
    minutes: { type: "number", value: "MINUTES", max: 60, fraction: true, default: 5, text: "Time" },
    file: { type: "text", value: "FILE", text: "File" },
    mode: { type: "choice", choices: ["a", "b"], multiple: true, text: "Modes" },
  },
  arguments: { value: "[TOPIC ...]", text: "Topics", choices: ["attributes", "mapping"] },
  environment: { DATABASE_URL: "Database" },
  examples: ["npm run trial -- --once"],
} as const satisfies Command

const none = { once: false, size: "small", port: undefined, minutes: 5, file: undefined, mode: [] }

for (const [title, args, env, values, rest] of [
  ["nothing gives the defaults", [], {}, none, []],
  [
    "values of every type",
    ["--once", "--size", "large", "--port=7"],
    {},
    { ...none, once: true, size: "large", port: 7 },
    [],
  ],
  ["a fraction where it is allowed", ["--minutes", "0.5"], {}, { ...none, minutes: 0.5 }, []],
  ["the last of several values", ["--file", "x", "--file", "y"], {}, { ...none, file: "y" }, []],
  [
    "all values of a repeatable option",
    ["--mode", "b", "--mode", "a"],
    {},
    { ...none, mode: ["b", "a"] },
    [],
  ],
  ["a variable where the option is missing", [], { PORT: "8" }, { ...none, port: 8 }, []],
  ["the option before its variable", ["--port", "9"], { PORT: "8" }, { ...none, port: 9 }, []],
  ["an empty variable as none", [], { PORT: "" }, none, []],
  ["arguments without a name", ["mapping", "--once"], {}, { ...none, once: true }, ["mapping"]],
] as const) {
  t.test(`arguments are read: ${title}`, async (t) => {
    t.strictSame(parseArguments(command, args, env), { values, rest })
  })
}

for (const [args, message] of [
  [["--sise", "x"], "unknown option --sise; did you mean --size?"],
  [["--fil", "x"], "unknown option --fil; did you mean --file?"],
  [["--quite-different"], "unknown option --quite-different; --help lists all options"],
  [["-x"], "unknown option -x; --help lists all options"],
  [["--__proto__", "x"], "unknown option --__proto__; --help lists all options"],
  [["--once=yes"], "--once takes no value"],
  [["--file"], "--file needs a value: --file FILE"],
  [["--size", "--once"], "--size needs a value: --size small|large"],
  [["--size", "huge"], '--size must be one of small, large, not "huge"'],
  [["--mode", "a", "--mode", "c"], '--mode must be one of a, b, not "c"'],
  [["--port", "101"], '--port must be a whole number from 0 to 100, not "101"'],
  [["--port", "1.5"], '--port must be a whole number from 0 to 100, not "1.5"'],
  [["--port", "-1"], '--port must be a whole number from 0 to 100, not "-1"'],
  [["--port="], '--port must be a whole number from 0 to 100, not ""'],
  [["--minutes", "x"], '--minutes must be a number from 0 to 60, not "x"'],
  [["maping"], 'unknown argument "maping"; did you mean mapping?'],
  [["nothing"], 'unknown argument "nothing"; choose from attributes, mapping'],
] as const) {
  t.test(`wrong arguments are refused in one line: ${args.join(" ")}`, async (t) => {
    t.throws(() => parseArguments(command, args), { name: "UsageError", message })
  })
}

t.test("a command without arguments refuses one", async (t) => {
  const { arguments: _, ...bare } = command
  t.throws(() => parseArguments(bare, ["x"]), { message: 'unexpected argument "x"; --help shows the usage' })
})

t.test("help is requested by --help or -h before the end of the options", async (t) => {
  for (const args of [["--help"], ["-h"], ["--once", "--help"]]) t.ok(asksForHelp(args), args.join(" "))
  for (const args of [[], ["--helpful"], ["--", "--help"]]) t.notOk(asksForHelp(args), args.join(" "))
})

t.test("the help lists usage, arguments, options with defaults, variables and examples", async (t) => {
  t.equal(
    helpOf(command),
    `Tries it.

Usage: npm run trial -- [options] [TOPIC ...]

Arguments:
  TOPIC ...           Topics: attributes, mapping

Options:
  --once              Try once
  --size small|large  Size (default: small)
  --port NUMBER       Port (or PORT)
  --minutes MINUTES   Time (default: 5)
  --file FILE         File
  --mode a|b          Modes (may be repeated)
  --help              Print this help and exit

Environment:
  DATABASE_URL        Database

Example:
  npm run trial -- --once
`,
  )
})

t.test("a mistyped name finds those with the fewest differences or with the same start", async (t) => {
  const names = ["size", "source", "source-project", "port", "once"]
  for (const [given, expected] of [
    ["sise", ["size"]],
    ["ports", ["port"]],
    ["prot", ["port"]],
    ["sour", ["source", "source-project"]],
    ["o", []],
    ["destination", []],
  ] as const)
    t.strictSame(nearestNames(given, names), expected, given)
  t.equal(editDistance("abcd", "acbd"), 1, "two swapped letters are one edit")
  t.equal(editDistance("", "abc"), 3)
})
