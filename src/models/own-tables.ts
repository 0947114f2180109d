import type { ColumnType, Generated } from "kysely"
import type { PlanInputs } from "../planning/inputs.ts"
import type { Notes } from "../planning/plan.ts"

type Timestamp = ColumnType<Date, Date | string | undefined, Date | string>
type Json<Value> = ColumnType<Value, string, string>

export type StageState = "waiting" | "ready" | "running" | "done"
/** `removed`: it was created, and a rollback has deleted it. */
export type ObjectState = "planned" | "creating" | "done" | "failed" | "skipped" | "omitted" | "removed"

/** Why an object failed, as the report shows it. */
export interface ObjectError {
  readonly code: string
  readonly message: string
  readonly status?: number
  readonly requestId?: string
}

/** The result of a survey. */
export interface SurveySummary {
  /** ISO 8601. */
  readonly at: string
  /** Why the source could not be read; undefined where it could. */
  readonly unread?: string
  /** Live-only attributes, as `kind.attribute`, that are not copied because the source could not be read. */
  readonly unknown: readonly string[]
  /** Where the host's rows differ from the live source. */
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
  /** What all stages share. It holds no secrets. */
  context: Json<RunContext>
  /** The result of the last verification; null: none has ended yet. */
  verification: Json<VerifySummary> | null
  /** The result of the survey; null: it has not ended yet. */
  survey: Json<SurveySummary> | null
  started: Timestamp | null
  finished: Timestamp | null
  /** Why it was cancelled, human-readable; null: it was not, or it has been retried since. */
  cancelled: Generated<string | null>
  /** Whether the migration has ever been OK: from then on, others may use the tenant. */
  ever_ok: Generated<boolean>
  /** The rollback that was requested last; null: none. */
  rollback: Json<Rollback> | null
  /** Number of the newest event; 0: there is none. */
  last_event: Generated<number>
}

export interface Rollback {
  /** Name of the user who requested it. */
  readonly requestedBy: string
  /** Code of the migration's state before the rollback; after one that has removed nothing, the state before that one. */
  readonly fromState: number
  /** true: it has begun to delete objects. */
  readonly removing?: true
  /** ISO 8601: when everything was removed. Absent: it is running, or something remains. */
  readonly finishedAt?: string
  /** Unmanaged objects of the destination project, and objects and rows that could not be deleted. */
  readonly remaining?: readonly string[]
}

/** One row per event of a migration, numbered without gaps in the order of commits. */
export interface EventTable {
  migration_id: number
  number: number
  at: Generated<Date>
  type: string
  data: Json<Readonly<Record<string, unknown>>>
}

export interface VerifySummary {
  /** ISO 8601. */
  readonly at: string
  /** Objects that were compared. */
  readonly compared: number
  /** Attributes that differ, and objects that are missing or unmanaged. */
  readonly differences: number
  /** Unmanaged objects; absent where the destination could not be read. */
  readonly unmanaged?: { readonly count: number; readonly objects: readonly UnmanagedObject[] }
  /** Why the destination could not be read; undefined where it could. */
  readonly unread?: string
  /** What has changed at the source since the plan was made; absent where nothing was created. */
  readonly source?: SourceChanges
  /**
   * What of the destination could not be read for the marketplace's rows, e.g. `images: …` with the reason. Absent: nothing.
   * Rows of it are missing until the marketplace reads them itself.
   */
  readonly notRead?: readonly string[]
}

/** An object of the destination project that no plan made. */
export interface UnmanagedObject {
  readonly kind: string
  /** Its id in the cloud; a generated one where the cloud has none, e.g. for an extra route. */
  readonly id: string
  readonly name: string
}

export interface SourceChanges {
  /** Why the source could not be read; undefined where it could. */
  readonly unread?: string
  readonly changes: readonly SourceChange[]
}

/** An object of the source that has changed since it was planned, is gone (`id` → null) or is new (null → `id`). */
export interface SourceChange {
  readonly kind: string
  readonly key: string
  readonly name: string
  readonly attribute: string
  readonly planned: unknown
  readonly now: unknown
}

export interface RunContext {
  /** Tag of the project, which distinguishes it from another project of its name. */
  readonly marker: string
  readonly externalNetworkId: string | null
  /** What the plan was made from besides the source. */
  readonly inputs: PlanInputs
  /** Who has requested the last change. Absent in runs of older versions. */
  readonly requester?: Requester
}

/** The user who has requested a change of a migration, for the host's event log. */
export interface Requester {
  /** Id of the row in `core_user`. */
  readonly userId: number
  /** The address that the request came from. */
  readonly ipAddress: string
}

/** One row per live worker. Another worker deletes the row of one that died. */
export interface WorkerTable {
  /** graphile-worker's id of the worker's pool, which it writes into `locked_by`. */
  pool: string
  /** The name under which the worker's process acquires slots; null until it has one. */
  owner: string | null
  /** PostgreSQL's process ids of the worker's connections, as of the last heartbeat. */
  backend_pids: Generated<number[]>
  started: Generated<Date>
  last_heartbeat: Generated<Date>
}

/** One row per fenced worker: its process acquires no more slots under this name. */
export interface FencedOwnerTable {
  owner: string
  fenced_at: Generated<Date>
}

/** One row per cloud: its rate limit across all processes. Only the SQL function `acquire_slots` writes it. */
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
  /** Calls in flight, and calls that were granted a slot and start soon. */
  in_flight: number
  /** When its slots count as free, even if the process has died. */
  expires: Date
  /** Since when it has been waiting for a slot; null: it is not waiting. */
  waiting_since: Date | null
  last_seen: Date
}

/** One row per stage of a migration: the stage graph, and `rollback` once it is requested. */
export interface StageTable {
  migration_id: number
  name: string
  /** Names of the stages that must be done before. */
  depends_on: string[]
  state: StageState
  /** The fencing token: each start raises it, and a worker with an older one cannot write. */
  attempt: Generated<number>
  calls: Generated<number>
  /** The calls that went to the source cloud; they are part of `calls`. */
  source_calls: Generated<number>
  writes: Generated<number>
  started: Timestamp | null
  finished: Timestamp | null
}

/** One row per object of a migration's plan, and one per omitted object. Progress, report, retry and rollback read it. */
export interface ObjectTable {
  id: Generated<string>
  migration_id: number
  kind: string
  key: string
  /** Position in the plan, so that lists are stable. */
  position: number
  name: string
  source_id: string
  /** The desired attributes, with references to other objects; null for an omitted object. */
  body: Json<unknown> | null
  /** Id of the host row, where the kind has a table. */
  row_id: number | null
  backend_id: string | null
  state: ObjectState
  create_requests: Generated<number>
  /** Why it was omitted or skipped, failed, or could not be removed. */
  reason: Generated<string>
  error: Json<ObjectError> | null
  differences: Json<readonly Difference[]> | null
  /** What the copy does not keep, attribute by attribute; null for an omitted object. */
  notes: Json<Notes> | null
  modified: Timestamp
}
