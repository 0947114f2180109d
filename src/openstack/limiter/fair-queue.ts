import { type AcquireOptions, PauseTooLong } from "./limiter.ts"

interface Waiter extends AcquireOptions {
  readonly grant: () => void
  readonly refuse: (reason: unknown) => void
}

/** The calls of this process that wait for a slot of one cloud (state "waiting" in limiter.ts). */
export class FairQueue {
  readonly #urgent: Waiter[] = []
  /** In the order in which the keys are served next. */
  readonly #byKey = new Map<string, Waiter[]>()
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Waits until `grantNext` serves this call, then resolves with what `makeSlot` returns. */
  wait<Slot>(options: AcquireOptions, makeSlot: () => Slot): Promise<Slot> {
    const { promise, resolve, reject } = Promise.withResolvers<Slot>()
    if (options.signal.aborted) {
      reject(options.signal.reason)
      return promise
    }
    const abort = () => {
      this.#remove(waiter)
      reject(options.signal.reason)
    }
    const stopListening = () => options.signal.removeEventListener("abort", abort)
    const waiter: Waiter = {
      ...options,
      grant: () => {
        stopListening()
        resolve(makeSlot())
      },
      refuse: (reason) => {
        stopListening()
        reject(reason)
      },
    }
    options.signal.addEventListener("abort", abort, { once: true })
    this.#add(waiter)
    return promise
  }

  /** Grants a slot to the call that is next. Returns false where none waits. */
  grantNext(): boolean {
    const [key] = this.#byKey.keys()
    const waiter = this.#urgent[0] ?? (key === undefined ? undefined : this.#byKey.get(key)?.[0])
    if (waiter === undefined) return false
    this.#remove(waiter)
    if (!waiter.urgent) this.#moveToEnd(waiter.fairnessKey)
    waiter.grant()
    return true
  }

  /** Refuses the calls that may not wait for a pause of this length. */
  refuseOnPause(pauseMs: number, describe: (seconds: number) => string): void {
    if (pauseMs <= 0) return
    for (const waiter of [...this.#urgent, ...[...this.#byKey.values()].flat()]) {
      if (waiter.maxPauseMs >= pauseMs) continue
      this.#remove(waiter)
      waiter.refuse(new PauseTooLong(describe(Math.ceil(pauseMs / 1_000)), pauseMs))
    }
  }

  #add(waiter: Waiter): void {
    this.#size += 1
    if (waiter.urgent) {
      this.#urgent.push(waiter)
      return
    }
    const queue = this.#byKey.get(waiter.fairnessKey) ?? []
    if (waiter.isRetry) queue.unshift(waiter)
    else queue.push(waiter)
    this.#byKey.set(waiter.fairnessKey, queue)
  }

  #remove(waiter: Waiter): void {
    const queue = waiter.urgent ? this.#urgent : (this.#byKey.get(waiter.fairnessKey) ?? [])
    const index = queue.indexOf(waiter)
    if (index < 0) return
    queue.splice(index, 1)
    this.#size -= 1
    if (!waiter.urgent && queue.length === 0) this.#byKey.delete(waiter.fairnessKey)
  }

  #moveToEnd(key: string): void {
    const queue = this.#byKey.get(key)
    if (queue === undefined) return
    this.#byKey.delete(key)
    this.#byKey.set(key, queue)
  }
}
