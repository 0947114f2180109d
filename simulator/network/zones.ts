import { Refusal } from "../refusals.ts"

/** The zones of a cloud with one agent of each type in one zone. */
const zones: readonly string[] = ["zone-1"]

export const availabilityZones = zones.flatMap((name) =>
  ["network", "router"].map((resource) => ({ name, resource, state: "available" })),
)

export function checkZones(hints: readonly string[]): void {
  const unknown = hints.find((hint) => !zones.includes(hint))
  if (unknown !== undefined)
    throw new Refusal(404, "AvailabilityZoneNotFound", `AvailabilityZone ${unknown} could not be found.`)
}
