import { Counter, Histogram, Registry } from "prom-client"
import type { RateLimited, StageOutcome } from "../executors/stage/worker-context.ts"
import type { Db } from "../models/database.ts"
import type { CallRecord } from "../openstack/types.ts"
import { databaseMetrics } from "./database-metrics.ts"

/** The media type of what `text` answers. */
export const metricsType = Registry.PROMETHEUS_CONTENT_TYPE

/** What this process did, and what the database tells of everybody's work. */
export interface Metrics {
  call(call: CallRecord, cloud: string): void
  stage(stage: string, outcome: StageOutcome, ms: number): void
  lanePause(pause: RateLimited): void
  /** All metrics in Prometheus' text form. */
  text(): Promise<string>
}

const callSeconds = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const stageSeconds = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800]

/**
 * Metrics of one process. Labels are bounded: kinds, states, services, methods, statuses and the names of clouds.
 * Nothing of a migration, a user or a customer is one.
 */
export function createMetrics(db: Db, queueSchema: string): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const calls = new Counter({
    name: "openstack_replication_cloud_calls_total",
    help: "Calls of this process to clouds, each try counted; status 0 is no answer.",
    labelNames: ["cloud", "service", "method", "status"],
    registers,
  })
  const latency = new Histogram({
    name: "openstack_replication_cloud_call_seconds",
    help: "Time that each try of a call to a cloud took.",
    labelNames: ["cloud", "service", "method"],
    buckets: callSeconds,
    registers,
  })
  const stages = new Counter({
    name: "openstack_replication_stages_total",
    help: "Jobs of this process that ran a stage, by how they ended.",
    labelNames: ["stage", "outcome"],
    registers,
  })
  const durations = new Histogram({
    name: "openstack_replication_stage_seconds",
    help: "Time that this process took for a stage which it ended.",
    labelNames: ["stage"],
    buckets: stageSeconds,
    registers,
  })
  const pauses = new Counter({
    name: "openstack_replication_lane_pauses_total",
    help: "Times that a cloud asked this process to slow down.",
    labelNames: ["cloud"],
    registers,
  })
  const paused = new Counter({
    name: "openstack_replication_lane_pause_seconds_total",
    help: "Time that clouds asked this process to wait; pauses that overlap are counted each.",
    labelNames: ["cloud"],
    registers,
  })
  return {
    call({ service, method, status, durationMs }, cloud) {
      calls.inc({ cloud, service, method, status })
      latency.observe({ cloud, service, method }, durationMs / 1_000)
    },
    stage(stage, outcome, ms) {
      stages.inc({ stage, outcome })
      if (outcome === "done") durations.observe({ stage }, ms / 1_000)
    },
    lanePause({ cloud, ms }) {
      pauses.inc({ cloud })
      paused.inc({ cloud }, ms / 1_000)
    },
    text: async () => `${await registry.metrics()}\n${await databaseMetrics(db, queueSchema)}`,
  }
}
