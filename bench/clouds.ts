import { readCloudFile } from "../host/cloud-file.ts"
import type { CloudFacts } from "../host/demo/cloud-facts.ts"
import { factsOf } from "../host/demo/simulated.ts"
import { startCloud } from "../simulator/index.ts"
import type { CloudConnection } from "../src/openstack/cloud/types.ts"

/** The cloud of the source tenant and the cloud that it is replicated to. */
export interface BenchClouds {
  readonly source: CloudFacts
  readonly destination: CloudFacts
  /** The rate limits that the host sets by its option `connection`. */
  readonly rateLimit: Partial<CloudConnection>
  /** The rate limits for creating the source tenant, which is not measured. */
  readonly seeding: Partial<CloudConnection>
  /** Turns latency and rate limits on, before the first measured run. */
  begin(): void
  /** Returns the number of calls that a gateway has refused with 429 since `begin`. */
  throttled(): number
  close(): Promise<void>
}

/** Requests a second that public clouds admit, e.g. OVHcloud for each service and project. */
export const requestsPerSecond = 20

/** Opens a real cloud as source and destination. Its own speed is measured, so no rate limit holds calls back. */
export async function realCloud(file: string, atOnce: number): Promise<BenchClouds> {
  const { externalNetworkId, volumeTypes, ...connection } = await readCloudFile(file)
  const facts = { connection: { ...connection, name: "the cloud" }, externalNetworkId, volumeTypes }
  // A bulk request for ports takes a small cloud 10 seconds and more.
  const rateLimit = {
    requestsPerSecond: 1_000,
    inFlight: atOnce,
    timeoutMs: 300_000,
    region: connection.region,
  }
  return {
    source: facts,
    destination: facts,
    rateLimit,
    seeding: rateLimit,
    begin: () => undefined,
    throttled: () => 0,
    close: async () => undefined,
  }
}

/** Starts two simulated clouds behind gateways. With a latency of 0 there is no gateway either. */
export async function simulatedClouds(latencyMs: number): Promise<BenchClouds> {
  const [source, destination] = await Promise.all([
    startCloud({ name: "A", region: "RegionA" }),
    startCloud({ name: "B", region: "RegionB" }),
  ])
  const both = [source, destination]
  const limited = latencyMs > 0
  return {
    source: factsOf("A", source),
    destination: factsOf("B", destination),
    rateLimit: { requestsPerSecond: limited ? requestsPerSecond : 1_000 },
    seeding: { requestsPerSecond: 1_000, inFlight: 16 },
    begin() {
      for (const cloud of both) {
        cloud.setLatency(latencyMs)
        cloud.setRequestsPerSecond(limited ? requestsPerSecond : undefined)
        cloud.resetStats()
      }
    },
    throttled: () => both.reduce((sum, cloud) => sum + cloud.stats().throttled, 0),
    async close() {
      await Promise.all(both.map((cloud) => cloud.close()))
    },
  }
}
