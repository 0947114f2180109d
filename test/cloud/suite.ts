import type { Test } from "tap"
import { signInAdmin } from "./session.ts"
import { createTenant, type Tenant } from "./tenant.ts"
import { type Answer, madeList, refusal, type Target } from "./wire.ts"

export type Tap = Test

export type Refused = readonly [
  title: string,
  send: () => Promise<Answer>,
  status: number,
  type: string,
  message: string,
]

export async function refuses(t: Tap, rows: readonly Refused[]): Promise<void> {
  for (const [title, send, ...wanted] of rows) t.same(refusal(await send()), wanted, `refuses: ${title}`)
}

/** Runs a topic in a project of its own. */
export const withTenant = (
  t: Tap,
  target: Target,
  title: string,
  body: (t: Tap, tenant: Tenant) => Promise<void>,
): Promise<unknown> =>
  t.test(title, async (inner) => {
    const tenant = await createTenant(target)
    try {
      await body(inner, tenant)
    } finally {
      await tenant.remove()
    }
  })

/** The same, skipped where the cloud lacks one of the extensions. */
export async function withExtensions(
  t: Tap,
  target: Target,
  [title, ...aliases]: readonly [title: string, ...aliases: readonly string[]],
  body: (t: Tap, tenant: Tenant) => Promise<void>,
): Promise<unknown> {
  const { network } = await signInAdmin(target)
  const known = madeList(await network("GET", "/extensions")).map(({ alias }) => alias)
  const missing = aliases.find((alias) => !known.includes(alias))
  if (missing === undefined) return withTenant(t, target, title, body)
  return t.test(title, { skip: `the cloud has no extension ${missing}` }, async () => undefined)
}
