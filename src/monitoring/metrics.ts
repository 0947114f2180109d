import { Counter, Histogram, Registry } from "prom-client"
import type { RateLimited } from "../executors/clouds/clouds.ts"
import type { StageOutcome } from "../executors/stage/worker-context.ts"
import type { Db } from "../models/database.ts"
import type { CallRecord } from "../openstack/cloud/types.ts"
import { databaseMetrics } from "./database-metrics.ts"

/** Media type of what `text` returns. */
export const metricsType = Registry.PROMETHEUS_CONTENT_TYPE

/** Counters and histograms of this process, and gauges that are read from the database. */
export interface Metrics {
  /** Counts a call to a cloud. @param cloud name of its service settings */
  call(call: CallRecord, cloud: string): void
  /** Counts the end of a stage's job. @param ms its duration */
  stage(stage: string, outcome: StageOutcome, ms: number): void
  /** Counts a response by which a cloud limited the rate of this process. */
  rateLimited(pause: RateLimited): void
  /** Returns all metrics in Prometheus' text format. */
  text(): Promise<string>
}

const callSeconds = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const stageSeconds = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800]

/**
 * Creates the metrics of one process. All labels are bounded: kinds, states, services, methods, statuses and names of
 * clouds. No label holds a migration, a user or a customer.
 */
export function createMetrics(db: Db, queueSchema: string): Metrics {
  const registry = new Registry()
  const { calls, latency, rateLimited, rateLimitedSeconds } = cloudMetrics(registry)
  const { stages, durations } = stageMetrics(registry)
  return {
    call({ service, method, status, durationMs }, cloud) {
      calls.inc({ cloud, service, method, status })
      latency.observe({ cloud, service, method }, durationMs / 1_000)
    },
    stage(stage, outcome, ms) {
      stages.inc({ stage, outcome })
      if (outcome === "done") durations.observe({ stage }, ms / 1_000)
    },
    rateLimited({ cloud, ms }) {
      rateLimited.inc({ cloud })
      rateLimitedSeconds.inc({ cloud }, ms / 1_000)
    },
    text: async () => `${await registry.metrics()}\n${await databaseMetrics(db, queueSchema)}`,
  }
}

function cloudMetrics(registry: Registry) {
  const registers = [registry]
  return {
    calls: new Counter({
      name: "openstack_replication_cloud_calls_total",
      help: "Calls of this process to clouds; each try counts. Status 0 means that no response came.",
      labelNames: ["cloud", "service", "method", "status"],
      registers,
    }),
    latency: new Histogram({
      name: "openstack_replication_cloud_call_seconds",
      help: "Duration of each try of a call to a cloud.",
      labelNames: ["cloud", "service", "method"],
      buckets: callSeconds,
      registers,
    }),
    rateLimited: new Counter({
      name: "openstack_replication_rate_limited_total",
      help: "Responses by which a cloud limited the rate of this process, e.g. 429.",
      labelNames: ["cloud"],
      registers,
    }),
    rateLimitedSeconds: new Counter({
      name: "openstack_replication_rate_limited_seconds_total",
      help: "Pauses that clouds requested of this process; overlapping pauses all count.",
      labelNames: ["cloud"],
      registers,
    }),
  }
}

function stageMetrics(registry: Registry) {
  const registers = [registry]
  return {
    stages: new Counter({
      name: "openstack_replication_stages_total",
      help: "Jobs of stages that this process ran, by outcome.",
      labelNames: ["stage", "outcome"],
      registers,
    }),
    durations: new Histogram({
      name: "openstack_replication_stage_seconds",
      help: "Duration of the stages that this process completed.",
      labelNames: ["stage"],
      buckets: stageSeconds,
      registers,
    }),
  }
}
