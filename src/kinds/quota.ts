import {
  getComputeQuota,
  getNetworkQuota,
  getVolumeQuota,
  resetComputeQuota,
  resetNetworkQuota,
  resetVolumeQuota,
  setComputeQuota,
  setNetworkQuota,
  setVolumeQuota,
} from "../openstack/index.ts"
import type { Cloud } from "../openstack/types.ts"
import { cloudQuotas, neededNetworkQuota, type QuotaService, quotasToSet } from "../planning/cloud-quotas.ts"
import { liveQuotas } from "../planning/live-quotas.ts"
import { type Ref, ref } from "../planning/plan.ts"
import { differences } from "./compare.ts"
import { defineKind } from "./kind.ts"

type Values = Readonly<Record<string, number>>

interface Body {
  readonly project_id: Ref
  readonly service: QuotaService
  readonly values: Values
  readonly needed: Values
  readonly live?: Values
}

interface Actual {
  readonly service: QuotaService
  readonly values: Values
}

interface QuotaCalls {
  get(cloud: Cloud, projectId: string): Promise<Values>
  set(cloud: Cloud, projectId: string, values: Values): Promise<Values>
  reset(cloud: Cloud, projectId: string): Promise<void>
}

const calls: Readonly<Record<QuotaService, QuotaCalls>> = {
  network: { get: getNetworkQuota, set: setNetworkQuota, reset: resetNetworkQuota },
  compute: { get: getComputeQuota, set: setComputeQuota, reset: resetComputeQuota },
  volume: { get: getVolumeQuota, set: setVolumeQuota, reset: resetVolumeQuota },
}

/** Quotas of the three services. Every project has them from the start, so they are always updated, never made. */
export const quota = defineKind<Body, Actual>({
  name: "quota",
  after: ["project"],
  surveyed: true,
  born: true,
  chunk: { size: 1 },

  plan({ source, quotas, withPorts, volumeTypes }) {
    const live = source.live && liveQuotas(source.live.quotas, volumeTypes)
    return {
      objects: cloudQuotas(quotas, neededNetworkQuota(source, withPorts)).map((body) => ({
        key: body.service,
        name: `${body.service} quotas`,
        sourceId: "",
        body: { project_id: ref("project", "project"), ...body, ...(live && { live: live[body.service] }) },
      })),
      omitted: [],
    }
  },

  list: ({ cloud, projectId }, desired) =>
    Promise.all(
      desired.map(async ({ body: { service } }) => ({
        service,
        values: await calls[service].get(cloud, projectId),
      })),
    ),
  id: (actual) => actual.service,
  matches: (desired, actual) => desired.service === actual.service,
  cost: (planned) => ({ reads: planned.length, writes: planned.length }),
  create: async () => [],
  async update({ cloud, projectId }, { body }, actual) {
    const values = quotasToSet(body, actual.values)
    return {
      service: body.service,
      values: { ...actual.values, ...(await calls[body.service].set(cloud, projectId, values)) },
    }
  },
  // Neutron and Cinder keep the quotas of a project that is gone.
  remove: ({ cloud, projectId }, { service }) => calls[service].reset(cloud, projectId),

  compare: (desired, actual) => differences(quotasToSet(desired, actual.values), { ...actual.values }),
})
