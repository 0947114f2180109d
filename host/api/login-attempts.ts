const maxFailures = 10
const lockedMs = 10 * 60_000
/** Older names are forgotten, so that made-up names do not fill the memory. */
const maxNames = 1_000

/** Counts failed sign-ins by username: after ten of them within ten minutes a name is locked for the rest of this time. */
export class LoginAttempts {
  readonly #failures = new Map<string, { count: number; readonly since: number }>()
  readonly #now: () => number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  areTooMany(username: string): boolean {
    return (this.#recent(username)?.count ?? 0) >= maxFailures
  }

  failed(username: string): void {
    const recent = this.#recent(username) ?? { count: 0, since: this.#now() }
    recent.count += 1
    this.#failures.delete(username)
    this.#failures.set(username, recent)
    const [oldest] = this.#failures.keys()
    if (this.#failures.size > maxNames && oldest !== undefined) this.#failures.delete(oldest)
  }

  succeeded(username: string): void {
    this.#failures.delete(username)
  }

  #recent(username: string) {
    const found = this.#failures.get(username)
    return found !== undefined && this.#now() - found.since < lockedMs ? found : undefined
  }
}
