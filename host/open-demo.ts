import { createCloudsDemo } from "./clouds/demo.ts"
import type { Demo } from "./demo/demo.ts"
import { createSimulatedDemo } from "./demo/simulated.ts"
import type { HostOptions } from "./options.ts"

/** Opens a demo on the user's own clouds where the options name some, else between two simulated ones. */
export function openDemo(options: HostOptions): Promise<Demo> {
  const { clouds, databaseUrl } = options
  return clouds === undefined ? createSimulatedDemo(options) : createCloudsDemo(clouds, databaseUrl)
}
