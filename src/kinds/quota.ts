import type { Cloud } from "../openstack/cloud/types.ts"
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
import { cloudQuotas, neededNetworkQuota, type QuotaService, quotasToSet } from "../planning/cloud-quotas.ts"
import { liveQuotas } from "../planning/live-quotas.ts"
import { type Ref, ref } from "../planning/plan.ts"
import { differences } from "./compare.ts"
import { defineKind, type Resolved } from "./kind.ts"
import { unlessRefused } from "./unless-refused.ts"

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

/** Quotas of the three services. Every project has them from the start, so they are updated and never created. */
export const quota = defineKind<Body, Actual>({
  name: "quota",
  after: ["project"],

  plan: {
    build({ source, quotas, withPorts, volumeTypes }) {
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
    needsSurvey: true,
    cost: (planned) => ({ reads: planned.length, writes: planned.length }),
  },

  api: {
    autoCreated: true,
    async list(context, desired) {
      const read = await Promise.all(
        desired.map(({ body: { service } }) =>
          unlessRefused(context.quotas(service).then(({ limits }) => ({ service, values: limits }))),
        ),
      )
      return read.filter((actual) => actual !== undefined)
    },
    id: (actual) => actual.service,
    batch: { maxSize: 1 },
    // A service that refused to show its quotas is read again, alone, so that the quotas of the others are set.
    create: ({ cloud, projectId }, desired) =>
      Promise.all(
        desired.map(async ({ body }) =>
          setQuota(cloud, projectId, body, await readQuota(cloud, body.service, projectId)),
        ),
      ),
    update: ({ cloud, projectId }, { body }, actual) => setQuota(cloud, projectId, body, actual),
  },

  verify: {
    isMatch: (desired, actual) => desired.service === actual.service,
    compare: (desired, actual) => differences(quotasToSet(desired, actual.values), { ...actual.values }),
  },

  removal: {
    // Neutron and Cinder keep the quotas of a deleted project.
    delete: ({ cloud, projectId }, { service }) => calls[service].reset(cloud, projectId),
  },
})

async function readQuota(cloud: Cloud, service: QuotaService, projectId: string): Promise<Actual> {
  return { service, values: await calls[service].get(cloud, projectId) }
}

async function setQuota(
  cloud: Cloud,
  projectId: string,
  body: Resolved<Body>,
  { values }: Actual,
): Promise<Actual> {
  const { service } = body
  const set = await calls[service].set(cloud, projectId, quotasToSet(body, values))
  return { service, values: { ...values, ...set } }
}
