import { randomBytes } from "node:crypto"
import { applyPass } from "../src/executors/stage/apply.ts"
import { stageGraph } from "../src/executors/stage/graph.ts"
import type { StageItem } from "../src/executors/stage/items.ts"
import type { Journal, PairedItem } from "../src/executors/stage/journal.ts"
import { type CloudContext, cloudContext, type TenantFacts } from "../src/kinds/cloud-context.ts"
import type { AnyKind } from "../src/kinds/kind.ts"
import { resolveRefs, type TenantPlan } from "../src/kinds/plan-tenant.ts"
import { type CallObserver, type CloudConnection, connectCloud } from "../src/openstack/index.ts"
import type { TenantIds } from "./delete-tenant.ts"

/**
 * Makes the objects of a plan once more with nothing between the calls: no database, no queue, no reading of the source
 * and no reading back. What the cloud needs for that is the least time that a copy can take there.
 * @param made told as soon as there is something to take away
 */
export async function makeBare(
  parts: TenantPlan["parts"],
  connection: CloudConnection,
  observe: CallObserver,
  made: (copy: TenantIds) => void,
): Promise<void> {
  const cloud = connectCloud(connection, observe)
  const name = `bare-${randomBytes(4).toString("hex")}`
  const facts: TenantFacts = {
    name,
    description: "",
    username: `${name}-user`,
    password: randomBytes(12).toString("hex"),
    marker: name,
  }
  const ids = new Map<string, string>()
  const idOf = (ref: string) => ids.get(ref) ?? ""
  const context = (): CloudContext => cloudContext(cloud, idOf("project/project"), facts)
  const dependsOn = new Map(stageGraph().map((stage) => [stage.name, stage.dependsOn]))
  const running = new Map<string, Promise<void>>()
  const run = (kindName: string): Promise<void> => {
    const known = running.get(kindName)
    if (known !== undefined) return known
    const started = stage(kindName)
    running.set(kindName, started)
    return started
  }
  const stage = async (kindName: string) => {
    await Promise.all((dependsOn.get(kindName) ?? []).map(run))
    const part = parts.find(({ kind }) => kind.name === kindName)
    if (part === undefined) return
    const items = part.objects.map(
      ({ key, body, ...object }, index): StageItem => ({
        id: String(index),
        key,
        name: object.name,
        body: resolveRefs(renamed(part.kind, body, facts), idOf),
        rowId: null,
        attempted: false,
        backendId: null,
      }),
    )
    const open = await applyPass(part.kind, context(), items, memory(part.kind, ids))
    if (open[0] !== undefined) throw open[0].error
    made({ projectId: idOf("project/project"), userId: idOf("user/user") })
  }
  try {
    await Promise.all([...dependsOn.keys()].map(run))
  } finally {
    await cloud.close()
  }
}

function renamed(kind: AnyKind, body: unknown, { name, username, marker }: TenantFacts): unknown {
  if (kind.name === "project") return { ...Object(body), name, marker }
  return kind.name === "user" ? { ...Object(body), name: username } : body
}

function memory(kind: AnyKind, ids: Map<string, string>): Journal {
  return {
    recordCreating: async (items) => items,
    async recordDone(all: readonly PairedItem[]) {
      for (const { item, actual } of all) ids.set(`${kind.name}/${item.key}`, kind.api.id(actual))
    },
    async recordFailed(item, { message }) {
      throw new Error(`${kind.name} ${item.name}: ${message}`)
    },
    recordDropped: async () => undefined,
  }
}
