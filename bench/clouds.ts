import { readCloudFile } from "../host/cloud-file.ts"
import type { CloudFacts } from "../host/demo/cloud-facts.ts"
import { factsOf } from "../host/demo/simulated.ts"
import { startCloud } from "../simulator/index.ts"
import type { CloudConnection } from "../src/openstack/types.ts"

/** Where the tenant is, and where it is to go. */
export interface BenchClouds {
  readonly source: CloudFacts
  readonly destination: CloudFacts
  /** How hard the clouds may be asked: what a host says by the option `connection`. */
  readonly pace: Partial<CloudConnection>
  /** How the source tenant is made, which nobody measures. */
  readonly seeding: Partial<CloudConnection>
  /** Says that everything is prepared, and that the measuring begins. */
  begin(): void
  /** Calls that a gateway refused since then. */
  throttled(): number
  close(): Promise<void>
}

/** Requests a second that public clouds let through, e.g. OVHcloud for each service and project. */
export const requestsPerSecond = 20

/** One real cloud that is source and destination. Its own pace is what is measured, so nothing else holds calls back. */
export async function realCloud(file: string, atOnce: number): Promise<BenchClouds> {
  const { externalNetworkId, volumeTypes, ...connection } = await readCloudFile(file)
  const facts = { connection: { ...connection, name: "the cloud" }, externalNetworkId, volumeTypes }
  // A bulk of ports takes a small cloud ten seconds and more.
  const pace = { requestsPerSecond: 1_000, inFlight: atOnce, timeoutMs: 300_000, region: connection.region }
  return {
    source: facts,
    destination: facts,
    pace,
    seeding: pace,
    begin: () => undefined,
    throttled: () => 0,
    close: async () => undefined,
  }
}

/** Two simulated clouds behind gateways. 0 milliseconds: without delay, and without gateways. */
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
    pace: { requestsPerSecond: limited ? requestsPerSecond : 1_000 },
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
