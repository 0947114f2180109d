import { randomBytes } from "node:crypto"
import { applyPass } from "../src/executors/stage/apply.ts"
import { stageGraph } from "../src/executors/stage/graph.ts"
import type { StageItem } from "../src/executors/stage/items.ts"
import type { Journal, PairedItem } from "../src/executors/stage/journal.ts"
import { cloudContext, type TenantFacts } from "../src/kinds/cloud-context.ts"
import type { AnyKind } from "../src/kinds/kind.ts"
import { resolveRefs, type TenantPlan } from "../src/kinds/plan-tenant.ts"
import { type CallObserver, type Cloud, type CloudConnection, connectCloud } from "../src/openstack/index.ts"
import type { TenantIds } from "./delete-tenant.ts"

type Parts = TenantPlan["parts"]

/**
 * Creates the objects of a plan in a new project with the writes alone: no database, no queue, no survey and no
 * verification. The time for that is the minimum on this cloud.
 * @param onCreated called whenever there is more to delete
 */
export async function createWritesOnly(
  parts: Parts,
  connection: CloudConnection,
  observe: CallObserver,
  onCreated: (ids: TenantIds) => void,
): Promise<void> {
  const cloud = connectCloud(connection, observe)
  const name = `writes-only-${randomBytes(4).toString("hex")}`
  const facts: TenantFacts = {
    name,
    description: "",
    username: `${name}-user`,
    password: randomBytes(12).toString("hex"),
    marker: name,
  }
  const created = new Map<string, string>()
  try {
    await runStages(async (stage) => {
      const part = parts.find(({ kind }) => kind.name === stage)
      if (part === undefined) return
      await createPart(cloud, part, facts, created)
      onCreated({
        projectId: created.get("project/project") ?? "",
        userId: created.get("user/user") ?? "",
      })
    })
  } finally {
    await cloud.close()
  }
}

/** Runs each stage once, as soon as the stages that it depends on have ended. */
async function runStages(run: (stage: string) => Promise<void>): Promise<void> {
  const dependsOn = new Map(stageGraph().map((stage) => [stage.name, stage.dependsOn]))
  const running = new Map<string, Promise<void>>()
  const start = (stage: string): Promise<void> => {
    const known = running.get(stage)
    if (known !== undefined) return known
    const ended = Promise.all((dependsOn.get(stage) ?? []).map(start)).then(() => run(stage))
    running.set(stage, ended)
    return ended
  }
  await Promise.all([...dependsOn.keys()].map(start))
}

/** @param created ids of all created objects, by kind and key; those of this part are added */
async function createPart(
  cloud: Cloud,
  { kind, objects }: Parts[number],
  facts: TenantFacts,
  created: Map<string, string>,
): Promise<void> {
  const idOf = (ref: string) => created.get(ref) ?? ""
  const items = objects.map(
    ({ key, name, body }, index): StageItem => ({
      id: String(index),
      key,
      name,
      body: resolveRefs(withNewNames(kind, body, facts), idOf),
      rowId: null,
      requested: false,
      backendId: null,
    }),
  )
  const context = cloudContext(cloud, idOf("project/project"), facts)
  const [open] = await applyPass(kind, context, items, journalInMemory(kind, created))
  if (open !== undefined) throw open.error
}

function withNewNames(kind: AnyKind, body: unknown, { name, username, marker }: TenantFacts): unknown {
  if (kind.name === "project") return { ...Object(body), name, marker }
  return kind.name === "user" ? { ...Object(body), name: username } : body
}

function journalInMemory(kind: AnyKind, created: Map<string, string>): Journal {
  return {
    recordCreating: async (items) => items,
    async recordDone(all: readonly PairedItem[]) {
      for (const { item, actual } of all) created.set(`${kind.name}/${item.key}`, kind.api.id(actual))
    },
    async recordFailed(item, { message }) {
      throw new Error(`${kind.name} ${item.name}: ${message}`)
    },
    recordDropped: async () => undefined,
    recordPruned: async () => undefined,
  }
}
