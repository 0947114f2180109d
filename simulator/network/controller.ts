import type { Caller } from "../identity/tokens.ts"
import { Refusal } from "../refusals.ts"
import { record } from "../values.ts"
import { checkPolicy, readCreation, readUpdate } from "./attributes.ts"
import { badRequest, disallowed, overQuota } from "./refusals.ts"
import type { Resource, Values } from "./resource.ts"
import type { Row } from "./rows.ts"
import type { NetworkState } from "./state.ts"
import { roomFor } from "./usage.ts"

interface RequestedItems {
  readonly bulk: boolean
  readonly items: readonly Record<string, unknown>[]
}

const isObject = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value)

function readItems(state: NetworkState, resource: Resource, body: unknown): RequestedItems {
  const { member, collection } = resource
  if (Array.isArray(body)) throw badRequest("Body contains invalid data")
  const given = record(body)
  if (collection in given) {
    if (resource.bulk) throw resource.bulk()
    if (!state.bulk) throw badRequest("Bulk operation not supported")
    const items = given[collection]
    if (!Array.isArray(items) || items.length === 0) throw badRequest("Resources required")
    if (!items.every(isObject)) throw badRequest("Body contains invalid data")
    return { bulk: true, items: items.map((item) => record(record(item)[member] ?? item)) }
  }
  return { bulk: false, items: [single(resource, body)] }
}

function single({ member }: Resource, body: unknown): Record<string, unknown> {
  const given = record(body)
  if (!(member in given)) throw badRequest(`Unable to find '${member}' in request body`)
  if (!isObject(given[member])) throw badRequest(`Object '${member}' contains invalid data`)
  return record(given[member])
}

/** Returns the project of a new object. An administrator may name any project, even one that does not exist. */
function projectOf(caller: Caller, item: Record<string, unknown>): string {
  const named = item.project_id ?? item.tenant_id
  if (named === undefined || named === "") return caller.projectId
  if (named !== caller.projectId && !caller.isAdmin)
    throw badRequest(
      "Specifying 'project_id' or 'tenant_id' other than the authenticated project in request requires admin or advsvc privileges",
    )
  return String(named)
}

interface Planned {
  readonly projectId: string
  readonly item: Record<string, unknown>
  readonly values: Values
}

function checkQuota(state: NetworkState, resource: Resource, planned: readonly Planned[]): void {
  const { quota } = resource
  if (quota === undefined) return
  const counts = Map.groupBy(planned, ({ projectId }) => projectId)
  for (const [projectId, rows] of counts)
    if (rows.length > roomFor(state, projectId, quota)) throw overQuota(quota)
}

function without(item: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).filter(([name]) => !names.includes(name)))
}

/** Creates all objects of a request or none, and returns them in the order of the request. */
export function create(state: NetworkState, resource: Resource, caller: Caller, body: unknown): object {
  const { bulk, items } = readItems(state, resource, body)
  const planned = items.map((item) => {
    const projectId = projectOf(caller, item)
    const kept = bulk ? without(item, resource.lostInBulk ?? []) : item
    return { projectId, item, values: readCreation(resource, kept) }
  })
  for (const { values } of planned) resource.checkOwner?.(caller, values)
  checkQuota(state, resource, planned)
  for (const { item } of planned) checkPolicy(caller, "create", resource, item)
  const made: Row[] = []
  try {
    state.ledger.atomically(() => {
      resource.checkTogether?.(planned.map(({ values }) => values))
      for (const { projectId, values } of planned) made.push(resource.create(caller, projectId, values))
    })
  } catch (error) {
    if (error instanceof Refusal) resource.refusedAfter?.(made, error)
    throw error
  }
  const shown = made.map((row) => ({ ...resource.onlyWhenMade, ...resource.show(caller, row) }))
  return bulk ? { [resource.collection]: shown } : { [resource.member]: shown[0] }
}

export function find(resource: Resource, caller: Caller, id: string): Row {
  const row = resource.rows.get(id)
  if (!row || !resource.canSee(caller, row)) throw resource.notFound(id)
  return row
}

/** Refuses a visible object of another project with 403, an invisible one with 404. */
export function findOwn(resource: Resource, caller: Caller, id: string, action: string): Row {
  const row = find(resource, caller, id)
  if (!resource.canChange(caller, row)) throw disallowed(`rule:${action}_${resource.member}`)
  return row
}

export function update(
  state: NetworkState,
  resource: Resource,
  caller: Caller,
  id: string,
  body: unknown,
): object {
  const row = find(resource, caller, id)
  const given = single(resource, body)
  const values = readUpdate(resource, given)
  findOwn(resource, caller, id, "update")
  checkPolicy(caller, "update", resource, given)
  const changed = state.ledger.atomically(() => resource.update(caller, row, values))
  return { [resource.member]: resource.show(caller, changed) }
}

export function remove(state: NetworkState, resource: Resource, caller: Caller, id: string): void {
  const row = findOwn(resource, caller, id, "delete")
  state.ledger.atomically(() => resource.remove(caller, row))
}

export function visible(resource: Resource, caller: Caller): Row[] {
  if (caller.isAdmin) return [...resource.rows.all()]
  const own = resource.rows.find("project", caller.projectId)
  return [...new Set([...own, ...resource.shared(caller)])]
}
