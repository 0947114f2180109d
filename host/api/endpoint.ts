import type { Expression, SelectQueryBuilder, SqlBool } from "kysely"
import type { User } from "../../src/access/types.ts"
import type { HostDb } from "./tables.ts"

export type Condition = Expression<SqlBool>

/** The reasons why a value of a query is not valid. */
export interface Refusal {
  readonly errors: readonly string[]
}

/** Turns the values of a query parameter into a condition on the rows. The values are as sent and never empty. */
export type Filter = (sent: readonly string[]) => Condition | Refusal | undefined

/** The caller and the base address for which rows are shown. */
export interface View {
  /** Returns the absolute URL of a row of an endpoint. */
  url(endpoint: string, uuid: string): string
  /** Whether the caller is staff or support, who see tracebacks. */
  readonly staff: boolean
}

/** Fields of a response. An undefined one exists in the API and is omitted for this row. */
export type Shown = Readonly<Record<string, unknown>>

/** A table as the API shows it. In its query the table has the alias `row`. */
export interface Endpoint<Tables, Names extends keyof Tables, Row> {
  /** The path after `/api/`. */
  readonly path: string
  /** Its name in the message `No … matches the given query.` */
  readonly model: string
  select(db: HostDb, user: User): SelectQueryBuilder<Tables, Names, Row>
  /** The condition of the rows that a user sees who is neither staff nor support. */
  visible(user: User): Condition
  /** Whether a caller without credentials sees the rows, too. @default false */
  readonly open?: boolean
  readonly filters: Readonly<Record<string, Filter>>
  /** Columns to order by, by the names that the parameter `o` takes. */
  readonly orders?: Readonly<Record<string, string>>
  /** Column of the default order; a leading `-` means descending. */
  readonly order: string
  /** Whether the parameter `field` chooses fields. @default true */
  readonly choosesFields?: boolean
  show(row: Row, view: View): Shown
}

/** Returns its argument; it infers the types of the rows. */
export function endpoint<Tables, Names extends keyof Tables, Row>(
  description: Endpoint<Tables, Names, Row>,
): Endpoint<Tables, Names, Row> {
  return description
}

/** The row type of a query. */
export type RowsOf<Select extends (...rest: never) => { execute(): Promise<readonly unknown[]> }> = Awaited<
  ReturnType<ReturnType<Select>["execute"]>
>[number]
