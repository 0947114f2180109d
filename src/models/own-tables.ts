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
  settings_id: number
  /** What the whole run shares and is no secret. */
  context: Json<RunContext>
  /** What the last verification found. */
  summary: Json<VerifySummary> | null
  /** What the reading of the source found before anything was made; null: it has not been read yet. */
  survey: Json<SurveySummary> | null
  started: Timestamp | null
  finished: Timestamp | null
  /** Why it was cancelled, for people; null: it was not, or has been taken up again. */
  cancelled: Generated<string | null>
  /** The roll back that was asked for last; null: none. */
  rollback: Json<Rollback> | null
  /** Events so far: the number of the newest. */
  events: Generated<number>
}

export interface Rollback {
  /** For people: who asked for it. */
  readonly by: string
  /** Code of the migration's state before; of that before an earlier one that has removed nothing. */
  readonly from: number
  /** true: it has begun to remove; until then all is as before. */
  readonly removes?: true
  /** ISO 8601: when everything was gone. Absent: under way, or something was left. */
  readonly done?: string
  /** What is in the destination project and is not ours, and what could not be removed. */
  readonly left?: readonly string[]
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
  readonly extra?: { readonly count: number; readonly objects: readonly Extra[] }
  /** Why the destination could not be read; undefined where it could. */
  readonly unread?: string
  /** What has changed at the source since the plan was made; absent where that was not asked. */
  readonly source?: SourceChanges
}

/** An object that is in the destination project and not in the plan. */
export interface Extra {
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

/** One row per living worker; those that died are removed by another. */
export interface WorkerTable {
  /** graphile-worker's id of the worker's pool, which it writes into `locked_by`. */
  pool: string
  started: Generated<Date>
  /** Under which the worker's process makes its calls; null in rows of older versions. */
  holder: string | null
  /** PostgreSQL's process ids of its process's connections, at its last word. */
  sessions: Generated<number[]>
  /** When it last said that it lives. */
  seen: Generated<Date>
}

/** One row per cloud: the pace over all processes. Written by the function `lane_turn` alone, by the database's clock. */
export interface LaneTable {
  settings_id: number
  /** When the last calls started, oldest first. */
  starts: Date[]
  paused_until: Date
}

/** One row per cloud and process that has calls there. */
export interface LaneHoldTable {
  settings_id: number
  holder: string
  /** Its calls under way, and those that are about to start. */
  in_flight: number
  /** When they are over, also if the process is dead. */
  until: Date
  /** Since when it waits for a place; null: it does not. */
  waits_since: Date | null
  seen: Date
}

/** One row per worker that was taken for dead: its process may start no call under this name. */
export interface DeadHolderTable {
  holder: string
  since: Generated<Date>
}

/** One row per kind of object of a migration: the graph of work. */
export interface StageTable {
  migration_id: number
  name: string
  /** Names of the stages that have to be done before. */
  after: string[]
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
