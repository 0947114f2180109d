import { setTimeout as sleep } from "node:timers/promises"
import type { Fault, RequestHook, SimulatedCloud } from "../../simulator/index.ts"
import type { Random } from "./random.ts"

/** Faults that were injected, by class. */
export type FaultCounts = Record<FaultClass, number>

export type FaultClass = (typeof faultClasses)[number]

const faultClasses = [
  "503",
  "lost answer",
  "reset",
  "429",
  "gateway error",
  "slow answer",
  "expired token",
] as const

export function noFaults(): FaultCounts {
  return Object.fromEntries(faultClasses.map((name) => [name, 0])) as FaultCounts
}

/** Of 100 calls. */
const shares = { "503": 10, "lost answer": 5, reset: 2, "gateway error": 1, "slow answer": 3 } as const
/** A burst of 429 begins once in so many calls, and lasts so long. */
const burst = { once: 150, leastMs: 100, mostMs: 600 }
/** All tokens of a cloud end once in so many calls. */
const tokensEnd = 200

/** Makes a cloud as unreliable as none is for long. Answers the function that ends it. */
export function shake(cloud: SimulatedCloud, random: Random, counts: FaultCounts): () => void {
  let busyUntil = 0
  const count = (name: FaultClass) => {
    counts[name] += 1
  }
  const shaky: RequestHook = async ({ service }) => {
    if (random.rarely(burst.once)) busyUntil = Date.now() + random.int(burst.leastMs, burst.mostMs)
    if (Date.now() < busyUntil) {
      count("429")
      return { status: 429, headers: { "retry-after": "1" }, body: { message: "Too many requests." } }
    }
    if (service !== "identity" && random.rarely(tokensEnd)) {
      count("expired token")
      cloud.revokeTokens()
    }
    const fault = faultOf(random)
    if (fault === undefined) return
    count(fault)
    if (fault === "slow answer") return sleep(random.int(100, 1_000))
    return answers[fault]
  }
  cloud.onRequest = shaky
  return () => {
    if (cloud.onRequest === shaky) cloud.onRequest = undefined
  }
}

function faultOf(random: Random): keyof typeof shares | undefined {
  let place = random.int(0, 99)
  for (const [fault, share] of Object.entries(shares) as [keyof typeof shares, number][]) {
    if (place < share) return fault
    place -= share
  }
  return undefined
}

const answers: Readonly<Record<Exclude<keyof typeof shares, "slow answer">, Fault>> = {
  "503": { status: 503, body: { message: "The service is overloaded." } },
  "lost answer": "drop-after",
  reset: "drop-before",
  "gateway error": { status: 502, body: "<html><body>Bad Gateway</body></html>" },
}
