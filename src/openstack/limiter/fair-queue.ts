import { type Entry, PauseTooLong } from "./limiter.ts"

interface Waiting extends Entry {
  readonly start: () => void
  readonly refuse: (reason: unknown) => void
}

/** The calls that wait for one cloud. Urgent ones come first; then each flow in turn gives one. */
export class FairQueue {
  readonly #urgent: Waiting[] = []
  /** The flow whose turn it is stands first. */
  readonly #flows = new Map<string, Waiting[]>()
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Queues a call until `next` starts it; `place` makes what it gets. */
  wait<Place>(entry: Entry, place: () => Place): Promise<Place> {
    const { promise, resolve, reject } = Promise.withResolvers<Place>()
    if (entry.signal.aborted) {
      reject(entry.signal.reason)
      return promise
    }
    const drop = () => {
      this.#remove(waiting)
      reject(entry.signal.reason)
    }
    const settled = () => entry.signal.removeEventListener("abort", drop)
    const waiting: Waiting = {
      ...entry,
      start: () => {
        settled()
        resolve(place())
      },
      refuse: (reason) => {
        settled()
        reject(reason)
      },
    }
    entry.signal.addEventListener("abort", drop, { once: true })
    this.#add(waiting)
    return promise
  }

  /** Starts the call whose turn it is; answers false where none waits. */
  next(): boolean {
    const [flow] = this.#flows.keys()
    const waiting = this.#urgent[0] ?? (flow === undefined ? undefined : this.#flows.get(flow)?.[0])
    if (waiting === undefined) return false
    this.#remove(waiting)
    const others = waiting.urgent ? undefined : this.#flows.get(waiting.flow)
    if (others !== undefined) {
      this.#flows.delete(waiting.flow)
      this.#flows.set(waiting.flow, others)
    }
    waiting.start()
    return true
  }

  /** Refuses the calls that may not wait for so long. */
  refuseImpatient(ms: number, why: (seconds: number) => string): void {
    if (ms <= 0) return
    for (const waiting of [...this.#urgent, ...[...this.#flows.values()].flat()]) {
      if (waiting.patienceMs >= ms) continue
      this.#remove(waiting)
      waiting.refuse(new PauseTooLong(why(Math.ceil(ms / 1_000)), ms))
    }
  }

  #add(waiting: Waiting): void {
    this.#size += 1
    if (waiting.urgent) this.#urgent.push(waiting)
    else {
      const queue = this.#flows.get(waiting.flow) ?? []
      if (waiting.again) queue.unshift(waiting)
      else queue.push(waiting)
      this.#flows.set(waiting.flow, queue)
    }
  }

  #remove(waiting: Waiting): void {
    const queue = waiting.urgent ? this.#urgent : (this.#flows.get(waiting.flow) ?? [])
    const index = queue.indexOf(waiting)
    if (index < 0) return
    queue.splice(index, 1)
    this.#size -= 1
    if (!waiting.urgent && queue.length === 0) this.#flows.delete(waiting.flow)
  }
}
