import type { Expression, SelectQueryBuilder, SqlBool } from "kysely"
import type { User } from "../../src/access/types.ts"
import type { HostDb } from "./tables.ts"

export type Condition = Expression<SqlBool>

/** Why a value of a query is refused. */
export interface Refusal {
  readonly errors: readonly string[]
}

/** What a parameter of the query means: a condition on the rows. Values are as sent, never empty. */
export type Filter = (sent: readonly string[]) => Condition | Refusal | undefined

/** For whom, and under which address, rows are shown. */
export interface View {
  /** Absolute address of a row of an endpoint. */
  url(endpoint: string, uuid: string): string
  /** Staff and support read tracebacks. */
  readonly staff: boolean
}

/** Fields of an answer. One that is undefined is known, but missing in this row. */
export type Shown = Readonly<Record<string, unknown>>

/** A table as the API shows it. The query calls its rows `row`. */
export interface Endpoint<Tables, Names extends keyof Tables, Row> {
  /** Its part of the address, after `/api/`. */
  readonly path: string
  /** Its name in `No … matches the given query.` */
  readonly model: string
  select(db: HostDb, user: User): SelectQueryBuilder<Tables, Names, Row>
  /** Which rows users see that are neither staff nor support. */
  visible(user: User): Condition
  readonly filters: Readonly<Record<string, Filter>>
  /** Columns that the parameter `o` may name. */
  readonly orders?: Readonly<Record<string, string>>
  /** Column of the usual order; `-` before it is descending. */
  readonly order: string
  /** Whether the parameter `field` chooses fields. (Default: true) */
  readonly choosesFields?: boolean
  show(row: Row, view: View): Shown
}

/** Lets the types of rows be inferred. */
export function endpoint<Tables, Names extends keyof Tables, Row>(
  description: Endpoint<Tables, Names, Row>,
): Endpoint<Tables, Names, Row> {
  return description
}

/** The rows that a query gives. */
export type RowsOf<Select extends (...rest: never) => { execute(): Promise<readonly unknown[]> }> = Awaited<
  ReturnType<ReturnType<Select>["execute"]>
>[number]
