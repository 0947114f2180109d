import { createCloudsDemo } from "./clouds/demo.ts"
import { createSimulatedDemo, type Demo } from "./demo/simulated.ts"
import type { HostOptions } from "./options.ts"

/** What a command works on: the user's own clouds where it names some, else two simulated ones. */
export function openDemo(options: HostOptions): Promise<Demo> {
  const { clouds, databaseUrl } = options
  return clouds === undefined ? createSimulatedDemo(options) : createCloudsDemo(clouds, databaseUrl)
}
