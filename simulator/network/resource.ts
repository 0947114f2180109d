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

/** A collection of the network API. */
export interface Resource<R extends Row = Row> extends Kind {
  readonly collection: string
  readonly path: string
  /** undefined: unlimited. */
  readonly quota?: QuotaName
  readonly tagged: boolean
  /** Path of the tags. @default path */
  readonly tagPath?: string
  /** The refusal of bulk requests; undefined: they are allowed unless the cloud turns them off. */
  readonly bulk?: () => Refusal
  /** Members that bulk requests accept and ignore. */
  readonly lostInBulk?: readonly string[]
  /** Members to filter lists by, besides the common ones. */
  readonly filters: readonly string[]
  readonly rows: Rows<R>
  notFound(id: string): Refusal
  /** Returns rows of other projects that the caller sees. */
  shared(caller: Caller): readonly R[]
  canSee(caller: Caller, row: R): boolean
  canChange(caller: Caller, row: R): boolean
  /** Checks what the request refers to, before quotas and policy. */
  checkOwner?(caller: Caller, values: Values): void
  /** Checks all rows of one request together. */
  checkTogether?(values: readonly Values[]): void
  create(caller: Caller, projectId: string, values: Values): R
  /** Called after a refused bulk request, with the rows that had been created before the refused one and are undone. */
  refusedAfter?(undone: readonly R[], refusal: Refusal): void
  update(caller: Caller, row: R, values: Values): R
  remove(caller: Caller, row: R): void
  show(caller: Caller, row: R): Record<string, unknown>
  /** Members that only the response to a creation has. */
  readonly onlyWhenMade?: Values
}

export const owns = (caller: Caller, row: Row): boolean =>
  caller.isAdmin || row.project_id === caller.projectId

/** Returns the members that all objects have. */
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
