import type { Selectable } from "kysely"
import { coreStateName } from "../models/codes.ts"
import type { ObjectTable, RunTable, StageTable } from "../models/own-tables.ts"
import { hex } from "../models/uuid.ts"
import { kindNames } from "../planning/kind-names.ts"
import type { MigrationJoin } from "../serializers/migration.ts"
import { reportObject } from "./object.ts"
import { type Outcome, outcomes, type Report, type ReportedObject } from "./report.ts"

/** The rows that a report is made from. */
export interface ReportRows {
  readonly migration: MigrationJoin
  readonly run: Pick<
    Selectable<RunTable>,
    "context" | "verification" | "survey" | "started" | "finished" | "rollback"
  >
  readonly stages: readonly Selectable<StageTable>[]
  readonly objects: readonly Selectable<ObjectTable>[]
  readonly actions: readonly { readonly at: Date; readonly data: Readonly<Record<string, unknown>> }[]
  readonly srcCloud: string
  readonly dstCloud: string
  /** Names of networks and volume types that the request refers to, by uuid in 32 hex digits. */
  readonly names: ReadonlyMap<string, string>
  readonly mappings: Mappings
  readonly marketplace: Report["marketplace"]
}

/** `mappings` of the migration's row, and the chosen networks. */
export interface Mappings {
  readonly subnets?: readonly { readonly src_cidr: string; readonly dst_cidr: string }[]
  readonly volume_types?: readonly { readonly src_type_uuid: string; readonly dst_type_uuid: string }[]
  readonly networks?: readonly string[]
  readonly skip_connection_extnet?: boolean
  readonly sync_instance_ports?: boolean
}

/** Returns the report of a migration. Pure. */
export function buildReport(rows: ReportRows): Report {
  const { migration, run, stages } = rows
  const names = new Map(rows.objects.map(({ kind, key, name }) => [`${kind}/${key}`, name]))
  const objects = rows.objects.map((row) => reportObject(row, names))
  return {
    uuid: hex(migration.uuid),
    state: coreStateName(migration.state),
    error_message: migration.error_message,
    source: {
      resource: migration.src_resource_name,
      offering: migration.src_offering_name,
      cloud: rows.srcCloud,
    },
    destination: {
      resource: migration.dst_resource_name,
      offering: migration.dst_offering_name,
      cloud: rows.dstCloud,
    },
    marketplace: rows.marketplace,
    request: requestOf(rows),
    ...timesOf(run),
    actions: rows.actions.map(({ at, data }) => ({
      at: at.toISOString(),
      action: String(data.action),
      by: String(data.by),
    })),
    rollback: rollbackOf(run),
    outcomes: countOutcomes(objects),
    kinds: countByKind(objects),
    ...verificationOf(rows),
    survey: surveyOf(run),
    stages: stages.map(stageOf),
    calls: sum(stages, ({ calls }) => calls),
    writes: sum(stages, ({ writes }) => writes),
    objects,
  }
}

function requestOf({ migration, run, mappings, names }: ReportRows): Report["request"] {
  const nameOf = (uuid: string) => names.get(hex(uuid)) ?? uuid
  return {
    at: migration.created,
    by: `${migration.first_name} ${migration.last_name}`.trim(),
    subnets: (mappings.subnets ?? []).map(({ src_cidr, dst_cidr }) => ({
      source: src_cidr,
      destination: dst_cidr,
    })),
    volume_types: (mappings.volume_types ?? []).map(({ src_type_uuid, dst_type_uuid }) => ({
      source: nameOf(src_type_uuid),
      destination: nameOf(dst_type_uuid),
    })),
    networks: (mappings.networks ?? []).map(nameOf),
    skip_connection_extnet: mappings.skip_connection_extnet ?? false,
    sync_instance_ports: mappings.sync_instance_ports ?? false,
    static_routes: run.context.inputs.staticRoutes,
  }
}

function rollbackOf({ rollback }: ReportRows["run"]): Report["rollback"] {
  return (
    rollback && {
      requested_by: rollback.requestedBy,
      finished_at: rollback.finishedAt ?? null,
      remaining: [...(rollback.remaining ?? [])],
    }
  )
}

/** The last verification of both clouds, in the three fields of a report that show it. */
function verificationOf({
  run: { verification },
  stages,
}: ReportRows): Pick<Report, "verification" | "unmanaged" | "source_changes"> {
  if (verification === null) return { verification: null, unmanaged: null, source_changes: null }
  const { at = null, compared, differences, unread, unmanaged, source, notRead } = verification
  return {
    verification: {
      at,
      pending: stages.some(
        ({ name, state }) => name === "verify" && (state === "ready" || state === "running"),
      ),
      compared,
      differences,
      ...(unread !== undefined && { unread }),
      ...(notRead !== undefined && { not_read: [...notRead] }),
    },
    unmanaged: unmanaged ? { count: unmanaged.count, objects: [...unmanaged.objects] } : null,
    source_changes: source
      ? {
          ...(source.unread !== undefined && { unread: source.unread }),
          changes: source.changes.map(({ key: _, ...change }) => change),
        }
      : null,
  }
}

function surveyOf({ survey }: ReportRows["run"]): Report["survey"] {
  return (
    survey && {
      at: survey.at,
      ...(survey.unread !== undefined && { unread: survey.unread }),
      unknown: [...survey.unknown],
      findings: survey.findings.map(({ key: _, ...finding }) => finding),
    }
  )
}

function stageOf({ name, state, attempt, calls, writes, ...times }: Selectable<StageTable>) {
  return { name, state, attempts: attempt, ...timesOf(times), calls, writes }
}

interface Times {
  readonly started: Date | null
  readonly finished: Date | null
}

function timesOf({ started, finished }: Times) {
  return {
    started: started?.toISOString() ?? null,
    finished: finished?.toISOString() ?? null,
    seconds: started && finished ? Math.max(0, (finished.getTime() - started.getTime()) / 1000) : null,
  }
}

function countByKind(objects: readonly ReportedObject[]): Report["kinds"] {
  const byKind = Map.groupBy(objects, ({ kind }) => kind)
  return kindNames.flatMap((kind) => {
    const own = byKind.get(kind)
    return own === undefined ? [] : [{ kind, ...countOutcomes(own) }]
  })
}

function countOutcomes(objects: readonly ReportedObject[]): Record<Outcome, number> {
  const counts = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<Outcome, number>
  for (const { outcome } of objects) counts[outcome] += 1
  return counts
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0)
}
