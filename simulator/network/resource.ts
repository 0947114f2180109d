import type { Caller } from "../identity/tokens.ts"
import type { Refusal } from "../refusals.ts"
import type { Kind } from "./attributes.ts"
import type { QuotaName } from "./quotas.ts"
import type { Row } from "./rows.ts"

export type Values = Readonly<Record<string, unknown>>

interface Rows<R> {
  get(id: string): R | undefined
  all(): Iterable<R>
  find(index: "project", key: string): R[]
  count(index: "project", key: string): number
  put(row: R): R
}

/** What the API's common part needs to know of a collection. */
export interface Resource<R extends Row = Row> extends Kind {
  readonly collection: string
  readonly path: string
  /** Absent: as many as one likes. */
  readonly quota?: QuotaName
  readonly tagged: boolean
  /** Where tags are below. @default path */
  readonly tagPath?: string
  /** With what many at once are refused, whatever the cloud's setting. */
  readonly bulk?: () => Refusal
  /** Members that are taken and forgotten when many are made at once. */
  readonly lostInBulk?: readonly string[]
  /** Members that a list may be filtered by, beyond those that every kind has. */
  readonly filters: readonly string[]
  readonly rows: Rows<R>
  notFound(id: string): Refusal
  /** What others own and this caller sees. */
  shared(caller: Caller): readonly R[]
  canSee(caller: Caller, row: R): boolean
  canChange(caller: Caller, row: R): boolean
  /** Refuses for what the request refers to, before quotas and policy are looked at. */
  checkOwner?(caller: Caller, values: Values): void
  /** Looks at all the rows of one request together. */
  checkTogether?(values: readonly Values[]): void
  create(caller: Caller, projectId: string, values: Values): R
  /** After a refused creation of many: what had been made before the one that was refused, all undone by now. */
  refusedAfter?(undone: readonly R[], refusal: Refusal): void
  update(caller: Caller, row: R, values: Values): R
  remove(caller: Caller, row: R): void
  show(caller: Caller, row: R): Record<string, unknown>
  /** Members that only the answer to a creation has. */
  readonly onlyWhenMade?: Values
}

export const owns = (caller: Caller, row: Row): boolean =>
  caller.isAdmin || row.project_id === caller.projectId

/** The members that answers of every kind end with. */
export const common = (row: Row): Record<string, unknown> => ({
  description: row.description,
  tags: [...row.tags].sort(),
  created_at: row.created_at,
  updated_at: row.updated_at,
  revision_number: row.revision_number,
  project_id: row.project_id,
  tenant_id: row.project_id,
})

export const commonReadOnly = ["id", "created_at", "updated_at", "revision_number", "tags"] as const
