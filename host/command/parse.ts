import { parseArgs } from "node:util"
import { nearestNames } from "./nearest.ts"
import type { Command, NumberOption, Option, Options, Switch, Values } from "./options.ts"
import { UsageError } from "./usage-error.ts"

export interface Parsed<Table extends Options> {
  readonly values: Values<Table>
  /** Arguments without a name. */
  readonly rest: readonly string[]
}

/** Reads a command's arguments. @throws UsageError in one line, with what is allowed instead */
export function parseArguments<Table extends Options>(
  command: Command<Table>,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Parsed<Table> {
  const given = new Map<string, string[]>()
  const rest: string[] = []
  for (const token of tokensOf(command, args)) {
    if (token.kind === "positional") rest.push(checkArgument(command, token.value))
    if (token.kind !== "option") continue
    const texts = given.get(token.name) ?? []
    given.set(token.name, [...texts, checkToken(command.options, token)])
  }
  const values = Object.entries(command.options).map(([name, option]) => {
    const texts = given.get(name)
    const variable = texts === undefined && option.type !== "switch" ? option.env : undefined
    const inherited = variable === undefined ? undefined : env[variable]
    return [name, readOption(variable ?? `--${name}`, option, texts ?? (inherited ? [inherited] : []))]
  })
  return { values: Object.fromEntries(values) as Values<Table>, rest }
}

/** Whether the arguments contain `--help` or `-h`. */
export function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--")
  return args.slice(0, end < 0 ? args.length : end).some((arg) => arg === "--help" || arg === "-h")
}

function tokensOf({ options }: Command, args: readonly string[]) {
  const types = Object.entries(options).map(([name, { type }]) => [
    name,
    { type: type === "switch" ? ("boolean" as const) : ("string" as const) },
  ])
  return parseArgs({
    args: [...args],
    options: Object.fromEntries(types),
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens
}

interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly value: string | undefined
  readonly inlineValue: boolean | undefined
}

/** Returns the text of the value. */
function checkToken(options: Options, { name, rawName, value, inlineValue }: OptionToken): string {
  const option = Object.hasOwn(options, name) ? options[name] : undefined
  if (option === undefined) throw new UsageError(unknownOption(rawName, name, options))
  if (option.type === "switch") {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value`)
    return ""
  }
  const isOption = !inlineValue && value?.startsWith("--")
  if (value === undefined || isOption)
    throw new UsageError(`${rawName} needs a value: ${rawName} ${formOf(option)}`)
  return value
}

function unknownOption(rawName: string, name: string, options: Options): string {
  const near = nearestNames(name, [...Object.keys(options), "help"]).map((one) => `--${one}`)
  const hint = near.length === 0 ? "--help lists all options" : `did you mean ${near.join(" or ")}?`
  return `unknown option ${rawName}; ${hint}`
}

function checkArgument({ arguments: expected }: Command, given: string): string {
  if (expected === undefined) throw new UsageError(`unexpected argument "${given}"; --help shows the usage`)
  const { choices } = expected
  if (choices === undefined || choices.includes(given)) return given
  const near = nearestNames(given, choices)
  const hint = near.length === 0 ? `choose from ${choices.join(", ")}` : `did you mean ${near.join(" or ")}?`
  throw new UsageError(`unknown argument "${given}"; ${hint}`)
}

function readOption(name: string, option: Option, texts: readonly string[]): unknown {
  if (option.type === "switch") return texts.length > 0
  const values = texts.map((text) => readValue(name, option, text))
  return option.multiple ? values : (values.at(-1) ?? option.default)
}

function readValue(name: string, option: Exclude<Option, Switch>, text: string): string | number {
  if (option.type === "number") return readNumber(name, option, text)
  if (option.type === "choice" && !option.choices.includes(text))
    throw new UsageError(`${name} must be one of ${option.choices.join(", ")}, not "${text}"`)
  return text
}

/** @throws UsageError */
export function readNumber(
  name: string,
  { max, fraction }: Pick<NumberOption, "max" | "fraction">,
  text: string,
): number {
  const form = fraction ? /^\d+(?:\.\d+)?$/ : /^\d+$/
  if (form.test(text) && Number(text) <= max) return Number(text)
  throw new UsageError(`${name} must be a ${fraction ? "" : "whole "}number from 0 to ${max}, not "${text}"`)
}

/** What stands for the value of an option in messages and in the help. */
export function formOf(option: Exclude<Option, Switch>): string {
  return option.type === "choice" ? option.choices.join("|") : option.value
}
