import type { TSchema } from "@sinclair/typebox"

/** What OPTIONS shows of a field, in the shape of Django REST framework. */
export interface FieldMetadata {
  readonly type: string
  readonly required: boolean
  readonly read_only: boolean
  /** Absent for the items of a list. */
  readonly label?: string
  readonly child?: FieldMetadata
  readonly children?: Readonly<Record<string, FieldMetadata>>
  readonly choices?: readonly { readonly value: string; readonly display_name: string }[]
}

/**
 * Describes the fields of an object's schema.
 * @param required names of those that a request must have
 */
export function fieldMetadata(
  schema: TSchema,
  required: readonly string[] = schema.required ?? [],
): Readonly<Record<string, FieldMetadata>> {
  const properties = Object.entries(schema.properties as Readonly<Record<string, TSchema>>)
  return Object.fromEntries(
    properties.map(([name, field]) => {
      const { type, ...content } = typeOf(field)
      const label = `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll("_", " ")}`
      const readOnly = field.readOnly === true
      const isRequired = !readOnly && required.includes(name)
      return [name, { type, required: isRequired, read_only: readOnly, label, ...content }]
    }),
  )
}

type TypeAndContent = Pick<FieldMetadata, "type" | "child" | "children" | "choices">

function typeOf(schema: TSchema): TypeAndContent {
  const { type, format, readOnly = false, anyOf } = schema
  if (type === "object") return { type: "nested object", children: fieldMetadata(schema) }
  if (type === "boolean") return { type: "boolean" }
  if (Array.isArray(anyOf)) return { type: "choice", choices: anyOf.map(choiceOf) }
  if (type === "array" && schema.items.type === "object") {
    return { type: "field", child: { ...typeOf(schema.items), required: false, read_only: false } }
  }
  if (format === "date-time") return { type: "datetime" }
  return { type: type === "string" && !readOnly && format === undefined ? "string" : "field" }
}

function choiceOf({ const: value }: TSchema) {
  return { value: String(value), display_name: String(value) }
}
