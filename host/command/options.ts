interface OptionBase {
  /** What it does, in one line. */
  readonly text: string
}

/** Given or not: `--once`. */
export interface Switch extends OptionBase {
  readonly type: "switch"
}

interface ValueOption extends OptionBase {
  /** May be given several times; the value is a list. */
  readonly multiple?: true
  /** An environment variable that is read where the option is not given. */
  readonly env?: string
}

/** Any text: `--cloud FILE`. */
export interface TextOption extends ValueOption {
  readonly type: "text"
  /** What stands for the value in the help, e.g. `FILE`. */
  readonly value: string
  readonly default?: string
}

/** A number from 0: `--port NUMBER`. */
export interface NumberOption extends ValueOption {
  readonly type: "number"
  readonly value: string
  readonly max: number
  /** Whether it may have a fraction. @default false */
  readonly fraction?: true
  readonly default?: number
}

/** One of a few words: `--size small|medium|large`. */
export interface ChoiceOption extends ValueOption {
  readonly type: "choice"
  readonly choices: readonly string[]
  readonly default?: string
}

export type Option = Switch | TextOption | NumberOption | ChoiceOption

export type Options = Readonly<Record<string, Option>>

/** A command as its help shows it, and as its arguments are read. */
export interface Command<Table extends Options = Options> {
  /** How it is called, e.g. `npm start --`. */
  readonly name: string
  /** What it does, in one or two lines. */
  readonly summary: string
  readonly options: Table
  /** Arguments without a name; a command without this takes none. */
  readonly arguments?: {
    /** What stands for them in the usage, e.g. `[TOPIC ...]`. */
    readonly value: string
    readonly text: string
    /** @default anything */
    readonly choices?: readonly string[]
  }
  /** Environment variables that it reads, besides those of its options. */
  readonly environment?: Readonly<Record<string, string>>
  readonly examples: readonly [string, ...string[]]
}

type Single<O extends Option> = O extends NumberOption
  ? number
  : O extends ChoiceOption
    ? O["choices"][number]
    : string

type Value<O extends Option> = O extends Switch
  ? boolean
  : O extends { readonly multiple: true }
    ? readonly Single<O>[]
    : O extends { readonly default: string | number }
      ? Single<O>
      : Single<O> | undefined

/** The values of a command's options, by their names. Of an option that may be given several times: `[]` where it is not. */
export type Values<Table extends Options> = { readonly [Name in keyof Table]: Value<Table[Name]> }
