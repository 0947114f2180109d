import type { ColumnType, Generated } from "kysely"
import type { PlanInputs } from "../planning/inputs.ts"
import type { Notes } from "../planning/plan.ts"

type Timestamp = ColumnType<Date, Date | string | undefined, Date | string>
type Json<Value> = ColumnType<Value, string, string>

export type StageState = "waiting" | "ready" | "running" | "done"
/** `removed`: it was made, and a roll back has taken it away again. */
export type ObjectState = "planned" | "creating" | "done" | "failed" | "skipped" | "omitted" | "removed"

/** What stopped an object, as the report shows it. */
export interface ObjectError {
  readonly code: string
  readonly message: string
  readonly status?: number
  readonly requestId?: string
}

/** What a reading of the live source showed. */
export interface SurveySummary {
  /** ISO 8601. */
  readonly at: string
  /** Why the source could not be read; undefined where it could. */
  readonly unread?: string
  /** Attributes that no row holds and that could therefore not be copied, as `kind.attribute`. */
  readonly unknown: readonly string[]
  /** Where the host's rows and the live source told different things. */
  readonly findings: readonly SurveyFinding[]
}

export interface SurveyFinding {
  readonly kind: string
  readonly key: string
  readonly name: string
  readonly message: string
}

export interface Difference {
  readonly attribute: string
  readonly expected: unknown
  readonly seen: unknown
}

/** One row per migration that this plugin runs. */
export interface RunTable {
  migration_id: number
  tenant_id: number
  src_settings_id: number
  dst_settings_id: number
  /** What the whole run shares and is no secret. */
  context: Json<RunContext>
  /** What the last verification found; null: none has ended yet. */
  verification: Json<VerifySummary> | null
  /** What the reading of the source found before anything was made; null: it has not been read yet. */
  survey: Json<SurveySummary> | null
  started: Timestamp | null
  finished: Timestamp | null
  /** Why it was cancelled, for people; null: it was not, or has been taken up again. */
  cancelled: Generated<string | null>
  /** The roll back that was asked for last; null: none. */
  rollback: Json<Rollback> | null
  /** Number of the newest event; 0: there is none. */
  last_event: Generated<number>
}

export interface Rollback {
  /** Name of the user who requested it. */
  readonly requestedBy: string
  /** Code of the migration's state before; of that before an earlier rollback that has removed nothing. */
  readonly fromState: number
  /** true: it has begun to remove objects; until then everything is as before. */
  readonly removing?: true
  /** ISO 8601: when everything was removed. Absent: it is under way, or something was left. */
  readonly finishedAt?: string
  /** Unmanaged objects in the destination project, and objects that could not be removed. */
  readonly remaining?: readonly string[]
}

/** One row per piece of news of a migration, numbered without gaps in the order of their commits. */
export interface EventTable {
  migration_id: number
  number: number
  at: Generated<Date>
  type: string
  data: Json<Readonly<Record<string, unknown>>>
}

export interface VerifySummary {
  /** ISO 8601; absent in runs of older versions. */
  readonly at?: string
  /** Objects that were compared. */
  readonly compared: number
  /** Attributes that differ, and objects that are gone or too many. */
  readonly differences: number
  /** What is in the destination project and not in the plan; absent where that was not looked for. */
  readonly unmanaged?: { readonly count: number; readonly objects: readonly UnmanagedObject[] }
  /** Why the destination could not be read; undefined where it could. */
  readonly unread?: string
  /** What has changed at the source since the plan was made; absent where that was not asked. */
  readonly source?: SourceChanges
}

/** An object that is in the destination project and not in the plan. */
export interface UnmanagedObject {
  readonly kind: string
  /** Its id in the cloud; a made-up one where the cloud gives none, e.g. for a static route. */
  readonly id: string
  readonly name: string
}

export interface SourceChanges {
  /** Why the source could not be read; undefined where it could. */
  readonly unread?: string
  readonly changes: readonly SourceChange[]
}

/** An object of the source that is not as it was planned from: changed, gone (`id` → null) or new (null → `id`). */
export interface SourceChange {
  readonly kind: string
  readonly key: string
  readonly name: string
  readonly attribute: string
  readonly planned: unknown
  readonly now: unknown
}

export interface RunContext {
  /** Tag of the project, by which a lost answer is told from a namesake. */
  readonly marker: string
  readonly externalNetworkId: string | null
  /** What the plan was made from beside the source; absent in runs of older versions. */
  readonly inputs?: PlanInputs
}

/** One row per living worker; another worker removes the rows of those that died. */
export interface WorkerTable {
  /** graphile-worker's id of the worker's pool, which it writes into `locked_by`. */
  pool: string
  /** The name under which the worker's process acquires slots; null until it has one. */
  owner: string | null
  /** PostgreSQL's process ids of its process's connections, as of the last heartbeat. */
  backend_pids: Generated<number[]>
  started: Generated<Date>
  last_heartbeat: Generated<Date>
}

/** One row per fenced worker: its process acquires no slot under this name any more. */
export interface FencedOwnerTable {
  owner: string
  fenced_at: Generated<Date>
}

/** One row per cloud: its rate limit over all processes. Written by the SQL function `acquire_slots` alone. */
export interface LimiterTable {
  settings_id: number
  /** When the last calls started, oldest first. */
  recent_starts: Date[]
  paused_until: Date
}

/** One row per cloud and process that has calls there. */
export interface LimiterUsageTable {
  settings_id: number
  owner: string
  /** Calls under way, and those that were granted a slot and start soon. */
  in_flight: number
  /** When its slots count as free, also if the process is dead. */
  expires: Date
  /** Since when it waits for a slot; null: it does not wait. */
  waiting_since: Date | null
  last_seen: Date
}

/** One row per kind of object of a migration: the graph of work. */
export interface StageTable {
  migration_id: number
  name: string
  /** Names of the stages that have to be done before. */
  depends_on: string[]
  state: StageState
  /** Counts every start; a worker that holds an older number may not write any more. */
  attempt: Generated<number>
  calls: Generated<number>
  /** Those of the calls that went to the source cloud. */
  source_calls: Generated<number>
  writes: Generated<number>
  started: Timestamp | null
  finished: Timestamp | null
}

/** One row per desired object of a migration. Progress, report, retry and roll back read it. */
export interface ObjectTable {
  id: Generated<string>
  migration_id: number
  kind: string
  key: string
  /** Place in the plan, so that lists are stable. */
  position: number
  name: string
  source_id: string
  /** What shall be there, with references to other objects; null for what is left out. */
  body: Json<unknown> | null
  /** The host's row, where the kind has a table. */
  row_id: number | null
  backend_id: string | null
  state: ObjectState
  attempts: Generated<number>
  /** Why it was left out, skipped or failed. */
  reason: Generated<string>
  error: Json<ObjectError> | null
  differences: Json<readonly Difference[]> | null
  /** What the copy does not keep as it is; null for what is left out as a whole. */
  notes: Json<Notes> | null
  modified: Timestamp
}
