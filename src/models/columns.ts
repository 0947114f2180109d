import type { ColumnType, Generated } from "kysely"

/**
 * A column of the host's tables, described once: both the types of queries and the check at start (requirements.ts) are
 * derived from this description.
 */
export interface Column<Type> {
  /** PostgreSQL's name of the type (`udt_name`). */
  readonly type: string
  readonly nullable: boolean
  readonly generated: boolean
  /** Carries the TypeScript type; has no value. */
  readonly is?: Type
}

function column<Type>(type: string): Column<Type> {
  return { type, nullable: false, generated: false }
}

type Timestamp = ColumnType<Date, Date | string, Date | string>
/** JSON columns are written as JSON text and read as values. */
type Json<Value> = ColumnType<Value, string, string>

/** Numbers that the driver returns as text, so that no digit is lost. */
type Big = ColumnType<string, number | string, number | string>

export const id: Column<Generated<number>> = { type: "int4", nullable: false, generated: true }
export const int = column<number>("int4")
export const smallint = column<number>("int2")
export const bigint = column<Big>("int8")
export const numeric = column<Big>("numeric")
export const float = column<number>("float8")
export const bool = column<boolean>("bool")
export const varchar = column<string>("varchar")
export const text = column<string>("text")
/** A `text` column in which Django keeps compact JSON; it is read and written as text. */
export const textJson = column<string>("text")
export const uuid = column<string>("uuid")
export const date = column<ColumnType<Date, Date | string, Date | string>>("date")
export const timestamp = column<Timestamp>("timestamptz")
export const inet = column<string>("inet")

export function jsonb<Value>(): Column<Json<Value>> {
  return column<Json<Value>>("jsonb")
}

export function nullable<Type>(of: Column<Type>): Column<Nullable<Type>> {
  return { type: of.type, generated: of.generated, nullable: true }
}

type Nullable<Type> =
  Type extends ColumnType<infer Select, infer Insert, infer Update>
    ? ColumnType<Select | null, Insert | null, Update | null>
    : Type | null

export type Table = Readonly<Record<string, Column<unknown>>>

/** The row type that Kysely takes for a described table. */
export type RowOf<T extends Table> = {
  -readonly [Name in keyof T]: T[Name] extends Column<infer Type> ? Type : never
}
