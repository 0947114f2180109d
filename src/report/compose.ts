import { kindText } from "../planning/kind-names.ts"
import { composeExceptions } from "./compose-exceptions.ts"
import { inTheMarketplace } from "./compose-marketplace.ts"
import { composeObjects } from "./compose-objects.ts"
import type { Facts, ReportDocument, Section, Shares, Tone } from "./document.ts"
import { type Outcome, outcomes, type Report } from "./report.ts"
import { countText, durationText, namesText, numberText, timeText } from "./text.ts"

/** Returns the human-readable report: the result first, then the exceptions, then what is as planned. Pure. */
export function composeReport(report: Report): ReportDocument {
  return {
    title: `${report.source.resource} → ${report.destination.resource}`,
    subtitle: `Replication of an OpenStack tenant from ${placeOf(report.source)} to ${placeOf(report.destination)}`,
    state: report.state,
    tone: toneOf(report),
    summary: summaryOf(report),
    tiles: tilesOf(report),
    shares: sharesOf(report.outcomes),
    sections: [
      request(report),
      ...composeExceptions(report),
      inTheMarketplace(report),
      options(report),
      ...(report.kinds.length === 0 ? [] : [byKind(report)]),
      ...composeObjects(report),
      stages(report),
    ],
  }
}

function placeOf({ offering, cloud }: Report["source"]): string {
  return cloud === "" || cloud === offering ? offering : `${offering} (${cloud})`
}

function toneOf({ state, verification, rollback }: Report): Tone {
  if (rollback?.finished_at != null) return "plain"
  if (state === "ERRED") return "bad"
  if (state !== "OK") return "busy"
  return verification?.differences === 0 && verification.unread === undefined ? "good" : "warn"
}

function summaryOf({ state, error_message, outcomes: counts, verification, rollback }: Report): string {
  if (rollback?.finished_at != null) {
    return `Rolled back at ${timeText(rollback.finished_at)}, as requested by ${rollback.requested_by}.`
  }
  const planned = countText(countPlanned(counts), "planned object")
  if (state === "ERRED") return error_message
  if (state !== "OK") return `In progress: ${numberText(countExisting(counts))} of ${planned} exist.`
  const all = `All ${planned} exist in the destination.`
  if (verification === null) return all
  const { unread, compared, differences } = verification
  if (unread !== undefined) return `${all} The last verification could not read the destination: ${unread}`
  const found = differences === 0 ? "no differences" : countText(differences, "difference")
  return `${all} The verification compared ${countText(compared, "object")} and found ${found}.`
}

function countExisting(counts: Report["outcomes"]): number {
  return counts.kept + counts.mapped + counts.dropped + counts.different
}

function countPlanned(counts: Report["outcomes"]): number {
  return outcomes.reduce((sum, outcome) => sum + (outcome === "omitted" ? 0 : counts[outcome]), 0)
}

const tileWords: Readonly<Record<Outcome, readonly [label: string, tone: Tone]>> = {
  kept: ["kept unchanged", "good"],
  mapped: ["mapped", "good"],
  dropped: ["without some attributes", "warn"],
  different: ["different", "bad"],
  failed: ["failed", "bad"],
  skipped: ["skipped", "bad"],
  open: ["not created yet", "busy"],
  removed: ["removed by the rollback", "plain"],
  omitted: ["not copied", "warn"],
}

function tilesOf({ outcomes: counts, unmanaged }: Report): ReportDocument["tiles"] {
  const always: readonly Outcome[] = ["kept", "mapped"]
  const shown = outcomes.toReversed().filter((outcome) => counts[outcome] > 0 || always.includes(outcome))
  const unmanagedCount = unmanaged?.count ?? 0
  return [
    { label: "planned objects", count: countPlanned(counts), tone: "plain" },
    ...shown.map((outcome) => {
      const [label, tone] = tileWords[outcome]
      return { label, count: counts[outcome], tone: counts[outcome] === 0 ? ("plain" as const) : tone }
    }),
    ...(unmanagedCount > 0 ? [{ label: "unmanaged", count: unmanagedCount, tone: "warn" as const }] : []),
  ]
}

