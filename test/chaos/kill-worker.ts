import type pg from "pg"

/** A point at which a worker process kills itself with SIGKILL. */
export type WorkerKillPoint =
  /** The response of this call to a cloud has arrived and was not processed yet. */
  | { readonly at: "response"; readonly count: number }
  /** Before this statement is sent to the database or, with `sent`, after it. */
  | { readonly at: "statement"; readonly count: number; readonly sent: boolean }
  /** A stage was started; is about to end, in a transaction that will not be committed; has ended. */
  | { readonly at: "stage"; readonly stage: string; readonly point: StagePoint }

export type StagePoint = (typeof stagePoints)[number]

export const stagePoints = ["started", "ending", "ended"] as const

/** The notice of the trigger of `notifyStageChanges`. */
const notice = /^chaos (\S+) (\S+)$/

/** Lets the database send a connection a notice when it changes the state of a stage. */
export async function notifyStageChanges(pool: pg.Pool): Promise<void> {
  await pool.query(`
    create function openstack_replication.notify_stage() returns trigger language plpgsql as $$
      begin raise notice 'chaos % %', new.name, new.state; return null; end $$;
    create trigger notify_stage after update of state on openstack_replication.stage
      for each row when (old.state is distinct from new.state) execute function openstack_replication.notify_stage()`)
}

/** Counts of what a worker has done. */
export interface Activity {
  /** Responses of clouds. */
  readonly responses: number
  /** Statements that were sent to the database. */
  readonly statements: number
}

/** Counts what a worker does, and kills the process at the armed point. */
export class KillSwitch {
  #point: WorkerKillPoint | null = null
  #activity = { responses: 0, statements: 0 }

  /** Sets the point, or none, and starts counting from 0. Returns the counts so far. */
  arm(point: WorkerKillPoint | null): Activity {
    const activity = this.#activity
    this.#point = point
    this.#activity = { responses: 0, statements: 0 }
    return activity
  }

  /** To be called at each response of a cloud. */
  onResponse(): void {
    this.#activity.responses += 1
    if (this.#point?.at === "response" && this.#activity.responses === this.#point.count) die()
  }

  /** Counts the statements of each connection of a pool. */
  watch(pool: pg.Pool): void {
    pool.on("connect", (client) => this.#watch(client))
  }

  #watch(client: pg.PoolClient): void {
    let dueAtCommit = false
    client.on("notice", ({ message = "" }) => {
      const [, stage, state] = notice.exec(message) ?? []
      const point = this.#point
      if (point?.at !== "stage" || stage !== point.stage) return
      if (point.point === "ending" && state === "done") die()
      if (state === (point.point === "started" ? "running" : "done")) dueAtCommit = true
    })
    const query = client.query.bind(client) as (...args: unknown[]) => unknown
    const watched = (...args: unknown[]) => {
      const point = this.#point
      this.#activity.statements += 1
      const reached = point?.at === "statement" && this.#activity.statements === point.count
      if (reached && !point.sent) die()
      const commits = dueAtCommit && /^commit/i.test(textOf(args[0]))
      const result = query(...args)
      if ((reached || commits) && result instanceof Promise) result.then(die, die)
      // A statement with a callback is graphile-worker's; its result arrives a moment later.
      else if (reached) setImmediate(die)
      return result
    }
    client.query = watched as typeof client.query
  }
}

function textOf(statement: unknown): string {
  if (typeof statement === "string") return statement
  return (statement as { readonly text?: string } | undefined)?.text ?? ""
}

function die(): void {
  process.kill(process.pid, "SIGKILL")
}
