import { kindText } from "../planning/plan.ts"
import { composeExceptions } from "./compose-exceptions.ts"
import { composeObjects } from "./compose-objects.ts"
import type { ReportDocument, Section, Shares, Tone } from "./document.ts"
import { type Outcome, outcomes, type Report } from "./report.ts"
import { countText, durationText, namesText, numberText, timeText } from "./text.ts"

/** What a report says to people: how it ended first, then what needs a look, then what is as it should be. Pure. */
export function composeReport(report: Report): ReportDocument {
  return {
    title: `${report.source.resource} → ${report.destination.resource}`,
    subtitle: `Replication of an OpenStack tenant from ${placeOf(report.source)} to ${placeOf(report.destination)}`,
    state: report.state,
    tone: toneOf(report),
    verdict: verdictOf(report),
    tiles: tilesOf(report),
    shares: sharesOf(report.outcomes),
    sections: [
      asked(report),
      ...composeExceptions(report),
      ...(report.kinds.length === 0 ? [] : [byKind(report)]),
      ...composeObjects(report),
      work(report),
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

function verdictOf({ state, error_message, outcomes: counts, verification, rollback }: Report): string {
  if (rollback?.finished_at != null) return `Rolled back at ${timeText(rollback.finished_at)}, as ${rollback.requested_by} has asked.`
  const planned = plannedIn(counts)
  if (state === "ERRED") return error_message
  if (state !== "OK") {
    return `It has not ended: ${numberText(thereIn(counts))} of ${countText(planned, "object")} are there.`
  }
  const all = `All ${countText(planned, "object")} of the plan are there.`
  if (verification === null) return all
  const { unread, compared, differences } = verification
  if (unread !== undefined) return `${all} The last verification could not read them: ${unread}`
  const found = differences === 0 ? "no difference" : countText(differences, "difference")
  return `${all} The verification has read ${numberText(compared)} back and found ${found}.`
}

function thereIn(counts: Report["outcomes"]): number {
  return counts.kept + counts.mapped + counts.dropped + counts.different
}

function plannedIn(counts: Report["outcomes"]): number {
  return outcomes.reduce((sum, outcome) => sum + (outcome === "left_out" ? 0 : counts[outcome]), 0)
}

const tileWords: Readonly<Record<Outcome, readonly [label: string, tone: Tone]>> = {
  kept: ["kept as they are", "good"],
  mapped: ["mapped", "good"],
  dropped: ["without some attributes", "warn"],
  different: ["different", "bad"],
  failed: ["failed", "bad"],
  skipped: ["skipped", "bad"],
  open: ["open", "busy"],
  removed: ["removed again", "plain"],
  left_out: ["left out", "warn"],
}

function tilesOf({ outcomes: counts, unmanaged }: Report): ReportDocument["tiles"] {
  const always: readonly Outcome[] = ["kept", "mapped"]
  const shown = outcomes.toReversed().filter((outcome) => counts[outcome] > 0 || always.includes(outcome))
  const unmanagedCount = unmanaged?.count ?? 0
  return [
    { label: "objects in the plan", count: plannedIn(counts), tone: "plain" },
    ...shown.map((outcome) => {
      const [label, tone] = tileWords[outcome]
      return { label, count: counts[outcome], tone: counts[outcome] === 0 ? ("plain" as const) : tone }
    }),
    ...(unmanagedCount > 0
      ? [{ label: "not in the plan", count: unmanagedCount, tone: "warn" as const }]
      : []),
  ]
}

function sharesOf(counts: Readonly<Record<Outcome, number>>): Shares {
  return outcomes
    .toReversed()
    .flatMap((outcome) => (counts[outcome] > 0 ? [{ outcome, count: counts[outcome] }] : []))
}

function asked(report: Report): Section {
  const { asked, source, destination, verification, rollback } = report
  const mapped = (list: Report["asked"]["subnets"]) =>
    list.map((one) => `${one.source} → ${one.destination}`).join("; ") || "none"
  const people = report.actions.filter(({ action }) => action !== "create")
  return {
    title: "What was asked",
    blocks: [
      {
        facts: [
          ["From", `${source.resource}, ${placeOf(source)}`],
          ["To", `${destination.resource}, ${placeOf(destination)}`],
          ["Asked", `${timeText(asked.at)}${asked.by && ` by ${asked.by}`}`],
          ["Networks", asked.networks.length === 0 ? "all" : asked.networks.join(", ")],
          ["Mapped subnets", mapped(asked.subnets)],
          ["Mapped volume types", mapped(asked.volume_types)],
          ["Ports", asked.sync_instance_ports ? "copied" : "not copied"],
          ["Way out", asked.skip_connection_extnet ? "left out" : "connected"],
          ["Static routes", `rule "${asked.static_routes}"`],
          ["StageItem", `${timeText(report.started)}, ${durationText(report.seconds)}`],
          ["Verified", verification === null ? "not yet" : verifiedText(verification)],
          ...people.map(
            ({ at, action, by }) =>
              [
                `Asked to ${action === "rollback" ? "roll back" : action}`,
                `${timeText(at)} by ${by}`,
              ] as const,
          ),
          ...(rollback && rollback.remaining.length > 0
            ? [["Left by the roll back", namesText(rollback.remaining, 50)] as const]
            : []),
          ["Migration", report.uuid],
        ],
      },
    ],
  }
}

function verifiedText({ at, pending }: NonNullable<Report["verification"]>): string {
  return `${timeText(at)}${pending ? "; another verification is pending" : ""}`
}

function byKind({ kinds }: Report): Section {
  const there = ["kept", "mapped", "dropped", "different"] as const
  const missing = ["failed", "skipped", "open", "removed", "left_out"] as const
  const shown = [...there, ...missing].filter((outcome) => kinds.some((kind) => kind[outcome] > 0))
  const words: Partial<Record<Outcome, string>> = { dropped: "fewer attributes", left_out: "left out" }
  return {
    title: "By kind",
    blocks: [
      {
        columns: ["Kind", "", "Planned", ...shown.map((outcome) => sentence(words[outcome] ?? outcome))],
        rows: kinds.map((kind) => [
          kindText(kind.kind),
          { shares: sharesOf(kind) },
          plannedIn(kind),
          ...shown.map((outcome) => kind[outcome]),
        ]),
      },
    ],
  }
}

function work({ stages, calls, writes, started, finished }: Report): Section {
  const worked = stages.filter(({ attempts }) => attempts > 0)
  const ends = worked.flatMap((stage) => (stage.finished === null ? [] : Date.parse(stage.finished)))
  const from = started === null ? 0 : Date.parse(started)
  const to = finished === null ? Math.max(from, ...ends) : Date.parse(finished)
  // A later verification or roll back is not drawn: the work beside it would be too short to be seen.
  const place = (time: string | null) =>
    time === null || to <= from ? 1 : Math.min(1, Math.max(0, (Date.parse(time) - from) / (to - from)))
  return {
    title: "StageItem and time",
    note: `${countText(calls, "call")} to the clouds, of them ${countText(writes, "write")}. Stages run at the same time where none needs the other.`,
    blocks: [
      {
        columns: ["Stage", "", "Time", "Calls", "Writes", "Taken up"],
        rows: worked.map((stage) => [
          kindText(stage.name),
          { from: place(stage.started), to: place(stage.finished) },
          durationText(stage.seconds),
          stage.calls,
          stage.writes,
          stage.attempts,
        ]),
      },
    ],
  }
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
