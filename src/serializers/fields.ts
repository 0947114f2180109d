import { type TSchema, Type } from "@sinclair/typebox"
import type { FieldErrors } from "../api-error.ts"
import { parseUuid } from "../models/uuid.ts"
import { Form } from "./form.ts"
import { pythonText, pythonType } from "./python-text.ts"

/** The result of parsing: a value, or the errors of the input. */
export type Parsed<Value> = { readonly value: Value } | { readonly errors: FieldErrors }

/**
 * One field of a request: its schema for the documentation and its parser. Parsers give the messages of Django REST
 * framework to the letter, because Waldur's clients show them.
 */
export interface Field<Value> {
  readonly schema: TSchema
  /** Whether "" is a value. In a form, a blank value of another optional field means that the field is absent. */
  readonly allowsBlank?: boolean
  parse(input: unknown): Parsed<Value>
  /** Finds the input for `parse` in a form, by the field's name. @default the last value of that name */
  findInForm?(form: Form, name: string): unknown
  /** Turns a form that holds only this field into the input for `parse`. */
  readForm?(form: Form): unknown
}

/** Django REST framework's texts. */
const texts = {
  required: "This field is required.",
  null: "This field may not be null.",
  blank: "This field may not be blank.",
  string: "Not a valid string.",
  nul: "Null characters are not allowed.",
  surrogate: (half: string) =>
    `Surrogate characters are not allowed: U+${half.charCodeAt(0).toString(16).toUpperCase()}.`,
  uuid: "Must be a valid UUID.",
  boolean: "Must be a valid boolean.",
  tooLong: (max: number) => `Ensure this field has no more than ${max} characters.`,
  notADictionary: (input: unknown) => `Invalid data. Expected a dictionary, but got ${pythonType(input)}.`,
  notAList: (input: unknown) => `Expected a list of items but got type "${pythonType(input)}".`,
} as const

/** Half of a character. UTF-8 cannot encode it, and PostgreSQL rejects it in JSON. */
const loneSurrogate = /\p{Surrogate}/u

function refuse(text: string): { readonly errors: readonly string[] } {
  return { errors: [text] }
}

export interface TextRules {
  /** Maximum length in characters. */
  readonly maxLength: number
  /** Whether "" is allowed. @default false */
  readonly blank?: boolean
  readonly description: string
}

export function textField({ maxLength, blank = false, description }: TextRules): Field<string> {
  return {
    schema: Type.String({ minLength: blank ? 0 : 1, maxLength, description }),
    allowsBlank: blank,
    parse(input) {
      if (input === null) return refuse(texts.null)
      if (typeof input !== "string" && typeof input !== "number") return refuse(texts.string)
      const value = String(input).trim()
      if (value === "" && !blank) return refuse(texts.blank)
      if (value.includes("\0")) return refuse(texts.nul)
      const [half] = loneSurrogate.exec(value) ?? []
      if (half !== undefined) return refuse(texts.surrogate(half))
      // Django counts code points; so does PostgreSQL.
      if ([...value].length > maxLength) return refuse(texts.tooLong(maxLength))
      return { value }
    },
  }
}

export function booleanField(docs: { description: string }): Field<boolean> {
  const booleans = new Map<unknown, boolean>([
    ...["t", "y", "yes", "true", "on", "1"].map((word) => [word, true] as const),
    ...["f", "n", "no", "false", "off", "0"].map((word) => [word, false] as const),
  ])
  return {
    schema: Type.Boolean({ default: false, ...docs }),
    parse(input) {
      if (input === null) return refuse(texts.null)
      if (typeof input === "boolean") return { value: input }
      const value = typeof input === "object" ? undefined : booleans.get(String(input).toLowerCase())
      return value === undefined ? refuse(texts.boolean) : { value }
    },
  }
}

export function choiceField<const Choice extends string>(
  choices: readonly Choice[],
  docs: { description: string },
): Field<Choice> {
  return {
    schema: Type.Union(
      choices.map((choice) => Type.Literal(choice)),
      docs,
    ),
    parse(input) {
      if (input === null) return refuse(texts.null)
      const value = choices.find((choice) => choice === input)
      return value === undefined ? refuse(`"${pythonText(input)}" is not a valid choice.`) : { value }
    },
  }
}

/** A uuid as a value, parsed into 32 hex digits. */
export function uuidField(docs: { description: string }): Field<string> {
  return {
    schema: Type.String({ format: "uuid", ...docs }),
    parse(input) {
      if (input === null) return refuse(texts.null)
      // Python's UUID accepts an integer as the uuid's 128 bits.
      if (typeof input === "number" && Number.isSafeInteger(input) && input >= 0) {
        return { value: input.toString(16).padStart(32, "0") }
      }
      const value = parseUuid(input)
      return value === undefined ? refuse(texts.uuid) : { value }
    },
  }
}

/** The uuid of a row. Whether the row exists and the user may see it is checked later. */
export function relatedField(docs: { description: string }): Field<string> {
  return {
    schema: Type.String({ format: "uuid", ...docs }),
    parse(input) {
      if (input === null || input === "") return refuse(texts.null)
      const value = parseUuid(input)
      return value === undefined ? refuse(doesNotExist(input)) : { value }
    },
  }
}

