import { setTimeout as sleep } from "node:timers/promises"
import { Listr, type ListrTask } from "listr2"
import { pricesText } from "../src/report/compose-marketplace.ts"
import type { Report } from "../src/report/report.ts"
import type { MigrationDetails } from "../src/serializers/migration.ts"
import type { Progress } from "../src/serializers/progress.ts"
import type { MigrationClient } from "./client.ts"
import { hasEnded, waitUntilEnded } from "./wait-until-ended.ts"

const pollMs = 150

/** What has been read of a migration so far. */
interface Observed {
  progress: Progress
  migration: MigrationDetails
}

/** Shows a migration until it has ended: one line a kind with its count, live in a terminal, as plain lines elsewhere. */
export async function showMigration(client: MigrationClient, uuid: string): Promise<MigrationDetails> {
  const observed: Observed = { progress: await client.progress(uuid), migration: await client.retrieve(uuid) }
  const read = async () => {
    observed.progress = await client.progress(uuid)
    observed.migration = await client.retrieve(uuid)
    return observed.migration
  }
  const kinds = observed.progress.kinds.filter(({ total }) => total > 0)
  await Promise.all([
    waitUntilEnded(read, { pollMs, deadlineMs: Number.POSITIVE_INFINITY }),
    new Listr([...kinds.map(({ kind }) => kindTask(kind, observed)), verifyTask(observed)], {
      concurrent: true,
      exitOnError: false,
      renderer: process.stdout.isTTY ? "default" : "silent",
    }).run(),
  ])
  if (!process.stdout.isTTY)
    for (const line of observed.progress.kinds.map(kindLine)) process.stdout.write(`${line}\n`)
  return observed.migration
}

function kindTask(kind: string, observed: Observed): ListrTask {
  const label = kind.replaceAll("_", " ")
  return {
    title: label,
    task: async (_, task) => {
      for (;;) {
        const counts = observed.progress.kinds.find((one) => one.kind === kind)
        if (counts === undefined) return
        task.title = `${label.padEnd(20)} ${counts.done}/${counts.total}`
        const missing = counts.failed + counts.skipped
        if (counts.done + missing === counts.total || hasEnded(observed.migration)) {
          if (missing > 0) throw new Error(`${task.title}, ${missing} missing`)
          return
        }
        await sleep(pollMs)
      }
    },
  }
}

function verifyTask(observed: Observed): ListrTask {
  return {
    title: "verify",
    task: async (_, task) => {
      while (!hasEnded(observed.migration)) await sleep(pollMs)
      const { verification } = observed.progress
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
    ...(omitted > 0 ? [`${omitted} not copied`] : []),
    ...(differing > 0 ? [`${differing} with differences`] : []),
  ]
  return `  ${kind.replaceAll("_", " ").padEnd(20)} ${counts.join(", ")}`
}

/** Returns the result as text: the verification, the calls, what the marketplace has of the copy, what was not copied and why. */
export function summary(migration: MigrationDetails, progress: Progress, report: Report): string {
  const { verification, calls, source_calls, writes, started, finished } = progress
  const seconds = started && finished ? (Date.parse(finished) - Date.parse(started)) / 1000 : 0
  const omitted = report.objects.filter(({ outcome }) => outcome === "omitted")
  const lines = [
    "",
    `Migration ${migration.uuid}: ${migration.state}${migration.error_message && `: ${migration.error_message}`}`,
    `Duration: ${seconds.toFixed(1)} s`,
    verification === null || verification.compared === 0
      ? "Verification: did not run"
      : `Verification: ${verification.compared} objects compared, ${verification.differences} differences`,
    `Calls: ${source_calls} to the source; ${calls - source_calls} to the destination, ${writes} of them writes`,
    ...marketplaceLines(report.marketplace),
    ...(omitted.length > 0 ? ["Not copied:"] : []),
    ...omitted.map(({ name, reason }) => `  - ${name}: ${reason}`),
  ]
  return `${lines.join("\n")}\n`
}

/** Returns what the marketplace has of the copy: resource and order, price before and after, invoice, offerings. */
function marketplaceLines({
  resource,
  order,
  prices,
  invoice,
  offerings,
}: Report["marketplace"]): readonly string[] {
  const items =
    invoice === null ? "none yet" : `${invoice.month}, ${invoice.items.length} items, ${invoice.total}`
  const names = offerings?.map(({ name }) => `"${name}"`) ?? []
  return [
    `Marketplace: resource "${resource.name}" is ${resource.state}; order: ${order?.state ?? "none yet"}`,
    ...(prices === null ? [] : [`  Price: ${pricesText(prices)}; invoice: ${items}`]),
    ...(names.length === 0 ? [] : [`  Offerings: ${names.join(", ")}`]),
  ]
}
