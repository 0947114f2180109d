import { setTimeout as sleep } from "node:timers/promises"
import { Listr, type ListrTask } from "listr2"
import type { MigrationDetails } from "../src/serializers/migration.ts"
import type { Progress } from "../src/serializers/progress.ts"
import type { MigrationClient } from "./client.ts"

const pollMs = 150

/** What a person sees while it runs: one line a kind with its count, live in a terminal, plain lines elsewhere. */
export async function showMigration(client: MigrationClient, uuid: string): Promise<MigrationDetails> {
  let progress = await client.progress(uuid)
  let migration = await client.retrieve(uuid)
  const watch = (async () => {
    while (migration.state !== "OK" && migration.state !== "ERRED") {
      await sleep(pollMs)
      progress = await client.progress(uuid)
      migration = await client.retrieve(uuid)
    }
  })()
  const ended = () => migration.state === "OK" || migration.state === "ERRED"
  const tasks = progress.kinds
    .filter(({ total }) => total > 0)
    .map(({ kind }) => kindTask(kind, () => progress, ended))
  await Promise.all([
    watch,
    new Listr([...tasks, verifyTask(() => progress, ended)], {
      concurrent: true,
      exitOnError: false,
      renderer: process.stdout.isTTY ? "default" : "silent",
    }).run(),
  ])
  if (!process.stdout.isTTY)
    for (const line of progress.kinds.map(kindLine)) process.stdout.write(`${line}\n`)
  return migration
}

function kindTask(kind: string, now: () => Progress, ended: () => boolean): ListrTask {
  const label = kind.replaceAll("_", " ")
  return {
    title: label,
    task: async (_, task) => {
      for (;;) {
        const one = now().kinds.find((each) => each.kind === kind)
        if (one === undefined) return
        task.title = `${label.padEnd(20)} ${one.done}/${one.total}`
        const missing = one.failed + one.skipped
        if (one.done + missing === one.total || ended()) {
          if (missing > 0) throw new Error(`${task.title}, ${missing} missing`)
          return
        }
        await sleep(pollMs)
      }
    },
  }
}

function verifyTask(now: () => Progress, ended: () => boolean): ListrTask {
  return {
    title: "verify",
    task: async (_, task) => {
      while (!ended()) await sleep(pollMs)
      const { verification } = now()
      task.title = `${"verify".padEnd(20)} ${verification?.compared ?? 0} compared`
    },
  }
}

function kindLine({
  kind,
  total,
  done,
  failed,
  skipped,
  omitted,
  differing,
}: Progress["kinds"][number]): string {
  const counts = [
    `${done}/${total}`.padStart(11),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
    ...(omitted > 0 ? [`${omitted} left out`] : []),
    ...(differing > 0 ? [`${differing} differ`] : []),
  ]
  return `  ${kind.replaceAll("_", " ").padEnd(20)} ${counts.join(", ")}`
}

/** What came out of it: the check, what was left out and why, the calls, the marketplace's records. */
export function summary(
  migration: MigrationDetails,
  progress: Progress,
  records: MarketplaceRecords,
): string {
  const { verification, calls, source_calls, writes, started, finished } = progress
  const seconds = started && finished ? (Date.parse(finished) - Date.parse(started)) / 1000 : 0
  const lines = [
    "",
    `Migration ${migration.uuid}: ${migration.state}${migration.error_message && `: ${migration.error_message}`}`,
    verification === null
      ? "Verification: not reached."
      : `Verification: ${verification.compared} objects read back, ${verification.differences} differences.`,
    `Calls to the destination: ${calls - source_calls}, of them ${writes} writes; to the source: ${source_calls}; in ${seconds.toFixed(1)} s.`,
    `Marketplace: resource "${migration.dst_resource_name}" is ${migration.dst_resource_state}; orders: ${records.orders}.`,
  ]
  if (records.omitted.length > 0) {
    lines.push("Left out:", ...records.omitted.map(({ name, reason }) => `  - ${name}: ${reason}`))
  }
  return `${lines.join("\n")}\n`
}

export interface MarketplaceRecords {
  /** Orders of the resource, e.g. `1 (done)`. */
  readonly orders: string
  readonly omitted: readonly { readonly name: string; readonly reason: string }[]
}