export function doesNotExist(sent: unknown): string {
  return `Object with uuid=${pythonText(sent)} does not exist.`
}

/** A list of objects. Errors are listed by item, `{}` for a valid item. */
export function listField<Value>(item: Field<Value>, docs: { description: string }): Field<readonly Value[]> {
  return {
    schema: Type.Array(item.schema, docs),
    parse(input) {
      if (input === null) return refuse(texts.null)
      if (!Array.isArray(input)) return { errors: { non_field_errors: [texts.notAList(input)] } }
      const parsed = input.map((value) => (value === null ? refuse(texts.null) : item.parse(value)))
      return parsed.some((result) => "errors" in result)
        ? { errors: parsed.map((result) => ("errors" in result ? result.errors : {})) }
        : { value: parsed.flatMap((result) => ("value" in result ? [result.value] : [])) }
    },
    findInForm(form, name) {
      const sent = form.items(name)
      if (sent.length === 0) return undefined
      return sent.map((value) => (value instanceof Form ? (item.readForm?.(value) ?? {}) : value))
    },
  }
}

/** A list of uuids of rows. The error of its first invalid item is its error. */
export function relatedListField(docs: { description: string }): Field<readonly string[]> {
  const item = relatedField({ description: "uuid" })
  return {
    schema: Type.Array(item.schema, docs),
    parse(input) {
      if (input === null) return refuse(texts.null)
      if (!Array.isArray(input)) return refuse(texts.notAList(input))
      const values: string[] = []
      for (const uuid of input) {
        const parsed = item.parse(uuid)
        if ("errors" in parsed) return parsed
        values.push(parsed.value)
      }
      return { value: values }
    },
    findInForm(form, name) {
      const sent = form.values(name)
      return sent.length === 0 ? undefined : sent
    },
  }
}

type Fields = Readonly<Record<string, { readonly field: Field<unknown>; readonly required: boolean }>>

type ValueOf<F> = F extends { readonly field: Field<infer Value> } ? Value : never

/** The value of an object of fields: those that are not required may be absent. */
export type ObjectOf<F extends Fields> = {
  readonly [Name in keyof F as F[Name]["required"] extends true ? Name : never]: ValueOf<F[Name]>
} & {
  readonly [Name in keyof F as F[Name]["required"] extends true ? never : Name]?: ValueOf<F[Name]>
}

export function required<Value>(field: Field<Value>) {
  return { field, required: true } as const
}

export function optional<Value>(field: Field<Value>) {
  return { field, required: false } as const
}

export interface ObjectField<F extends Fields> extends Field<ObjectOf<F>> {
  readForm(form: Form): Readonly<Record<string, unknown>>
  /** As `parse`, but returns the valid fields together with the errors of the invalid ones. */
  parseParts(input: unknown): {
    readonly value: Partial<ObjectOf<F>>
    readonly errors: FieldErrors | undefined
  }
}

/** An object with named fields. All errors are listed together; unknown names are ignored. */
export function objectField<F extends Fields>(
  fields: F,
  docs: { title: string; description?: string },
): ObjectField<F> {
  const properties = Object.fromEntries(
    Object.entries(fields).map(([name, { field, required }]) => [
      name,
      required ? field.schema : Type.Optional(field.schema),
    ]),
  )
  return {
    schema: Type.Object(properties, docs),
    parse(input) {
      const { value, errors } = this.parseParts(input)
      return errors === undefined ? { value: value as ObjectOf<F> } : { errors }
    },
    parseParts(input) {
      if (input === null) return { value: {}, ...refuse(texts.null) }
      if (!isDictionary(input))
        return { value: {}, errors: { non_field_errors: [texts.notADictionary(input)] } }
      const errors: Record<string, FieldErrors> = {}
      const value: Record<string, unknown> = {}
      for (const [name, { field, required }] of Object.entries(fields)) {
        if (!Object.hasOwn(input, name) || input[name] === undefined) {
          if (required) errors[name] = [texts.required]
          continue
        }
        const parsed = field.parse(input[name])
        if ("errors" in parsed) errors[name] = parsed.errors
        else value[name] = parsed.value
      }
      return {
        value: value as Partial<ObjectOf<F>>,
        errors: Object.keys(errors).length > 0 ? errors : undefined,
      }
    },
    findInForm(form, name) {
      const part = form.part(name)
      return part.isEmpty ? undefined : this.readForm(part)
    },
    readForm(form) {
      return Object.fromEntries(
        Object.entries(fields).flatMap(([name, { field, required }]) => {
          const input =
            field.findInForm === undefined ? form.values(name).at(-1) : field.findInForm(form, name)
          const isAbsent = input === undefined || (input === "" && !required && !field.allowsBlank)
          return isAbsent ? [] : [[name, input]]
        }),
      )
    },
  }
}

function isDictionary(input: unknown): input is Readonly<Record<string, unknown>> {
  return typeof input === "object" && input !== null && !Array.isArray(input)
}