function sharesOf(counts: Readonly<Record<Outcome, number>>): Shares {
  return outcomes
    .toReversed()
    .flatMap((outcome) => (counts[outcome] > 0 ? [{ outcome, count: counts[outcome] }] : []))
}

function request(report: Report): Section {
  const { request, source, destination, verification, rollback } = report
  const later = report.actions.filter(({ action }) => action !== "create")
  const facts: Facts["facts"] = [
    ["Source", `${source.resource}, ${placeOf(source)}`],
    ["Destination", `${destination.resource}, ${placeOf(destination)}`],
    ["Requested by", byText(request.by, request.at)],
    ["Started", timeText(report.started)],
    ["Duration", durationText(report.seconds)],
    ["Verified", verification === null ? "not yet" : verifiedText(verification)],
    ...later.map(({ at, action, by }) => [`${capitalized(action)} requested by`, byText(by, at)] as const),
    ...(rollback && rollback.remaining.length > 0
      ? [["Remaining after the rollback", namesText(rollback.remaining, 50)] as const]
      : []),
    ["Migration", report.uuid],
  ]
  return { title: "Request", blocks: [{ facts }] }
}

function byText(name: string, at: string | null): string {
  return name === "" ? timeText(at) : `${name}, ${timeText(at)}`
}

function verifiedText({ at, pending }: NonNullable<Report["verification"]>): string {
  return `${timeText(at)}${pending ? "; another verification is pending" : ""}`
}

function options({ request }: Report): Section {
  const pairs = (list: Report["request"]["subnets"]) =>
    list.map((pair) => `${pair.source} → ${pair.destination}`).join("; ") || "none"
  const facts: Facts["facts"] = [
    ["Networks", request.networks.length === 0 ? "all" : request.networks.join(", ")],
    ["Subnet mappings", pairs(request.subnets)],
    ["Volume type mappings", pairs(request.volume_types)],
    ["Ports", request.sync_instance_ports ? "copied" : "not copied"],
    ["External gateway", request.skip_connection_extnet ? "not copied" : "copied"],
    ["Static routes", request.static_routes],
  ]
  return { title: "Options", blocks: [{ facts }] }
}

function byKind({ kinds }: Report): Section {
  const existing = ["kept", "mapped", "dropped", "different"] as const
  const missing = ["failed", "skipped", "open", "removed", "omitted"] as const
  const shown = [...existing, ...missing].filter((outcome) => kinds.some((kind) => kind[outcome] > 0))
  const labels: Partial<Record<Outcome, string>> = { dropped: "Fewer attributes", omitted: "Not copied" }
  return {
    title: "Objects by kind",
    blocks: [
      {
        columns: ["Kind", "", "Planned", ...shown.map((outcome) => labels[outcome] ?? capitalized(outcome))],
        rows: kinds.map((kind) => [
          kindText(kind.kind),
          { shares: sharesOf(kind) },
          countPlanned(kind),
          ...shown.map((outcome) => kind[outcome]),
        ]),
      },
    ],
  }
}

function stages({ stages, calls, writes, started, finished }: Report): Section {
  const ran = stages.filter(({ attempts }) => attempts > 0)
  const ends = ran.flatMap((stage) => (stage.finished === null ? [] : Date.parse(stage.finished)))
  const from = started === null ? 0 : Date.parse(started)
  const to = finished === null ? Math.max(from, ...ends) : Date.parse(finished)
  // A later verification or rollback is not drawn: on its scale the run itself would be too short to be seen.
  const position = (time: string | null) =>
    time === null || to <= from ? 1 : Math.min(1, Math.max(0, (Date.parse(time) - from) / (to - from)))
  return {
    title: "Stages",
    note: `${countText(calls, "call")} to the clouds, of which ${countText(writes, "write")}. Stages that do not depend on each other run in parallel.`,
    blocks: [
      {
        columns: ["Stage", "", "Duration", "Calls", "Writes", "Attempts"],
        rows: ran.map((stage) => [
          kindText(stage.name),
          { from: position(stage.started), to: position(stage.finished) },
          durationText(stage.seconds),
          stage.calls,
          stage.writes,
          stage.attempts,
        ]),
      },
    ],
  }
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
