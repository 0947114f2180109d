import type pg from "pg"

/** Where a worker process kills itself with SIGKILL, so that it dies at an exact place. */
export type Death =
  /** The answer of this call to a cloud has arrived; nothing was done with it yet. */
  | { readonly at: "answer"; readonly count: number }
  /** Around this statement to the database: `sent` says whether the database got it. */
  | { readonly at: "statement"; readonly count: number; readonly sent: boolean }
  /** A stage was taken; is being ended, in a transaction that will not be committed; has ended. */
  | { readonly at: "stage"; readonly stage: string; readonly point: StagePoint }

export type StagePoint = (typeof stagePoints)[number]

export const stagePoints = ["taken", "ending", "ended"] as const

/** What a worker's trigger says, see `tellStages`. */
const notice = /^chaos (\S+) (\S+)$/

/** Lets the database tell a connection when it changes the state of a stage. */
export async function tellStages(pool: pg.Pool): Promise<void> {
  await pool.query(`
    create function openstack_replication.tell_stage() returns trigger language plpgsql as $$
      begin raise notice 'chaos % %', new.name, new.state; return null; end $$;
    create trigger tell after update of state on openstack_replication.stage
      for each row when (old.state is distinct from new.state) execute function openstack_replication.tell_stage()`)
}

/** What a worker has done. */
export interface Done {
  /** Calls to clouds that were answered. */
  readonly answers: number
  /** Statements to the database. */
  readonly statements: number
}

/** Counts what a worker does, and ends the process at the place that was set. */
export class Doom {
  #death: Death | null = null
  #done = { answers: 0, statements: 0 }

  /** Begins to count anew; answers what it has come to. */
  set(death: Death | null): Done {
    const done = this.#done
    this.#death = death
    this.#done = { answers: 0, statements: 0 }
    return done
  }

  /** A call to a cloud was answered. */
  answered(): void {
    this.#done.answers += 1
    if (this.#death?.at === "answer" && this.#done.answers === this.#death.count) die()
  }

  /** Watches each connection of a pool. */
  watch(pool: pg.Pool): void {
    pool.on("connect", (client) => this.#watch(client))
  }

  #watch(client: pg.PoolClient): void {
    let dueAtCommit = false
    client.on("notice", ({ message = "" }) => {
      const [, stage, state] = notice.exec(message) ?? []
      const death = this.#death
      if (death?.at !== "stage" || stage !== death.stage) return
      if (death.point === "ending" && state === "done") die()
      if (state === (death.point === "taken" ? "running" : "done")) dueAtCommit = true
    })
    const query = client.query.bind(client) as (...args: unknown[]) => unknown
    const watched = (...args: unknown[]) => {
      const death = this.#death
      this.#done.statements += 1
      const turn = death?.at === "statement" && this.#done.statements === death.count
      if (turn && !death.sent) die()
      const commits = dueAtCommit && /^commit/i.test(textOf(args[0]))
      const result = query(...args)
      if ((turn || commits) && result instanceof Promise) result.then(die, die)
      // A statement with a callback is graphile-worker's; its answer comes a moment later.
      else if (turn) setImmediate(die)
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
