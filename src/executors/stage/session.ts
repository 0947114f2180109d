import { errors } from "../../errors.ts"
import { type CloudContext, cloudContext } from "../../kinds/cloud-context.ts"
import type { Cloud } from "../../openstack/cloud/types.ts"
import { withCallOptions } from "../../openstack/index.ts"
import { anyOf, type Interruption } from "../queue/interruption.ts"
import type { CallCount } from "./call-count.ts"
import type { ClaimedStage, StageSession } from "./stage.ts"

/**
 * Opens the clouds of a claimed stage.
 * @param count is raised with every call
 * @throws NO_SUCH_CLOUD where the destination's service settings name no cloud
 */
export async function openSession(
  stage: ClaimedStage,
  interruption: Interruption,
  count: CallCount,
): Promise<StageSession> {
  const { ctx, claim, run } = stage
  const drain = anyOf([interruption.drain, interruption.preempt])
  const open = async (settingsId: number, role: "source" | "destination") => {
    const { signal } = interruption
    const options = {
      fairnessKey: String(claim.migration),
      ...(signal && { signal }),
      ...(drain && { drain }),
    }
    const cloud = await ctx.clouds.get(settingsId)
    return withCallOptions(cloud, options).withObserver((call) => {
      count.calls += 1
      if (role === "source") count.sourceCalls += 1
      if (call.write) count.writes += 1
      ctx.onCall?.(call, settingsId, cloud.name)
    })
  }
  const destination = await open(run.settingsId, "destination")
  return {
    ...stage,
    interruption,
    clouds: {
      source: () => open(run.srcSettingsId, "source"),
      destination: async () => destination,
      context: () => destinationContext(stage, destination),
      stopped: anyOf([interruption.signal, drain]),
    },
  }
}

async function destinationContext({ ctx, claim, run }: ClaimedStage, cloud: Cloud): Promise<CloudContext> {
  const tenant = await ctx.db
    .selectFrom("openstack_tenant")
    .select(["name", "description", "user_username as username", "user_password as password"])
    .where("id", "=", run.tenantId)
    .executeTakeFirst()
  if (tenant === undefined) throw errors.tenantTerminated("terminated", "continued")
  const project = await ctx.db
    .selectFrom("openstack_replication.object")
    .select("backend_id")
    .where("migration_id", "=", claim.migration)
    .where("kind", "=", "project")
    .executeTakeFirst()
  return cloudContext(cloud, project?.backend_id ?? "", { ...tenant, marker: run.marker })
}
