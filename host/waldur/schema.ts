import { readFileSync } from "node:fs"
import { parseCsv } from "./csv.ts"

/** A column as `information_schema.columns` shows it; cells that do not apply are empty. */
export type ColumnRow = Record<
  | "table"
  | "column"
  | "position"
  | "data_type"
  | "udt"
  | "char_length"
  | "numeric_precision"
  | "numeric_scale"
  | "nullable"
  | "default"
  | "identity",
  string
>

/** A key, check or index of a table; several columns are separated by spaces. */
export type ConstraintRow = Record<
  | "table"
  | "name"
  | "kind"
  | "columns"
  | "ref_table"
  | "ref_columns"
  | "on_delete"
  | "on_update"
  | "deferrable"
  | "definition",
  string
>

export interface WaldurSchema {
  readonly columns: readonly ColumnRow[]
  readonly constraints: readonly ConstraintRow[]
}

/**
 * Returns the tables of a Waldur database that a marketplace server with OpenStack needs. The set is closed: their foreign
 * keys refer only to tables of the set.
 */
export function requiredSchema(): WaldurSchema {
  return { columns: parseCsv(read("schema.csv")), constraints: parseCsv(read("constraints.csv")) }
}

function read(name: string): string {
  return readFileSync(new URL(name, import.meta.url), "utf8")
}
