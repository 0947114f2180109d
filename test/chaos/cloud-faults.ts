import { setTimeout as sleep } from "node:timers/promises"
import type { Fault, RequestHook, SimulatedCloud } from "../../simulator/index.ts"
import type { Random } from "./random.ts"

/** Numbers of injected faults, by class. */
export type FaultCounts = Record<FaultClass, number>

export type FaultClass = (typeof faultClasses)[number]

const faultClasses = [
  "503",
  "lost response",
  "reset",
  "429",
  "gateway error",
  "slow response",
  "expired token",
] as const

export function noFaults(): FaultCounts {
  return Object.fromEntries(faultClasses.map((name) => [name, 0])) as FaultCounts
}

/** Faults in 100 calls. */
const shares = { "503": 10, "lost response": 5, reset: 2, "gateway error": 1, "slow response": 3 } as const
/** A burst of 429 begins once in this many calls and lasts this long. */
const burst = { once: 150, minMs: 100, maxMs: 600 }
/** All tokens of a cloud are revoked once in this many calls. */
const revocation = 200

/** Lets about every fifth call to a cloud fail. Returns the function that ends it. */
export function injectCloudFaults(cloud: SimulatedCloud, random: Random, counts: FaultCounts): () => void {
  let busyUntil = 0
  const count = (name: FaultClass) => {
    counts[name] += 1
  }
  const hook: RequestHook = async ({ service }) => {
    if (random.rarely(burst.once)) busyUntil = Date.now() + random.int(burst.minMs, burst.maxMs)
    if (Date.now() < busyUntil) {
      count("429")
      return { status: 429, headers: { "retry-after": "1" }, body: { message: "Too many requests." } }
    }
    if (service !== "identity" && random.rarely(revocation)) {
      count("expired token")
      cloud.revokeTokens()
    }
    const fault = faultOf(random)
    if (fault === undefined) return
    count(fault)
    if (fault === "slow response") return sleep(random.int(100, 1_000))
    return responses[fault]
  }
  cloud.onRequest = hook
  return () => {
    if (cloud.onRequest === hook) cloud.onRequest = undefined
  }
}

function faultOf(random: Random): keyof typeof shares | undefined {
  let number = random.int(0, 99)
  for (const [fault, share] of Object.entries(shares) as [keyof typeof shares, number][]) {
    if (number < share) return fault
    number -= share
  }
  return undefined
}

const responses: Readonly<Record<Exclude<keyof typeof shares, "slow response">, Fault>> = {
  "503": { status: 503, body: { message: "The service is overloaded." } },
  "lost response": "drop-after",
  reset: "drop-before",
  "gateway error": { status: 502, body: "<html><body>Bad Gateway</body></html>" },
}
