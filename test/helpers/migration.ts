import type pg from "pg"
import type { MigrationClient } from "../../host/client.ts"
import { CoreState } from "../../src/models/codes.ts"
import type { MigrationDetails } from "../../src/serializers/migration.ts"
import { type Answer, ask } from "./http.ts"
import { waitFor } from "./wait-for.ts"

/** An action of a migration that a user requests. */
export type Action = "cancel" | "retry" | "rollback" | "verify"

/** A host, and the token of a migration's owner. */
interface Host {
  readonly url: string
  readonly rows: { readonly users: { readonly owner: { readonly token: string } } }
}

/** Requests an action, as the owner unless a token is given. */
export function act(
  { url, rows }: Host,
  uuid: string,
  action: Action,
  token = rows.users.owner.token,
): Promise<Answer> {
  return ask(`${url}/api/openstack-migrations/${uuid}/${action}/`, { method: "POST", token })
}

/**
 * Waits until a migration has ended; then the API returns it. Waiting reads the database, because a request costs more
 * than the rest of a small migration's work.
 */
export async function untilEnded(
  pool: pg.Pool,
  client: MigrationClient,
  uuid: string,
): Promise<MigrationDetails> {
  const ended = async () => {
    const { rowCount } = await pool.query(
      "select from waldur_openstack_replication_migration where uuid = $1 and state = any ($2)",
      [uuid, [CoreState.OK, CoreState.ERRED]],
    )
    return rowCount !== 0
  }
  await waitFor(`migration ${uuid} to end`, ended, { timeoutMs: 300_000, everyMs: 20 })
  return client.retrieve(uuid)
}

/** Waits until a verification that was requested has ended, and returns it. */
export function untilVerified(
  { owner }: { readonly owner: Pick<MigrationClient, "progress"> },
  uuid: string,
) {
  return waitFor(
    `the verification of migration ${uuid} to end`,
    async () => {
      const { verification } = await owner.progress(uuid)
      return verification?.pending === false ? verification : undefined
    },
    { everyMs: 20 },
  )
}
